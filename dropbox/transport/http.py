# SPDX-License-Identifier: AGPL-3.0-or-later
"""Drives a flow over HTTP, directly or through a SOCKS proxy such as Tor's (docs/http-api.md).

Nothing is kept between requests: no cookie, no cache, no header that tells the program or the machine. Every answer is
bounded before it is read.
"""

import asyncio
import logging
import math
import secrets
import time
from collections.abc import Awaitable, Callable, Generator
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import aiohttp
from aiohttp_socks import ProxyConnectionError, ProxyConnector, ProxyError, ProxyTimeoutError

from dropbox.flows.requests import (
    BatchAnswer,
    GetBoard,
    GetDirectory,
    GetIntakeState,
    GetSegment,
    NotTaken,
    PostBatch,
    PostEnvelope,
)
from dropbox.protocol.batch import upload_size
from dropbox.protocol.constants import ANSWER, MAX_BOARD, MAX_DIRECTORY, MAX_QUOTA, MAX_SEGMENT_ENVELOPES
from dropbox.protocol.errors import ProtocolError
from dropbox.protocol.wire import parse_answer, segment_size

from .errors import BadAddress, BadAnswer, OnionWithoutTor, ProxyFailed, Refused, TransportFailed, Unreachable

Result = TypeVar("Result")
Handler = Callable[[Any], Awaitable[Any]]
_BINARY = "application/octet-stream"
_BLANK = ("User-Agent", "Accept-Encoding", "Accept")
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
NOT_SERVED = frozenset({"expired", "future"})
"""Refusals of a segment that the server no longer has, or not yet."""
TRY_AGAIN = frozenset({"try-later", "not-ready", "too-slow", "fault"})
"""Refusals that pass by themselves."""


def is_onion(service: str) -> bool:
    """Whether only Tor can reach this address; its name must never be asked of a name server."""
    return (urlsplit(service).hostname or "").rstrip(".").endswith(".onion")


def check_address(service: str) -> str:
    """The address without a trailing slash. Raises BadAddress."""
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
    return service.rstrip("/")


def _refusal(body: bytes) -> Refused | BadAnswer:
    try:
        return Refused(str(parse_answer(body, "refused")["code"]))
    except (ProtocolError, KeyError):
        return BadAnswer("refusal")


