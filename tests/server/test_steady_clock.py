# SPDX-License-Identifier: AGPL-3.0-or-later
"""A clock that leaps while the server runs moves nothing."""

import logging
from pathlib import Path

import pytest

from dropbox.protocol.wire import parse_receipt
from dropbox.server.publishing.steady_clock import LONGEST_LEAP, SteadyClock, since_boot
from tests.server.service import running
from tests.server.world import START, World, random_envelope


class Machine:
    """A wall clock that can be set, over time that passes."""

    def __init__(self, wall: float = 1_000_000.0) -> None:
        self.passed = 0.0
        self.offset = wall

    def clock(self) -> SteadyClock:
        return SteadyClock(lambda: self.offset + self.passed, lambda: self.passed)


def test_the_machines_clock_is_followed() -> None:
    """Time passes, and a correction of minutes ahead or back is taken over, one after another."""
    machine = Machine()
    clock = machine.clock()
    machine.passed += 86_400 * 30
    assert clock() == 1_000_000 + 86_400 * 30
    for _ in range(5):
        machine.offset += LONGEST_LEAP - 1
        assert clock() == machine.offset + machine.passed
    machine.offset -= LONGEST_LEAP
    assert clock() == machine.offset + machine.passed


@pytest.mark.parametrize("leap", [LONGEST_LEAP + 1, -LONGEST_LEAP - 1, 86_400.0 * 365 * 10])
def test_a_leap_is_not_believed(leap: float, caplog: pytest.LogCaptureFixture) -> None:
    """Time goes on from the last one believed, the log says so once, and the right time is believed again."""
    machine = Machine()
    clock = machine.clock()
    machine.offset += leap
    with caplog.at_level(logging.ERROR):
        assert clock() == 1_000_000
        machine.passed += 60
        assert clock() == 1_000_060
        machine.offset -= leap
        assert clock() == 1_000_060
    assert [record.getMessage() for record in caplog.records] == ["clock-leapt", "clock-believed-again"]
    assert machine.clock()() == 1_000_060


def test_a_restart_takes_the_clock_as_it_is() -> None:
    """After a long stop the time has moved on, and nothing is there to compare it with."""
    machine = Machine()
    machine.clock()()
    machine.offset += 86_400 * 365
    assert machine.clock()() == machine.offset


def test_time_since_boot_goes_on() -> None:
    """The real source of steady time never goes back."""
    first = since_boot()
    assert since_boot() >= first > 0


async def test_a_server_whose_clock_leaps_closes_nothing(tmp_path: Path) -> None:
    """Ten years ahead for a while: no period is closed, an envelope goes into the present one, and the service is as
    it was when the clock is right again."""
    world = World()
    machine = Machine(wall=(START + 0.5) * world.policy.period)
    async with running(tmp_path, world, clock=machine.clock()) as server:
        machine.offset += 86_400 * 3_650
        await server.tick()
        stored = await server.post("/v1/envelopes", random_envelope())
        assert parse_receipt(stored.body).period == START
        assert server.service.shelf.shown.open_period == START
        machine.offset -= 86_400 * 3_650
        machine.passed += world.policy.period
        await server.tick()
        assert server.service.shelf.shown.open_period == START + 1
