# SPDX-License-Identifier: AGPL-3.0-or-later
"""A desk collects a period: its memory, how long its loop stands still, and how long it takes.

Run by ``bench/run.py`` as a process of its own: ``python -m bench.desk_intake FOLDER ENVELOPES OWN``. The service is in
memory but for the period's segment, which comes over a connection as in earnest.
"""

import asyncio
import ctypes
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.processes import memory_of
from dropbox.flows.desk.requests import GetSegment, ReadSegment, ServerRequest
from dropbox.protocol.body import Report, encode_body
from dropbox.protocol.constants import ENVELOPE
from dropbox.protocol.primitives import sha256
from dropbox.protocol.wire import segment_header
from dropbox.transport.desk import DeskConnection
from journalist_ui.daemon.starting import settle_memory
from journalist_ui.daemon.trial_opening import TrialOpening
from tests.desk.loop_watch import watch_loop
from tests.desk.room import MemoryTransport, Room, make_room
from tests.ports import free_port

SERVER = """
import sys
from aiohttp import web
async def segment(request):
    return web.FileResponse(sys.argv[2])
app = web.Application()
app.router.add_get("/v1/intake/{period}", segment)
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)
"""


@dataclass(frozen=True)
class Measured:
    """``idle`` and ``memory`` of the desk and ``opener`` of the process beside it, in MB, the last two at the most;
    ``stop`` and ``seconds`` in seconds."""

    idle: float
    memory: float
    opener: float
    stop: float
    seconds: float


def measure(folder: Path, envelopes: int, own: int) -> Measured:
    """In a process of its own, so that nothing but the desk is in its memory."""
    command = [sys.executable, "-m", "bench.desk_intake", str(folder), str(envelopes), str(own)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
    return Measured(**json.loads(done.stdout))


def _stranger(place: int) -> bytes:
    return random.Random(place).randbytes(ENVELOPE)  # noqa: S311  # drawn twice, so that none is held


def _write_segment(file: Path, room: Room, strangers: int, own: int) -> None:
    """The period that has just closed: reports of this desk's, and what is none of its own."""
    twin = room.service.twin
    for number in range(own):
        room.service.send(number.to_bytes(32, "big"), "north", encode_body(Report(f"report {number} " + "r" * 9_000)))
    mine = twin.open
    twin.open = {}
    names: Iterator[tuple[bytes, int]] = ((sha256(_stranger(place)), place) for place in range(strangers))
    order = sorted([*names, *((name, -1) for name in mine)])
    with file.open("wb") as target:
        target.write(segment_header(twin.service_id, twin.now, True, len(order)))
        for name, place in order:
            target.write(_stranger(place) if place >= 0 else mine[name])
    mine.clear()
    twin.advance()


def _forget_preparation() -> float:
    """Give back what making the segment took, begin as a desk's daemon does, and measure from here; the MB that are
    left."""
    settle_memory()
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")
    return memory_of(os.getpid(), "VmRSS")


@dataclass
class HalfReal(MemoryTransport):
    """The one large segment over a connection, everything else from memory."""

    connection: DeskConnection | None = None
    period: int = 0
    fetched: bool = False

    async def answer(self, request: ServerRequest) -> object:
        assert self.connection is not None
        if isinstance(request, GetSegment):
            self.fetched = request.period == self.period
        if self.fetched and isinstance(request, GetSegment | ReadSegment):
            return await self.connection.answer(request)
        return await super().answer(request)


def _opener() -> float:
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return max((memory_of(int(child), "VmHWM") for child in children), default=0.0)


async def _collect(room: Room, port: int, own: int, idle: float) -> Measured:
    period = room.service.twin.now - 1

    @asynccontextmanager
    async def transport() -> AsyncIterator[HalfReal]:
        async with DeskConnection(f"http://127.0.0.1:{port}", None, room.folder) as connection:
            yield HalfReal(room.service, connection=connection, period=period)

    room.engine._open = transport
    began = time.perf_counter()
    async with watch_loop() as stops:
        done = await room.engine.sync()
    seconds = time.perf_counter() - began
    assert done.new == own, done
    opener = await asyncio.to_thread(_opener)
    assert room.opening is not None
    await room.opening.close()
    return Measured(idle, memory_of(os.getpid(), "VmHWM"), opener, stops.longest, seconds)


def main() -> None:
    folder, envelopes, own = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    file, port = folder / "segment", free_port()
    room = make_room(folder / "desk")
    asyncio.run(room.engine.sync())
    room.opening = TrialOpening()
    room.reopen()
    _write_segment(file, room, envelopes - own, own)
    server = subprocess.Popen([sys.executable, "-c", SERVER, str(port), str(file)])
    try:
        time.sleep(1)
        print(json.dumps(asdict(asyncio.run(_collect(room, port, own, _forget_preparation())))))
    finally:
        server.kill()
        server.wait()


if __name__ == "__main__":
    main()
