# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one visit costs a source: bytes and seconds, for the boards that services of several sizes need."""

import asyncio
import os
import time
from pathlib import Path
from statistics import median

from bench.processes import Served, make_service, served
from dropbox.flows.requests import GetBoard, GetDirectory
from dropbox.flows.visit import visit
from dropbox.protocol.constants import ANSWER, ENVELOPE
from dropbox.transport.http import HttpTransport

SIZES = {
    10: [4] * 30,
    30: [4] * 48 + [16] * 5,
    60: [4] * 60 + [16] * 6 + [64] * 2,
}
"""Reports a day, and quotas that carry them: a report a day takes 12 entries at quota 4, 6 at 16, 5 at 64."""


async def _once(server: Served) -> float:
    """Seconds of a whole visit without the codename's stretch: fetch, prove 14 days of every unit, seal, post."""
    began = time.perf_counter()
    async with HttpTransport(f"http://127.0.0.1:{server.port}") as transport:
        anchor = server.world.anchor.anchor
        await transport.drive(visit(anchor, os.urandom(32), None, int(time.time()), os.urandom))
    return time.perf_counter() - began


def measure(folder: Path, quotas: list[int], rounds: int) -> tuple[int, float]:
    """Bytes of the bodies, and the median of the seconds, against a server with a full board."""
    made = make_service(folder, full_board=True, quotas=quotas)
    with served(folder, *made) as server:
        seconds = median(asyncio.run(_once(server)) for _ in range(rounds))
        return _bytes(server) + ENVELOPE + ANSWER, seconds


def _bytes(server: Served) -> int:
    async def count() -> int:
        async with HttpTransport(f"http://127.0.0.1:{server.port}") as transport:
            return sum([len(await transport.answer(request)) for request in (GetDirectory(), GetBoard())])

    return asyncio.run(count())
