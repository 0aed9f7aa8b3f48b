# SPDX-License-Identifier: AGPL-3.0-or-later
"""A real server in this process, and three units with one published batch each: all of a service but its answers."""

import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from dropbox.protocol.primitives import SealingKey
from dropbox.server.config import EXIT_URL
from tests.server.service import Clock, Running, running
from tests.server.world import World

INTAKE, NORTH, SOUTH = 0, 1, 2
CONTACT_KEY = SealingKey(bytes(range(32))).public
NAMES = ("The independent desk", "The northern unit", "The southern unit")
STRETCH, BRIEF = b"=19456,", b"=64,"
"""KiB that a codename's stretch takes, as they stand in the worker's script, and what tests of something else take."""
FORCES: tuple[tuple[str, ...], ...] = ((), ("cumbria", "northumbria"), ("dorset",))


def make_world(quota: int = 8) -> World:
    """An intake desk and two force units, of so many rows each."""
    world = World(3, quota)
    # As long as in production, 60 days: the pages name the day to come back on.
    world.policy = replace(world.policy, give_up=60 * 86_400 // world.policy.period)
    for desk, name, forces in zip(world.desks, NAMES, FORCES, strict=True):
        desk.unit = replace(desk.unit, name=name, forces=forces)
    return world


async def _show_batches(server: Running, units: Iterable[int], period: int) -> None:
    """Each of these units publishes its first batch in that period, which the board shows at once."""
    server.clock.set_period(period)
    await server.tick()
    for unit in units:
        desk = server.world.desks[unit]
        upload = server.world.upload(desk, period)
        answer = await server.post("/v1/batches", upload.encode())
        assert answer.status == 200, answer.json
        server.world.sent(desk, upload, period)


def _stretch_briefly(server: Running) -> None:
    bundle: Any = server.service.routes._bundle
    worker = bundle["/worker.js"]
    assert worker.plain.count(STRETCH) == 1
    bundle["/worker.js"] = replace(worker, plain=worker.plain.replace(STRETCH, BRIEF), packed={})


@asynccontextmanager
async def small_service(
    folder: Path,
    *,
    behind: dict[int, int] | None = None,
    exit_url: str = EXIT_URL,
    whole: bool = False,
    contact: Iterable[int] = (),
) -> AsyncIterator[Running]:
    """Listens while the block runs. ``behind``: how many periods before now a unit published last. The worker that it
    serves stretches codenames briefly, unless it is to be the ``whole`` one: no desk opens what it seals. ``contact``:
    units that take contact details."""
    world = make_world()
    for unit in contact:
        desk = world.desks[unit]
        desk.unit = replace(desk.unit, contact_pk=CONTACT_KEY)
    now = int(time.time()) // world.policy.period
    late = {unit: (behind or {}).get(unit, 0) for unit in range(len(world.desks))}
    clock = Clock(world)
    clock.set_period(now - max(late.values()))
    async with running(folder, world, published=False, clock=clock, exit_url=exit_url) as server:
        await server.store.add_directory(1, world.sign_directory(period=now - max(late.values())))
        await server.tick()
        if not whole:
            _stretch_briefly(server)
        for periods in sorted(set(late.values()), reverse=True):
            await _show_batches(server, [unit for unit, ago in late.items() if ago == periods], now - periods)
        yield server
