# SPDX-License-Identifier: AGPL-3.0-or-later
"""A connection to the service over HTTP, directly or through a SOCKS proxy such as Tor's (docs/http-api.md).

Nothing is kept between requests: no cookie, no cache, no header that tells the program or the machine. Every answer is
bounded before it is read, in bytes and in time. Whose requests go over it is said in ``source.py`` and ``desk.py``.
"""

import asyncio
import logging
import re
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import aiohttp
from aiohttp_socks import ProxyConnectionError, ProxyConnector, ProxyError, ProxyTimeoutError

from dropbox.local.spool import Spool
from dropbox.protocol.constants import ANSWER
from dropbox.protocol.errors import ProtocolError
from dropbox.protocol.wire import parse_answer

from . import limits
from .errors import BadAddress, BadAnswer, OnionWithoutTor, ProxyFailed, Refused, TransportFailed, Unreachable

_BINARY = "application/octet-stream"
# Whatever else a host may be written with is made into these letters only later, when is_onion has been asked.
_PLAIN_HOST = re.compile(r"[a-z0-9_.-]+|[0-9a-f:.]+")
_BOARD_ID = re.compile("[0-9a-f]{64}")
_GONE = "board-gone"
_BLANK = ("User-Agent", "Accept-Encoding", "Accept")
Came = Callable[[int, int], None]
"""Told after each piece of an answer how many bytes came, of how many that it announces; of those that came without."""


def is_onion(service: str) -> bool:
    """Whether only Tor can reach this address; its name must never be asked of a name server."""
    return (urlsplit(service).hostname or "").rstrip(".").endswith(".onion")


def check_address(service: str) -> str:
    """The address without a trailing slash. A host is written in plain letters, one of others as its xn-- name: what
    looks like another name here than to a name server could be an onion's. Raises BadAddress."""
    service = service.strip()
    try:
        parts = urlsplit(service)
        # A port is read only when it is asked for.
        good_port = parts.port != 0
    except ValueError:
        raise BadAddress("service") from None
    if not good_port or not service.isprintable() or " " in service:
        raise BadAddress("service")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise BadAddress("service")
    if not _PLAIN_HOST.fullmatch(parts.hostname):
        raise BadAddress("service")
    return service.rstrip("/")


def refusal(body: bytes) -> Refused | BadAnswer:
    """What an answer that is no 200 says."""
    try:
        return Refused(str(parse_answer(body, "refused")["code"]))
    except (ProtocolError, KeyError):
        return BadAnswer("refusal")


@dataclass
class _Partial:
    """What has come of an answer that can be gone on with after a cut, and of which board it is."""

    board: str = ""
    data: bytearray = field(default_factory=bytearray)

    def forget(self) -> None:
        self.board, self.data = "", bytearray()


@dataclass(frozen=True)
class _Request:
    method: str
    path: str
    longest: int
    body: bytes | None
    headers: dict[str, str] | None
    aside: Spool | None
    came: Came
    partial: _Partial | None = None

    @property
    def start(self) -> int:
        """How many bytes have come before this try."""
        return len(self.partial.data) if self.partial else 0

    @property
    def rest(self) -> str:
        """What is asked for now."""
        return f"{self.path}/{self.partial.board}/{self.start}" if self.partial and self.start else self.path


