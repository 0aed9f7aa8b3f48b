# SPDX-License-Identifier: AGPL-3.0-or-later
"""The watch over an event loop sees a stop; and what a desk is made of makes none."""

import asyncio
import gc
import time

from dropbox.protocol.primitives import sha256
from journalist_ui.daemon.starting import settle_memory
from tests.desk.loop_watch import watch_loop


async def test_the_watch_sees_a_stop() -> None:
    """A step of 100 ms of work on the loop, and none without it."""
    async with watch_loop() as quiet:
        # By turns, since on a busy machine one sleep may be a single one.
        for _ in range(20):
            await asyncio.sleep(0.005)
    async with watch_loop() as stops:
        await asyncio.sleep(0.01)
        until = time.process_time() + 0.1
        while time.process_time() < until:
            sha256(bytes(1_000))
        await asyncio.sleep(0.01)
    assert quiet.longest < 0.05 < 0.09 < stops.longest
    assert quiet.own < 0.05 < 0.09 < stops.own
    assert quiet.turns > 5


def test_what_a_desk_is_made_of_is_not_looked_through_again() -> None:
    """Collecting what nobody holds any more looks only at what came since: a fraction of what the desk is made of."""
    try:
        settle_memory()
        settled = gc.get_freeze_count()
        assert settled > 10_000
        assert len(gc.get_objects()) < settled / 10
    finally:
        gc.unfreeze()
