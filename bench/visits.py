# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one visit costs a source: bytes and seconds, for the boards that services of several sizes need."""

import asyncio
import os
import sys
import time
from dataclasses import dataclass, replace
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


@dataclass(frozen=True)
class Service:
    """So many reports a day, the rows of the units that carry them; bytes that a visit took ``before``, while a board
    held a window of batches, and may take at ``most`` (0: no goal)."""

    reports: int
    quotas: list[int]
    before: float = 0
    most: float = 0


def _even(reports: int, quotas: list[int], mebibytes: float) -> Service:
    """The goal is three quarters of what was measured before."""
    return Service(reports, quotas, mebibytes * 2**20, 0.75 * mebibytes * 2**20)


SERVICES = (
    _even(10, [32] * 30, 2.2),
    _even(30, [32] * 48 + [256] * 5, 4.8),
    _even(60, QUOTAS, 7.9),
)
"""A third of a report a day takes 32 rows, 2.7 take 256, 13 take 1,024."""
UNEVEN = (
    Service(10, [16] * 67 + [128], 8.1e6, 1.9e6),
    Service(30, [32] * 67 + [512], 14.9e6, 3.7e6),
    Service(60, [64] * 67 + [1_024], 22.2e6, 6e6),
    Service(300, [256] * 67 + [4_096], 80.7e6),
)
"""68 units, one of which has a quarter of the reports; ``bench/board_model.py`` says what the rows carry. What a visit
took before is simulated. The last is more than a service whose period is a day may have."""


@dataclass(frozen=True)
class Cost:
    """Bytes of what a visit gets and, with its envelope and receipt, of the whole; the median of its seconds."""

    directory: int
    board: int
    rows: int
    seconds: float

    @property
    def whole(self) -> int:
        return self.directory + self.board + self.rows + ENVELOPE + ANSWER


async def _once(world: World, url: str, socks: str | None = None) -> float:
    """Seconds of a whole visit without the codename's stretch: fetch, prove every unit's batch, seal, post."""
    began = time.perf_counter()
    async with SourceConnection(url, socks) as transport:
        flow = visit(world.anchor.anchor, os.urandom(32), None, int(time.time()), os.urandom)
        await drive(flow, transport.answer)
    return time.perf_counter() - began


def measure(folder: Path, quotas: list[int], rounds: int) -> Cost:
    """Against a server with a full board."""
    made = make_service(folder, full_board=True, quotas=quotas)
    with served(folder, *made) as server:
        url = f"http://127.0.0.1:{server.port}"
        seconds = median(asyncio.run(_once(server.world, url)) for _ in range(rounds))
        directory, board, rows = _bytes(server)
        return Cost(directory, board, rows, seconds)


def measure_over_tor(folder: Path, quotas: list[int], rounds: int) -> float:
    """The median of the seconds through an onion address of a private network, whose hops are all on this machine."""
    world, config = make_service(folder, full_board=True, quotas=quotas)
    socket, file = folder / "server.sock", folder / "server.toml"
    file.write_text(replace(config, listen=Listen(socket), front="unix").encode())
    command = Path(sys.executable).with_name("dropbox")
    with process(command, "serve", "--config", file), private_network(socket) as reached:
        return median(asyncio.run(_once(world, reached.address, reached.socks)) for _ in range(rounds))


def _bytes(server: Served) -> list[int]:
    async def count() -> list[int]:
        async with SourceConnection(f"http://127.0.0.1:{server.port}") as transport:
            return [len(await transport.answer(request)) for request in (GetDirectory(), GetBoard(), GetRows())]

    return asyncio.run(count())
