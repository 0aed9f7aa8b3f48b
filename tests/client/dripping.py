# SPDX-License-Identifier: AGPL-3.0-or-later
"""Services on loopback that drip, stop or say nothing, whatever they are asked; one just keeps the least rate."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from dropbox.transport import limits

GRACE = 0.3
"""Seconds, in place of two minutes."""
SIZE = 256
"""Of an answer that drips, or breaks off."""
LONG = 16_384
HEAD = b"HTTP/1.1 200 Success\r\ndropbox-board: " + b"0" * 64 + b"\r\ncontent-length: %d\r\n\r\n"
ENOUGH = GRACE + 4
"""Seconds: what these small bodies may take, and a busy machine's delay; no answer here is whole by then."""
Say = Callable[[asyncio.StreamWriter], Awaitable[None]]


async def _in_pieces(writer: asyncio.StreamWriter, data: bytes, size: int, pause: float) -> None:
    begun = time.monotonic()
    for number, at in enumerate(range(0, len(data), size), start=1):
        writer.write(data[at : at + size])
        await writer.drain()
        # Each by its own time, so that a busy machine's delays do not add up.
        await asyncio.sleep(max(0.0, begun + number * pause - time.monotonic()))


async def drips(writer: asyncio.StreamWriter) -> None:
    """The body a byte at a time, without end."""
    writer.write(HEAD % SIZE)
    await _in_pieces(writer, bytes(SIZE), 1, 0.02)


async def drips_its_head(writer: asyncio.StreamWriter) -> None:
    """The head too."""
    await _in_pieces(writer, HEAD % SIZE, 1, 0.1)


async def drips_unannounced(writer: asyncio.StreamWriter) -> None:
    """A body of which nobody said how long it is."""
    writer.write(b"HTTP/1.1 200 Success\r\ndropbox-board: " + b"0" * 64 + b"\r\ntransfer-encoding: chunked\r\n\r\n")
    await _in_pieces(writer, b"1\r\nx\r\n" * SIZE, 6, 0.02)


async def stops(writer: asyncio.StreamWriter) -> None:
    """In the middle of its body."""
    writer.write(HEAD % SIZE + bytes(SIZE // 2))
    await asyncio.sleep(60)


async def says_nothing(writer: asyncio.StreamWriter) -> None:
    """Not a byte."""
    await asyncio.sleep(60)


async def keeps_the_rate(writer: asyncio.StreamWriter) -> None:
    """Above the least rate, for much longer than the grace."""
    writer.write(HEAD % LONG)
    await _in_pieces(writer, bytes(LONG), 1_024, 0.75 * 1_024 / limits.LEAST_RATE)


@asynccontextmanager
async def service(say: Say) -> AsyncIterator[str]:
    """Answers whatever it is asked in that way."""
    at_work: set[asyncio.Task[None]] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        at_work.add(asyncio.current_task())  # type: ignore[arg-type]  # there is one
        with suppress(ConnectionError, EOFError, asyncio.CancelledError):
            await reader.readuntil(b"\r\n\r\n")
            await say(writer)
        writer.close()

    listening = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    listening.close()
    for one in at_work:
        one.cancel()
    await asyncio.gather(*at_work)


SLOW = (drips, drips_its_head, drips_unannounced, stops, says_nothing)