class HttpTransport:
    """One visit's, or one daemon's, connection to the service.

    ``patience`` is for how many seconds a request that got no answer, or was told to try later, is sent again: the
    same bytes, after growing pauses. Each request has a time limit of its own.
    """

    def __init__(
        self, service: str, socks: str | None = None, patience: float = 20.0, after_board: float = 0.0
    ) -> None:
        """``socks`` is HOST:PORT of a SOCKS 5 proxy, which also resolves the name. An envelope leaves ``after_board``
        seconds, or a whole multiple of it, after the last board arrived: finding and opening take longer for some
        codenames than for others, and that must not show. Raises BadAddress, OnionWithoutTor."""
        self._service = check_address(service)
        if is_onion(service) and not socks:
            raise OnionWithoutTor("service")
        self._socks = socks
        self._patience = patience
        self._after_board = after_board
        self._board_at = 0.0
        self._unanswered = False
        self._session: aiohttp.ClientSession | None = None

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
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=60, sock_read=120),
            auto_decompress=False,
            trust_env=False,
        )
        return self

    def _through_proxy(self) -> aiohttp.BaseConnector:
        """Tor keeps connections of different SOCKS credentials on circuits of their own (its IsolateSOCKSAuth, on by
        default): two visits from one machine then have none in common."""
        return ProxyConnector.from_url(f"socks5://{secrets.token_hex(8)}:visit@{self._socks}", rdns=True)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def _once(
        self, method: str, path: str, longest: int, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        """One request; the status and at most ``longest`` bytes. Raises Unreachable, ProxyFailed, BadAnswer."""
        if self._session is None:
            raise Unreachable("not open")
        sent = dict(headers or {})
        if body is not None:
            sent["Content-Type"] = _BINARY
        try:
            async with self._session.request(
                method, self._service + path, data=body, headers=sent, allow_redirects=False
            ) as answer:
                return answer.status, await _bounded(answer, longest)
        except (ProxyError, ProxyConnectionError, ProxyTimeoutError):
            raise ProxyFailed("socks") from None
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise Unreachable("connection") from None

    async def _ask(
        self, method: str, path: str, longest: int, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Ask until there is an answer or patience ends. Raises TransportFailed."""
        until = time.monotonic() + self._patience
        pause = _FIRST_PAUSE
        while True:
            try:
                status, data = await self._once(method, path, max(longest, ANSWER), body, headers)
                refused = _refusal(data) if status not in (200, 409) else None
                if not (isinstance(refused, Refused) and refused.refusal in TRY_AGAIN):
                    return status, data
                failure: TransportFailed = refused
            except (Unreachable, ProxyFailed) as error:
                self._unanswered = True
                failure = error
            if time.monotonic() + pause > until:
                raise failure
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _get(self, path: str, longest: int, headers: dict[str, str] | None = None) -> bytes:
        status, data = await self._ask("GET", path, longest, headers=headers)
        if status != 200:
            raise _refusal(data)
        return data

    async def _segment(self, request: GetSegment) -> bytes | None:
        headers = {"dropbox-unit": request.unit_id.hex(), "dropbox-signature": request.signature.hex()}
        try:
            return await self._get(f"/v1/intake/{request.period}", segment_size(MAX_SEGMENT_ENVELOPES), headers)
        except Refused as refused:
            if refused.refusal in NOT_SERVED:
                return None
            raise

    async def _batch(self, request: PostBatch) -> BatchAnswer:
        status, data = await self._ask("POST", "/v1/batches", upload_size(MAX_QUOTA), request.upload)
        if status == 409 and len(data) != ANSWER:
            return BatchAnswer("batch-held", data)
        if status != 200:
            refused = _refusal(data)
            if isinstance(refused, Refused):
                return BatchAnswer(refused.refusal)
            raise refused
        return BatchAnswer("published")

    async def _envelope(self, envelope: bytes) -> bytes | NotTaken:
        """The receipt's bytes. A refusal in the server's own form says that nothing was taken, unless an earlier try
        got no answer."""
        self._unanswered = False
        try:
            status, data = await self._ask("POST", "/v1/envelopes", ANSWER, envelope)
            if status == 200:
                return data
            raise _refusal(data)
        except TransportFailed as error:
            return NotTaken(error, perhaps=self._unanswered or not isinstance(error, Refused))

    async def answer(self, request: Any) -> Any:
        """The answer to one network request of a flow. Raises TransportFailed, but for an envelope, whose flow is told;
        KeyError for another request."""
        match request:
            case GetDirectory():
                return await self._get("/v1/directory", MAX_DIRECTORY)
            case GetBoard():
                board = await self._get("/v1/board", MAX_BOARD)
                self._board_at = time.monotonic()
                return board
            case GetIntakeState():
                return await self._get("/v1/intake", ANSWER)
            case PostEnvelope(envelope):
                await self._steady_moment()
                return await self._envelope(envelope)
            case GetSegment():
                return await self._segment(request)
            case PostBatch():
                return await self._batch(request)
        raise KeyError(type(request).__name__)

    async def _steady_moment(self) -> None:
        """Until the next whole multiple of ``after_board`` after the board came, at least one (step 7.1.5)."""
        if self._after_board:
            passed = time.monotonic() - self._board_at
            await asyncio.sleep(max(1, math.ceil(passed / self._after_board)) * self._after_board - passed)

    async def drive(self, flow: Generator[Any, Any, Result], handle: Handler | None = None) -> Result:
        """Run a flow to its end: network requests here, every other one through ``handle``."""
        network = (GetDirectory, GetBoard, GetIntakeState, PostEnvelope, GetSegment, PostBatch)
        try:
            request = next(flow)
            while True:
                if isinstance(request, network) or handle is None:
                    answer = await self.answer(request)
                else:
                    answer = await handle(request)
                request = flow.send(answer)
        except StopIteration as done:
            result: Result = done.value
            return result


async def _bounded(answer: aiohttp.ClientResponse, longest: int) -> bytes:
    """The body, at most ``longest`` bytes. Raises BadAnswer."""
    if answer.content_length is not None and answer.content_length > longest:
        raise BadAnswer("too large")
    pieces, size = [], 0
    async for piece in answer.content.iter_chunked(1 << 16):
        size += len(piece)
        if size > longest:
            raise BadAnswer("too large")
        pieces.append(piece)
    return b"".join(pieces)
