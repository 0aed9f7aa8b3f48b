# SPDX-License-Identifier: AGPL-3.0-or-later
"""The desk's loop goes on while a full period is collected: no page waits for an envelope that is tried."""

import asyncio
import gc
import time
from pathlib import Path

import pytest

from dropbox.protocol.body import Report, encode_body
from dropbox.protocol.constants import ENVELOPE
from dropbox.protocol.primitives import sha256
from journalist_ui.desk.starting import settle_memory
from journalist_ui.desk.trial_opening import TrialOpening, second_core
from tests.desk.loop_watch import watch_loop
from tests.desk.room import Room, make_room

ENVELOPES = 5_000
OWN = 60
LONGEST_STOP = 0.05


def flood(room: Room, strangers: int, own: int) -> None:
    """The period that closes next holds so many envelopes that are not this desk's, and as many reports of its own."""
    twin = room.service.twin
    for number in range(own):
        room.service.send(number.to_bytes(32, "big"), "north", encode_body(Report(f"report {number}")))
    for _ in range(strangers):
        envelope = room.service.random(ENVELOPE)
        twin.open[sha256(envelope)] = envelope


async def test_the_watch_sees_a_stop() -> None:
    """A step of 100 ms of work on the loop, and none without it."""
    async with watch_loop() as quiet:
        await asyncio.sleep(0.05)
    async with watch_loop() as stops:
        await asyncio.sleep(0.01)
        until = time.process_time() + 0.1
        while time.process_time() < until:
            sha256(bytes(1_000))
        await asyncio.sleep(0.01)
    assert quiet.longest < 0.05 < 0.09 < stops.longest
    assert quiet.turns > 5


async def test_the_loop_goes_on_while_a_period_is_collected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """5,000 envelopes fetched, tried, recorded and stored, and a batch published: no stop longer than 50 ms."""
    room = make_room(tmp_path / "desk")
    room.opening = TrialOpening()
    room.reopen()
    await room.engine.sync()
    flood(room, ENVELOPES - OWN, OWN)
    twin = room.service.twin
    twin.advance()
    # The service is another machine: what its answers cost is not the desk's.
    served = {period: twin.segment(period) for period in (twin.now - 1, twin.now)}
    monkeypatch.setattr(twin, "segment", served.get)
    async with watch_loop() as stops:
        done = await room.engine.sync()
    assert (done.new, done.published) == (OWN, True)
    assert room.opening.running == second_core()
    await room.opening.close()
    assert not room.opening.running
    assert stops.longest <= LONGEST_STOP, stops
    room.vault.close()


def test_what_a_desk_is_made_of_is_not_looked_through_again() -> None:
    """Collecting what nobody holds any more looks only at what came since: a fraction of what the desk is made of."""
    try:
        settle_memory()
        settled, since = gc.get_freeze_count(), sum(gc.get_count())
        assert settled > 10_000
        assert since < settled / 10
        assert len(gc.get_objects()) < settled / 10
    finally:
        gc.unfreeze()