class Connection:
    """One visit's, or one daemon's, connection to the service.

    ``patience`` is for how many seconds a request that got no answer, or was told to try later, is sent again: the
    same bytes, after growing pauses. All tries together may take ``grace`` seconds and what their bytes take at the
    least rate: those that are sent, and those that the answer announces.
    """

    def __init__(
        self, service: str, socks: str | None = None, patience: float = limits.PATIENCE, grace: float = limits.GRACE
    ) -> None:
        """``socks`` is HOST:PORT of a SOCKS 5 proxy, which also resolves the name. Raises BadAddress,
        OnionWithoutTor."""
        self._service = check_address(service)
        if is_onion(service) and not socks:
            raise OnionWithoutTor("service")
        self._socks = socks
        self._patience = patience
        self._grace = grace
        self._session: aiohttp.ClientSession | None = None
        self.broke = False
        """Whether a try has got no answer since this was last set to False."""

    async def __aenter__(self) -> Self:
        logging.getLogger("aiohttp").setLevel(logging.CRITICAL)
        try:
            connector = self._through_proxy() if self._socks else aiohttp.TCPConnector()
        except ValueError:
            raise ProxyFailed("address") from None
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=_BLANK,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=60, sock_read=limits.SILENCE),
            auto_decompress=False,
            trust_env=False,
            trace_configs=[self._told_of_bodies()],
        )
        return self

    def _told_of_bodies(self) -> aiohttp.TraceConfig:
        """Called just before a body is written, by the task that writes it then and there."""

        async def written(*_: object) -> None:
            self.sending()

        told = aiohttp.TraceConfig()
        told.on_request_chunk_sent.append(written)
        return told

    def _through_proxy(self) -> aiohttp.BaseConnector:
        """Tor keeps connections of different SOCKS credentials on circuits of their own (its IsolateSOCKSAuth, on by
        default): two visits from one machine then have none in common."""
        return ProxyConnector.from_url(f"socks5://{secrets.token_hex(8)}:visit@{self._socks}", rdns=True)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    @asynccontextmanager
    async def _asked(
        self, method: str, path: str, headers: dict[str, str], body: bytes | None = None
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """One request and its answer. Raises Unreachable, ProxyFailed."""
        if self._session is None:
            raise Unreachable("not open")
        try:
            async with self._session.request(
                method, self._service + path, data=body, headers=headers, allow_redirects=False
            ) as answer:
                yield answer
        except (ProxyError, ProxyConnectionError, ProxyTimeoutError):
            raise ProxyFailed("socks") from None
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise Unreachable("connection") from None

    async def look(self, path: str, headers: dict[str, str], longest: int) -> tuple[int, str, bytes]:
        """One request with these headers and no other; the status, how the answer is packed, and at most ``longest``
        bytes of it. Raises Unreachable, ProxyFailed, BadAnswer."""
        held: list[bytes] = []
        async with self._asked("GET", path, headers) as answer:
            await _bounded(answer, longest, held.append, lambda size, of: None)
            return answer.status, answer.headers.get("Content-Encoding", ""), b"".join(held)

    async def _once(self, request: _Request) -> tuple[int, bytes]:
        """One request; the status and at most ``longest`` bytes, none where they went aside. Raises Unreachable,
        ProxyFailed, BadAnswer; OSError where nothing more can be put aside."""
        sent = dict(request.headers or {})
        if request.body is not None:
            sent["Content-Type"] = _BINARY
        try:
            async with self._asked(request.method, request.rest, sent, request.body) as answer:
                if request.partial is not None and answer.status == 200:
                    return answer.status, await _go_on(answer, request, request.partial)
                held: list[bytes] = []
                take = held.append
                if answer.status == 200 and request.aside is not None:
                    request.aside.empty()
                    take = request.aside.write
                # Of what goes aside only the answer itself may be long.
                refused = request.aside is not None and answer.status != 200
                await _bounded(answer, ANSWER if refused else request.longest, take, request.came)
                return answer.status, b"".join(held)
        except _DiskFailed as failed:
            raise failed.error from None

    async def ask(
        self,
        method: str,
        path: str,
        longest: int,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        aside: Spool | None = None,
        came: Came = lambda size, of: None,
        partial: _Partial | None = None,
    ) -> tuple[int, bytes]:
        """Ask until there is an answer, or patience or time ends; the status and at most ``longest`` bytes. The body of
        a 200 goes to ``aside`` where there is one, and is gathered in ``partial`` over several tries where there is
        one. Raises TransportFailed; OSError when no more can be put aside."""
        sent = announced = len(body or b"")

        def allow(size: int, of: int) -> None:
            nonlocal announced
            # What was announced once is allowed for: a short refusal on the way takes nothing of it back.
            announced = max(announced, sent + of)
            limit.reschedule(begun + self._grace + announced / limits.LEAST_RATE)
            came(size, of)

        request = _Request(method, path, max(longest, ANSWER), body, headers, aside, allow, partial)
        begun = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout_at(begun + self._grace + sent / limits.LEAST_RATE) as limit:
                return await self._patiently(request)
        except TimeoutError:
            self.broke = True
            raise Unreachable("slow") from None

    def sending(self) -> None:
        """Called when the body of a request leaves."""

    def going_on(self) -> None:
        """Called when a request that got no whole answer is about to be made again."""

    async def _patiently(self, request: _Request) -> tuple[int, bytes]:
        until = time.monotonic() + self._patience
        pause = limits.FIRST_PAUSE
        while True:
            start = request.start
            try:
                status, data = await self._once(request)
                refused = refusal(data) if status not in (200, 409) else None
                if start and isinstance(refused, Refused) and refused.refusal == _GONE and request.partial is not None:
                    # Another board is shown by now: from the beginning.
                    request.partial.forget()
                    continue
                if not (isinstance(refused, Refused) and refused.refusal in limits.TRY_AGAIN):
                    return status, data
                failure: TransportFailed = refused
            except (Unreachable, ProxyFailed) as error:
                self.broke = True
                failure = error
                if request.start > start:
                    # A line that is cut again and again gets on all the same.
                    until, pause = time.monotonic() + self._patience, limits.FIRST_PAUSE
            if time.monotonic() + pause > until:
                raise failure
            if not isinstance(failure, Refused):
                self.going_on()
            await asyncio.sleep(pause)
            pause = min(pause * 2, limits.LONGEST_PAUSE)

    async def get(self, path: str, longest: int, came: Came = lambda size, of: None) -> bytes:
        """The body of a 200. Raises TransportFailed."""
        status, data = await self.ask("GET", path, longest, came=came)
        if status != 200:
            raise refusal(data)
        return data

    async def get_through_cuts(self, path: str, longest: int, came: Came = lambda size, of: None) -> bytes:
        """The body of a 200 of an address that can be gone on with where it was cut. Raises TransportFailed."""
        status, data = await self.ask("GET", path, longest, came=came, partial=_Partial())
        if status != 200:
            raise refusal(data)
        return data


async def _go_on(answer: aiohttp.ClientResponse, request: _Request, partial: _Partial) -> bytes:
    """Gather what comes behind what came before. Raises BadAnswer."""
    board, start = answer.headers.get("dropbox-board", ""), len(partial.data)
    if not _BOARD_ID.fullmatch(board) or (start and board != partial.board):
        raise BadAnswer("board")
    partial.board = board
    came = request.came

    def both(size: int, of: int) -> None:
        came(start + size, start + of)

    await _bounded(answer, request.longest - start, partial.data.extend, both)
    return bytes(partial.data)


class _DiskFailed(Exception):
    """This machine's disk, which is no failure of the connection."""

    def __init__(self, error: OSError) -> None:
        super().__init__()
        self.error = error


async def _bounded(answer: aiohttp.ClientResponse, longest: int, take: Callable[[bytes], None], came: Came) -> None:
    """The body piece by piece, at most ``longest`` bytes. Raises BadAnswer, _DiskFailed."""
    announced = answer.content_length
    if announced is not None and announced > longest:
        raise BadAnswer("too large")
    came(0, announced or 0)
    size = 0
    async for piece in answer.content.iter_chunked(1 << 16):
        size += len(piece)
        if size > longest:
            raise BadAnswer("too large")
        came(size, size if announced is None else announced)
        try:
            take(piece)
        except OSError as error:
            raise _DiskFailed(error) from None
