# SPDX-License-Identifier: AGPL-3.0-or-later
"""A server of connections: bounded in every direction, fair to those who connect, silent about them."""

import asyncio
import logging
import secrets
import socket
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, cast

from aiohttp import web

from .callers import SHARED, Address, Caller, Callers, Front, Kind, NoProxyLine, plain_address, proxy_line
from .pace import Pace
from .places import Places

LONGEST_LINE = 1_024
MOST_FIELDS = 64
LINGER = 2.0
"""Seconds for which a refused body is read and thrown away, so that the refusal reaches its sender."""
_LOOK_EVERY = 1.0
_SEND_BUFFER = 128 * 1024
"""Bytes. With less, TCP waits for its peer's late acknowledgements, and a board takes seconds."""

_SILENT = logging.getLogger("dropbox.http_edge.silent")
_SILENT.disabled = True


@dataclass(frozen=True)
class Limits:
    """What a server bears at once. ``of_a_caller``: connections of one that can be told from others; ``head_within``:
    seconds from a request's first byte to the end of its headers; ``idle_within``: seconds without a byte, from the
    opening of a connection or from the last answer; ``longest_field`` in bytes."""

    connections: int
    of_a_caller: int
    head_within: float
    idle_within: float
    longest_field: int


@dataclass(frozen=True)
class Trouble:
    """What is answered in place of the library's error pages: to what is no HTTP, and when a handler failed (which is
    to be logged by its class alone: a message may hold content)."""

    bad: Callable[[], web.StreamResponse]
    fault: Callable[[BaseException | None], web.StreamResponse]


class Connection(web.RequestHandler):
    """One connection. The library's error pages and log lines (they name the address) are replaced."""

    __slots__ = ("_early", "caller", "head_since", "pace", "quiet", "socket", "waits_since")

    caller: Caller | None
    """None before the front has said who it is."""
    socket: asyncio.Transport
    waits_since: float | None
    """Since when the end of a request's headers is waited for; None while one is answered."""
    head_since: float | None
    """When the first byte of those headers came."""
    quiet: bool
    """Whether nothing more may come before the answer: whoever sends on is not seen to hang up."""
    pace: Pace | None
    """Of the body that comes or the answer that goes."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self.enter(cast(asyncio.Transport, transport)):
            self.serve(cast(asyncio.Transport, transport))

    def enter(self, transport: asyncio.Transport) -> bool:
        """Take a place; one too many is closed before the library begins to serve it."""
        self.caller, self.head_since, self.pace, self.quiet, self._early = None, None, None, False, b""
        self.socket, self.waits_since = transport, self._loop.time()
        if not cast(Server, self._manager).admit(self):
            self._manager = None
            self.socket.abort()
            return False
        return True

    def serve(self, transport: asyncio.Transport) -> None:
        """Requests come by this transport from now on."""
        self.socket = transport
        _hold_little(transport)
        super().connection_made(transport)

    def connection_lost(self, exc: BaseException | None) -> None:
        if self._manager is not None:
            cast(Server, self._manager).places.leave(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """The front's line is read here, before the library sees a byte."""
        if self.caller is None and data and self._manager is not None:
            try:
                found = proxy_line(self._early + data)
            except NoProxyLine:
                self.socket.abort()
                return
            if found is None:
                self._early += data
                return
            self._early = b""
            address, data = found
            if not cast(Server, self._manager).introduce(self, address):
                self.socket.abort()
                return
        if data:
            if self.quiet:
                self.socket.abort()
                return
            now = self._loop.time()
            if self.pace is not None and self.pace.incoming:
                self.pace.move(len(data), now)
            elif self.waits_since is not None and self.head_since is None:
                self.head_since = now
        super().data_received(data)

    def begin(self) -> None:
        """A request's headers are whole."""
        self.waits_since = self.head_since = None

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Then the next request is waited for."""
        self.begin()
        try:
            return await super().finish_response(request, resp, start_time)
        finally:
            self.pace, self.waits_since = None, self._loop.time()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        manager = cast(Server, self._manager)
        if status < 500:
            return manager.trouble.bad()
        answer = manager.trouble.fault(exc)
        if request.writer.output_size:
            raise ConnectionResetError("an answer was begun")
        return answer


def set_pace(request: web.BaseRequest, pace: Pace | None) -> None:
    """Let the connection of a request be judged by a transfer's pace; None ends that."""
    if isinstance(request.protocol, Connection):
        request.protocol.pace = pace


