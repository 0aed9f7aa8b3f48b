# SPDX-License-Identifier: AGPL-3.0-or-later
"""How long an event loop stands still: what every page and command waits for while something else is done on it."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

TICK = 0.001
"""Seconds between two looks."""


@dataclass
class Stops:
    """The most seconds between two turns of the loop: ``longest`` in which this process was at work, ``own`` in which
    the loop's thread was, ``waited`` whether anything was or not, so that other programs of a busy machine count too.
    ``turns`` is how many there were."""

    longest: float = 0.0
    own: float = 0.0
    waited: float = 0.0
    turns: int = 0


@asynccontextmanager
async def watch_loop() -> AsyncIterator[Stops]:
    """Look at the running loop while the block runs. What the test itself holds is kept from the collector of garbage,
    which would look through all of it on the loop's thread."""
    stops = Stops()
    gc.collect()
    gc.freeze()

    async def tick() -> None:
        while True:
            before, worked, own = time.perf_counter(), time.process_time(), time.thread_time()
            await asyncio.sleep(TICK)
            waited = time.perf_counter() - before - TICK
            stops.waited = max(stops.waited, waited)
            stops.longest = max(stops.longest, min(waited, time.process_time() - worked))
            stops.own = max(stops.own, time.thread_time() - own)
            stops.turns += 1

    task = asyncio.create_task(tick())
    # The watch begins before what it watches.
    await asyncio.sleep(0)
    try:
        yield stops
        # A stop that has just ended is still to be seen.
        await asyncio.sleep(TICK)
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        gc.unfreeze()
