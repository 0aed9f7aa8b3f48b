# SPDX-License-Identifier: AGPL-3.0-or-later
"""A server of connections: bounded in every direction, silent about who connects."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import cast

from aiohttp import web

LONGEST_LINE = 1_024
MOST_FIELDS = 64
LINGER = 2.0
"""Seconds for which a refused body is read and thrown away, so that the refusal reaches its sender."""

_SILENT = logging.getLogger("dropbox.http_edge.silent")
_SILENT.disabled = True


@dataclass(frozen=True)
class Limits:
    """What a server bears at once. ``request_within``: seconds from the opening of a connection, or from the last
    answer, to the end of a request's headers; ``longest_field`` in bytes."""

    connections: int
    of_a_peer: int
    request_within: float
    longest_field: int


@dataclass(frozen=True)
class Trouble:
    """What is answered in place of the library's error pages: to what is no HTTP, and when a handler failed (which is
    to be logged by its class alone: a message may hold content)."""

    bad: Callable[[], web.StreamResponse]
    fault: Callable[[BaseException | None], web.StreamResponse]


def _peer(transport: asyncio.BaseTransport | None) -> str:
    """The address at the other end; empty once it is gone, and on a Unix socket."""
    name = transport.get_extra_info("peername") if transport else None
    return str(name[0]) if name else ""


class Connection(web.RequestHandler):
    """One connection. The library's error pages and log lines (they name the address) are replaced."""

    __slots__ = ()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """One too many is closed before the library begins to serve it."""
        if isinstance(self._manager, Server) and not self._manager.has_room(_peer(transport)):
            self._manager = None
            cast(asyncio.Transport, transport).abort()
            return
        super().connection_made(transport)

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


class Server(web.Server):
    """Makes ``Connection`` for each accepted socket, as many as there may be."""

    def __init__(
        self, answer: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]], limits: Limits, trouble: Trouble
    ) -> None:
        super().__init__(answer)
        self.limits = limits
        self.trouble = trouble

    def has_room(self, peer: str) -> bool:
        """Whether there may be another connection, and another of that peer."""
        peers = [_peer(one.transport) for one in self.connections]
        return len(peers) < self.limits.connections and peers.count(peer) < self.limits.of_a_peer

    def __call__(self) -> Connection:
        return Connection(
            self,
            loop=self._loop,
            # What the library calls silence; its types do not.
            access_log=None,  # type: ignore[arg-type]
            logger=_SILENT,
            keepalive_timeout=self.limits.request_within,
            lingering_time=LINGER,
            max_line_size=LONGEST_LINE,
            max_field_size=self.limits.longest_field,
            max_headers=MOST_FIELDS,
            auto_decompress=False,
        )
