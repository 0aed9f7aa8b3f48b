# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one visit costs a source: bytes and seconds, for the boards that services of several sizes need."""

import asyncio
import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

from bench.processes import QUOTAS, Served, make_service, process, served
from dropbox.flows.drive import drive
from dropbox.flows.requests import GetBoard, GetDirectory, GetRows
from dropbox.flows.source.visit import visit
from dropbox.protocol.constants import ANSWER, ENVELOPE
from dropbox.server.config import Listen
from dropbox.transport.source import SourceConnection
from tests.private_tor import private_network
from tests.server.world import World

SIZES = {
    10: [32] * 30,
    30: [32] * 48 + [256] * 5,
    60: QUOTAS,
}
"""Reports a day, and the rows of units that carry them: a third of a report a day takes 32, 2.7 take 256, 13 take
1,024."""


async def _once(world: World, url: str, socks: str | None = None) -> float:
    """Seconds of a whole visit without the codename's stretch: fetch, prove every unit's batch, seal, post."""
    began = time.perf_counter()
    async with SourceConnection(url, socks) as transport:
        flow = visit(world.anchor.anchor, os.urandom(32), None, int(time.time()), os.urandom)
        await drive(flow, transport.answer)
    return time.perf_counter() - began


def measure(folder: Path, quotas: list[int], rounds: int) -> tuple[int, float]:
    """Bytes of the bodies, and the median of the seconds, against a server with a full board."""
    made = make_service(folder, full_board=True, quotas=quotas)
    with served(folder, *made) as server:
        url = f"http://127.0.0.1:{server.port}"
        seconds = median(asyncio.run(_once(server.world, url)) for _ in range(rounds))
        return _bytes(server) + ENVELOPE + ANSWER, seconds


def measure_over_tor(folder: Path, quotas: list[int], rounds: int) -> float:
    """The median of the seconds through an onion address of a private network, whose hops are all on this machine."""
    world, config = make_service(folder, full_board=True, quotas=quotas)
    socket, file = folder / "server.sock", folder / "server.toml"
    file.write_text(replace(config, listen=Listen(socket), front="unix").encode())
    command = Path(sys.executable).with_name("dropbox")
    with process(command, "serve", "--config", file), private_network(socket) as reached:
        return median(asyncio.run(_once(world, reached.address, reached.socks)) for _ in range(rounds))


def _bytes(server: Served) -> int:
    async def count() -> int:
        async with SourceConnection(f"http://127.0.0.1:{server.port}") as transport:
            return sum([len(await transport.answer(request)) for request in (GetDirectory(), GetBoard(), GetRows())])

    return asyncio.run(count())
