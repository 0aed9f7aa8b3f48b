# SPDX-License-Identifier: AGPL-3.0-or-later
"""The server's clock: the machine's, but a leap while the server runs is not believed.

A period that is closed stays closed. A clock set years ahead for a minute would otherwise close all of them, and the
service would take nothing until that day comes.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

LONGEST_LEAP = 3_600.0
"""Seconds, ahead or back, that are taken for a correction of the clock; more is held for a fault until a restart."""
_LOG = logging.getLogger("dropbox.server")


def since_boot() -> float:
    """Seconds that no correction of the clock moves; the time that the machine slept counts."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


@dataclass(frozen=True)
class Clocks:
    """What the publisher goes by, all in seconds: ``now`` is believed, ``machine`` what the machine says; ``awake``
    does not go on while the machine sleeps. ``retake`` lets ``now`` be ``machine``, whatever it was before."""

    now: Callable[[], float]
    machine: Callable[[], float]
    awake: Callable[[], float]
    retake: Callable[[], None]

    @staticmethod
    def driven(clock: Callable[[], float]) -> "Clocks":
        """One clock for all of it, for tests and simulations."""
        return clock.clocks() if isinstance(clock, SteadyClock) else Clocks(clock, clock, clock, lambda: None)


class SteadyClock:
    """Unix seconds. After a leap it goes on from the last time that was believed, until the machine's clock is near
    that again or is confirmed (``dropbox-admin clock confirm``). A restart takes the machine's clock as it is; what
    it may do then is for ``lived_periods`` to say."""

    def __init__(self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = since_boot) -> None:
        self._wall = wall
        self._steady = steady
        self._offset = wall() - steady()
        self._leapt = False

    def retake(self) -> None:
        """Take the machine's clock as it is, as a restart does: somebody has looked at it, or nothing hangs on it."""
        self._offset = self._wall() - self._steady()
        if self._leapt:
            _LOG.error("clock-believed-again")
            self._leapt = False

    def clocks(self) -> "Clocks":
        """This clock, and what stands behind it."""
        return Clocks(self, self._wall, time.monotonic, self.retake)

    def __call__(self) -> float:
        wall, steady = self._wall(), self._steady()
        leapt = abs(wall - steady - self._offset) > LONGEST_LEAP
        if leapt != self._leapt:
            _LOG.error("clock-leapt" if leapt else "clock-believed-again")
            self._leapt = leapt
        if leapt:
            return steady + self._offset
        self._offset = wall - steady
        return wall
