# SPDX-License-Identifier: AGPL-3.0-or-later
"""The floods themselves: a process that talks to the server's Unix socket as many callers, until its input ends.

    python -m bench.flood_senders SOCKET ORDER

ORDER is JSON: the fields of ``Order``. Prints one line when it begins, at the end what it spent and got (``Spent``).
"""

import asyncio
import json
import logging
import os
import re
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.flood_tor import circuit_line
from dropbox.protocol.primitives import sha256
from dropbox.protocol.wire import parse_receipt

ENVELOPE = 16_384
_PAUSE = 0.02
"""Seconds before a connection that ended is opened again."""
_GONE = (OSError, EOFError, asyncio.LimitOverrunError, TimeoutError)
_BINARY = b"host: x\r\ncontent-type: application/octet-stream\r\n"
_LOOK, _TRICKLE = 5.0, 20
"""Nothing is there any more when fewer were taken in so many seconds than what comes anew and chance explain."""
_LEAST = 8.5 * 1024
"""Bytes a second of who just keeps the least rate."""


@dataclass(frozen=True)
class Order:
    """What to send. ``callers`` 0: one that is shared, of whom nothing is said. ``each``: connections of a caller.
    ``first``: the number before the first circuit's. ``rate``: fresh callers a second. ``patience``: seconds that an
    answer is waited for. ``stubborn``: a fresh caller asks until it is taken. ``files``: bodies to upload;
    ``receipts``: where the ids of taken envelopes are written."""

    kind: str
    callers: int = 1
    each: int = 16
    first: int = 0
    rate: float = 0.0
    patience: float = 2.0
    stubborn: bool = False
    files: Sequence[str] = ()
    receipts: str = ""


@dataclass
class Spent:
    """What a flood cost and reached. ``callers``: circuits bought; ``answers`` by their status."""

    callers: int
    connections: int
    taken: int
    answers: dict[str, int]


Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Sender:
    """Connections to one server, and a count of all that came of them."""

    def __init__(self, server: Path, order: Order) -> None:
        self.server = server
        self.order = order
        self.spent = Spent(order.callers, 0, 0, {})
        self.bodies = [Path(one).read_bytes() for one in order.files]
        self._receipts = open(order.receipts, "a") if order.receipts else None  # noqa: SIM115 - open while it runs

    async def open(self, caller: int, limit: int = 1 << 16) -> Streams:
        reader, writer = await asyncio.open_unix_connection(self.server, limit=limit)
        self.spent.connections += 1
        if self.order.callers:
            writer.write(circuit_line(self.order.first + caller))
        return reader, writer

    async def ask(self, streams: Streams, request: bytes) -> tuple[int, bytes]:
        """An answer, within the order's patience."""
        reader, writer = streams
        async with asyncio.timeout(self.order.patience):
            writer.write(request)
            await writer.drain()
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head)
            body = await reader.readexactly(int(length[1]) if length else 0)
        status = head[9:12].decode()
        self.spent.answers[status] = self.spent.answers.get(status, 0) + 1
        return int(status), body

    async def envelope(self, streams: Streams) -> bool:
        """Whether another envelope was taken; its receipt is written down."""
        body = os.urandom(ENVELOPE)
        status, answer = await self.ask(streams, b"POST /v1/envelopes HTTP/1.1\r\n" + _length(ENVELOPE) + body)
        if status != 200:
            return False
        if parse_receipt(answer).id != sha256(body):
            raise RuntimeError("a receipt for another envelope")
        self.spent.taken += 1
        if self._receipts is not None:
            print(sha256(body).hex(), file=self._receipts)
        return True

    def close(self) -> None:
        if self._receipts is not None:
            self._receipts.close()


def _length(size: int) -> bytes:
    return _BINARY + f"content-length: {size}\r\n\r\n".encode()


async def envelopes(sender: Sender, caller: int) -> None:
    """Envelopes one after the other, as fast as they are answered."""
    streams = await sender.open(caller)
    try:
        while True:
            await sender.envelope(streams)
    finally:
        streams[1].close()


async def uploads(sender: Sender, caller: int) -> None:
    """A corrupt unit's batches, in turn."""
    streams = await sender.open(caller)
    try:
        while True:
            for body in sender.bodies:
                await sender.ask(streams, b"POST /v1/batches HTTP/1.1\r\n" + _length(len(body)) + body)
    finally:
        streams[1].close()


async def _hold(sender: Sender, caller: int, first: bytes, drip: bytes, every: float) -> None:
    """Send, then a little from time to time, until the other end has enough of it."""
    reader, writer = await sender.open(caller)

    async def dripping() -> None:
        while not writer.transport.is_closing():
            await asyncio.sleep(every)
            writer.write(drip)
            await writer.drain()

    writer.write(first)
    drips = asyncio.create_task(dripping())
    try:
        await reader.read()
    finally:
        drips.cancel()
        with suppress(asyncio.CancelledError, *_GONE):
            await drips
        writer.close()


async def connections(sender: Sender, caller: int) -> None:
    """Connections on which nothing is asked."""
    await _hold(sender, caller, b"", b"", 30)


