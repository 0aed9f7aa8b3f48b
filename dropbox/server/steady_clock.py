# SPDX-License-Identifier: AGPL-3.0-or-later
"""The server's clock: the machine's, but a leap while the server runs is not believed.

A period that is closed stays closed. A clock set years ahead for a minute would otherwise close all of them, and the
service would take nothing until that day comes.
"""

import logging
import time
from collections.abc import Callable

LONGEST_LEAP = 3_600.0
"""Seconds, ahead or back, that are taken for a correction of the clock; more is held for a fault until a restart."""
_LOG = logging.getLogger("dropbox.server")


def since_boot() -> float:
    """Seconds that no correction of the clock moves; the time that the machine slept counts."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class SteadyClock:
    """Unix seconds. After a leap it goes on from the last time that was believed, until the machine's clock is near
    that again. A restart takes the machine's clock as it is."""

    def __init__(self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = since_boot) -> None:
        self._wall = wall
        self._steady = steady
        self._offset = wall() - steady()
        self._leapt = False

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