@contextmanager
def in_silence(request: web.BaseRequest) -> Iterator[None]:
    """While an answer is long in coming: a connection that sends before it has come is ended."""
    connection = request.protocol
    if not isinstance(connection, Connection):
        yield
        return
    if connection._messages:  # read ahead; the library has no name for it
        connection.socket.abort()
    connection.quiet = True
    try:
        yield
    finally:
        connection.quiet = False


def caller_of(request: web.BaseRequest) -> Caller:
    """Who sent a request."""
    connection = request.protocol
    return (connection.caller if isinstance(connection, Connection) else None) or SHARED


class Server(web.Server):
    """Makes ``Connection`` for each accepted socket, as many as there may be."""

    def __init__(
        self,
        answer: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]],
        limits: Limits,
        trouble: Trouble,
        front: Front | None = None,
    ) -> None:
        """With a ``front``, every connection is its own and begins with its line."""
        super().__init__(self._answer)
        self._handler = answer
        self.limits = limits
        self.trouble = trouble
        self.front = front
        self.places = Places()
        self._callers = Callers(secrets.token_bytes, time.monotonic)
        self._looking: asyncio.TimerHandle | None = None

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        cast(Connection, request.protocol).begin()
        return await self._handler(request)

    def admit(self, connection: Connection) -> bool:
        """Whether there is room for a new connection, which may cost another its place."""
        peer = connection.socket.get_extra_info("peername")
        address = plain_address(str(peer[0])) if isinstance(peer, tuple) else None
        if self.front is not None and self.front.address is not None and str(address) != self.front.address:
            return False
        now = self._loop.time()
        if len(self.places) >= self.limits.connections and not self._make_room(self.places.victim(now)):
            return False
        self.places.take(connection)
        if self._looking is None:
            self._looking = self._loop.call_later(_LOOK_EVERY, self._look)
        return self.front is not None or self.introduce(connection, address)

    def introduce(self, connection: Connection, address: Address | None) -> bool:
        """Whether a caller, who is known from now on, may have one more connection. A prefix is many people's: what it
        holds counts once the half of all is taken."""
        caller = self._callers.tell(address)
        full = caller.mark and self.places.of(caller) >= self.limits.of_a_caller
        if caller.kind is Kind.PREFIX and len(self.places) <= self.limits.connections // 2:
            full = False
        if full and not self._make_room(self.places.own_victim(caller, self._loop.time())):
            self.places.leave(connection)
            return False
        self.places.introduce(connection, caller)
        return True

    def _make_room(self, victim: "Connection | None") -> bool:
        if victim is None:
            return False
        self.places.leave(victim)
        victim.socket.abort()
        return True

    def _look(self) -> None:
        """End what has been too slow for too long."""
        now = self._loop.time()
        for one in self.places.late(now, self.limits.head_within, self.limits.idle_within):
            one.socket.abort()
        self._looking = self._loop.call_later(_LOOK_EVERY, self._look) if len(self.places) else None

    async def shutdown(self, timeout: float | None = None) -> None:  # noqa: ASYNC109  (the library's)
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None
        await super().shutdown(timeout)

    def __call__(self) -> Connection:
        return Connection(
            self,
            loop=self._loop,
            # What the library calls silence; its types do not.
            access_log=None,  # type: ignore[arg-type]
            logger=_SILENT,
            keepalive_timeout=self.limits.idle_within,
            lingering_time=LINGER,
            max_line_size=LONGEST_LINE,
            max_field_size=self.limits.longest_field,
            max_headers=MOST_FIELDS,
            auto_decompress=False,
        )


def _hold_little(transport: asyncio.Transport) -> None:
    """What a reader leaves lying piles up neither here nor in the kernel."""
    transport.set_write_buffer_limits(high=0)
    found: Any = transport.get_extra_info("socket")
    with suppress(OSError, AttributeError):
        found.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
