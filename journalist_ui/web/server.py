# SPDX-License-Identifier: AGPL-3.0-or-later
"""Listening for the officers' browsers, with TLS where others than this machine reach it. Nothing of a request is
logged."""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

from aiohttp import web

from journalist_ui.desk.api import Desk
from journalist_ui.desk.log import log
from journalist_ui.desk.web_address import WebAddress
from journalist_ui.refusals import BadInput

from .answers import Answer
from .gate import Gate
from .site import Site

_MOST_CONNECTIONS = 128
_MOST_OF_A_PEER = 64
_REQUEST_WITHIN = 5.0
_FINISH_WITHIN = 5.0
_SILENT = logging.getLogger("journalist_ui.web.silent")
_SILENT.disabled = True


def _peer(transport: asyncio.BaseTransport | None) -> str:
    """The address at the other end; empty once it is gone."""
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
        if status < 500:
            return Answer(b"Not understood.", "text/plain; charset=utf-8", 400)
        log("error", "web", type(exc).__name__)
        if request.writer.output_size:
            raise ConnectionResetError("an answer was begun")
        return Answer(b"The desk failed at this.", "text/plain; charset=utf-8", 500)


class Server(web.Server):
    """Makes ``Connection`` for each accepted socket."""

    def has_room(self, peer: str) -> bool:
        """Whether there may be another connection, and another of that peer."""
        peers = [_peer(one.transport) for one in self.connections]
        return len(peers) < _MOST_CONNECTIONS and peers.count(peer) < _MOST_OF_A_PEER

    def __call__(self) -> Connection:
        limits: dict[str, Any] = {
            "access_log": None,
            "logger": _SILENT,
            "keepalive_timeout": _REQUEST_WITHIN,
            "lingering_time": 2.0,
            "max_line_size": 1_024,
            "max_field_size": 16_384,
            "max_headers": 64,
            "auto_decompress": False,
        }
        return Connection(self, loop=self._loop, **limits)


def _tls(address: WebAddress) -> ssl.SSLContext | None:
    """Raises BadInput."""
    if address.certificate is None or address.key is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    try:
        # A key with a passphrase would ask on the terminal; an empty answer refuses it instead.
        context.load_cert_chain(address.certificate, address.key, password="")
    except (OSError, ValueError):
        raise BadInput(
            "web_cert and web_key cannot be used: two PEM files that belong together, readable here."
        ) from None
    return context


@asynccontextmanager
async def serving(desk: Desk, address: WebAddress | None) -> AsyncIterator[None]:
    """Serve the pages while the block runs; nothing without an address. Raises BadInput."""
    if address is None:
        yield
        return
    server = Server(Gate(Site(desk, address)).answer)
    tls = _tls(address)
    try:
        listening = await asyncio.get_running_loop().create_server(
            server,
            address.host,
            address.port,
            ssl=tls,
            backlog=64,
            ssl_handshake_timeout=_REQUEST_WITHIN if tls else None,
        )
    except OSError as error:
        raise BadInput(
            f"The web pages cannot be served at {address.host}:{address.port} ({type(error).__name__}). "
            "Another program may use that port: choose one with --web."
        ) from None
    try:
        yield
    finally:
        listening.close()
        server.pre_shutdown()
        await server.shutdown(_FINISH_WITHIN)
