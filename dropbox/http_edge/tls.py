# SPDX-License-Identifier: AGPL-3.0-or-later
"""A connection has its place from its first moment, and not only once its TLS handshake is over: whoever opens many and
greets nobody gives way like whoever sends half a request."""

import asyncio
import ssl
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import cast

from .connection import Server


def doors(server: Server, certificate: Path, key: Path, within: float) -> Callable[[], "Door"]:
    """What makes a Door for each accepted socket; TLS 1.3 alone is spoken. Raises OSError, ValueError of two files that
    cannot be used."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    # A key with a passphrase would ask on the terminal; an empty answer refuses it instead.
    context.load_cert_chain(certificate, key, password="")
    return partial(Door, server, context, within)


class Door(asyncio.Protocol):
    """What a socket speaks to until its handshake is over, within so many seconds; then it is a Connection's."""

    def __init__(self, server: Server, context: ssl.SSLContext, within: float) -> None:
        self._server, self._context, self._within = server, context, within
        self._connection = server()
        self._early = b""
        self._greeting: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """One too many is closed before it is greeted."""
        if self._connection.enter(cast(asyncio.Transport, transport)):
            self._greeting = asyncio.get_running_loop().create_task(self._greet(cast(asyncio.Transport, transport)))

    def data_received(self, data: bytes) -> None:
        """What came with the end of the handshake, before the connection was told of it."""
        self._early += data

    def connection_lost(self, exc: Exception | None) -> None:
        self._server.places.leave(self._connection)

    async def _greet(self, transport: asyncio.Transport) -> None:
        loop = asyncio.get_running_loop()
        try:
            spoken = await loop.start_tls(
                transport, self, self._context, server_side=True, ssl_handshake_timeout=self._within
            )
        except OSError:
            spoken = None
        if spoken is None or spoken.is_closing():
            self._server.places.leave(self._connection)
            transport.abort()
            return
        spoken.set_protocol(self._connection)
        self._connection.serve(spoken)
        if self._early:
            self._connection.data_received(self._early)