async def half_heads(sender: Sender, caller: int) -> None:
    """Requests whose head does not end."""
    await _hold(sender, caller, b"GET /v1/board HTTP/1.1\r\nhost: x\r\nx-a: ", b"a", 2)


async def half_bodies(sender: Sender, caller: int) -> None:
    """Envelopes that come a byte at a time."""
    await _hold(sender, caller, b"POST /v1/envelopes HTTP/1.1\r\n" + _length(ENVELOPE) + bytes(512), b"a", 1)


async def slow_bodies(sender: Sender, caller: int) -> None:
    """A corrupt unit's batch that just keeps the least rate."""
    body = sender.bodies[0]
    reader, writer = await sender.open(caller)
    try:
        writer.write(b"POST /v1/batches HTTP/1.1\r\n" + _length(len(body)))
        for at in range(0, len(body), int(_LEAST)):
            writer.write(body[at : at + int(_LEAST)])
            await writer.drain()
            await asyncio.sleep(1)
        await reader.readuntil(b"\r\n\r\n")
    finally:
        writer.close()


async def _read_board(sender: Sender, caller: int, rate: float) -> None:
    # So little is taken from the kernel that the rest stays with the server.
    reader, writer = await sender.open(caller, limit=1_024)
    try:
        writer.write(b"GET /v1/board HTTP/1.1\r\nhost: x\r\n\r\n")
        async with asyncio.timeout(45):
            while True:
                await asyncio.sleep(1)
                left = int(rate)
                while left > 0:
                    piece = await reader.read(left)
                    if not piece:
                        return
                    left -= len(piece)
    finally:
        writer.transport.abort()


async def slow_readers(sender: Sender, caller: int) -> None:
    """They ask for the board and read none of it."""
    await _read_board(sender, caller, 0)


async def least_readers(sender: Sender, caller: int) -> None:
    """They read it, as slowly as they may."""
    await _read_board(sender, caller, _LEAST)


async def fresh(sender: Sender, _: int) -> None:
    """A fresh caller for each envelope, so many a second, each of whom waits for its turn."""
    loop, waiting = asyncio.get_running_loop(), set[asyncio.Task[None]]()
    due = loop.time()
    while True:
        sender.spent.callers += 1
        task = asyncio.create_task(_until_taken(sender, sender.spent.callers))
        waiting.add(task)
        task.add_done_callback(waiting.discard)
        due += 1 / sender.order.rate
        await asyncio.sleep(max(0.0, due - loop.time()))


async def _once(sender: Sender, caller: int) -> bool:
    """Whether an envelope was taken."""
    with suppress(*_GONE):
        streams = await sender.open(caller)
        try:
            return await sender.envelope(streams)
        finally:
            streams[1].close()
    return False


async def _until_taken(sender: Sender, caller: int) -> None:
    taken = await _once(sender, caller)
    while not taken and sender.order.stubborn:
        taken = await _once(sender, caller)


async def empty(sender: Sender, _: int) -> None:
    """Take all turns that are there at once, an envelope a fresh caller; ends by itself."""

    async def taker() -> None:
        while True:
            sender.spent.callers += 1
            await _once(sender, sender.spent.callers)

    takers = [asyncio.create_task(taker()) for _ in range(sender.order.each)]
    before = -_TRICKLE
    while sender.spent.taken - before >= _TRICKLE:
        before = sender.spent.taken
        await asyncio.sleep(_LOOK)
    for one in takers:
        one.cancel()
    await asyncio.gather(*takers, return_exceptions=True)


Act = Callable[[Sender, int], Awaitable[None]]
REPEATED: dict[str, Act] = {
    one.__name__: one
    for one in (*(envelopes, uploads, connections, half_heads, half_bodies, slow_bodies, slow_readers, least_readers),)
}
ONCE: dict[str, Act] = {one.__name__: one for one in (fresh, empty)}


async def _again(act: Act, sender: Sender, caller: int) -> None:
    while True:
        with suppress(*_GONE):
            await act(sender, caller)
        await asyncio.sleep(_PAUSE)


async def _input_ends() -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()


async def flood(server: Path, order: Order) -> Spent:
    """Until standard input ends, or the flood does."""
    sender = Sender(server, order)
    if order.kind in ONCE:
        acts = [ONCE[order.kind](sender, 0)]
    else:
        act, callers = REPEATED[order.kind], range(1, max(1, order.callers) + 1)
        acts = [_again(act, sender, caller) for caller in callers for _ in range(order.each)]
    print("flooding", flush=True)
    ends = asyncio.create_task(_input_ends())
    working = asyncio.gather(*acts)
    await asyncio.wait({ends, working}, return_when=asyncio.FIRST_COMPLETED)
    ends.cancel()
    if working.done():
        working.result()
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working
    sender.close()
    return sender.spent


def main() -> None:
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # it says of each connection that it was cut
    order = Order(**json.loads(sys.argv[2]))
    print(json.dumps(asdict(asyncio.run(flood(Path(sys.argv[1]), order)))), flush=True)


if __name__ == "__main__":
    main()
