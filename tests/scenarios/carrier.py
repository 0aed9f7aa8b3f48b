# SPDX-License-Identifier: AGPL-3.0-or-later
"""Carries bytes from a loopback port or a Unix socket to a server and back, and keeps what each connection sent."""

import asyncio
import socket
import threading
from contextlib import closing
from pathlib import Path

from tests.scenarios.service import PATIENCE


class Carrier:
    """Listens on ``port``, or on the socket ``at``, until ``close``; ``sent`` holds the bytes of each connection to the
    server, in order. ``first`` goes before them, as a front's line does."""

    def __init__(
        self, unix: Path | None = None, port: int | None = None, at: Path | None = None, first: bytes = b""
    ) -> None:
        self._unix, self._target, self._at, self._first = unix, port, at, first
        self.sent: list[bytearray] = []
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = asyncio.Event()
        listening = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._listen(listening)))
        self._thread.start()
        assert listening.wait(PATIENCE)

    async def _listen(self, listening: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        if self._at is not None:
            server = await asyncio.start_unix_server(self._carry, self._at)
        else:
            server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
        async with server:
            listening.set()
            await self._stop.wait()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._unix is not None:
            return await asyncio.open_unix_connection(str(self._unix))
        return await asyncio.open_connection("127.0.0.1", self._target)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter, keep: bytearray | None) -> None:
            while data := await source.read(65_536):
                if keep is not None:
                    keep.extend(data)
                sink.write(data)
                await sink.drain()
            sink.close()

        # However it ends, by a line that breaks or with the carrier, no end of it stays open.
        with closing(writer):
            try:
                inner, outer = await self._connect()
            except OSError:
                return
            with closing(outer):
                kept = bytearray()
                self.sent.append(kept)
                outer.write(self._first)
                await asyncio.gather(pump(reader, outer, kept), pump(inner, writer, None), return_exceptions=True)

    def close(self) -> None:
        """Stop listening."""
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(PATIENCE)
