# SPDX-License-Identifier: AGPL-3.0-or-later
"""A stand-in for Tor before a server's Unix socket: who comes by another SOCKS user name comes by another circuit."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import count
from pathlib import Path

HOST = "127.0.0.1"
HONEST = 1 << 24
"""The first circuit that the stand-in gives; those of floods lie below."""
_PIECE = 65_536


_BOUGHT = count(HONEST)
"""No circuit is given twice, whichever stand-in gives it: a second visit by one is no first of its hour."""


def circuit_line(circuit: int) -> bytes:
    """What Tor sends before the first byte, with HiddenServiceExportCircuitID haproxy (docs/runbooks, deploy/tor)."""
    return (
        f"PROXY TCP6 fc00:dead:beef:4dad::{circuit >> 16:x}:{circuit & 0xFFFF:x} ::1 {circuit & 0xFFFF} 80\r\n".encode()
    )


async def _user(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
    """The user name of a SOCKS 5 client that asks for a connection, wherever to."""
    await reader.readexactly((await reader.readexactly(2))[1])
    writer.write(b"\x05\x02")
    name = await reader.readexactly((await reader.readexactly(2))[1])
    await reader.readexactly((await reader.readexactly(1))[0])
    writer.write(b"\x01\x00")
    kind = (await reader.readexactly(4))[3]
    length = {1: 4, 4: 16}.get(kind) or (await reader.readexactly(1))[0]
    await reader.readexactly(length + 2)
    return name.decode()


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(_PIECE):
            sink.write(data)
            await sink.drain()
    sink.close()


class StandIn:
    """``socks`` is where it listens, HOST:PORT; ``named`` False sends no line: the server is not told of circuits."""

    def __init__(self, server: Path, named: bool) -> None:
        self._server = server
        self._named = named
        self._circuits: dict[str, int] = {}
        self.socks = ""

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One stream, to its end."""
        try:
            user = await _user(reader, writer)
            if user not in self._circuits:
                self._circuits[user] = next(_BOUGHT)
            circuit = self._circuits[user]
            inner, outer = await asyncio.open_unix_connection(self._server)
        except (OSError, asyncio.IncompleteReadError):
            writer.close()
            return
        if self._named:
            outer.write(circuit_line(circuit))
        writer.write(b"\x05\x00\x00\x01" + bytes(6))
        with suppress(asyncio.CancelledError):  # the end of whoever listens
            await asyncio.gather(_pump(reader, outer), _pump(inner, writer))


@asynccontextmanager
async def stand_in(server: Path, named: bool = True) -> AsyncIterator[StandIn]:
    """Listens while the block runs."""
    found = StandIn(server, named)
    listening = await asyncio.start_server(found.carry, HOST, 0)
    found.socks = f"{HOST}:{listening.sockets[0].getsockname()[1]}"
    async with listening:
        yield found
