# SPDX-License-Identifier: AGPL-3.0-or-later
"""Passes for the blobs of one visit: what lets them in, after their turn. Time is steady, in seconds.

A pass is a name that was drawn here, and a number. It holds nothing of who asked for it (docs/decisions/0093).
"""

from collections.abc import Callable
from dataclasses import dataclass

from dropbox.protocol.blobs import Pass
from dropbox.protocol.chance import Random
from dropbox.protocol.constants import PASS

IDLE = 120.0
"""Without a blob for so long a pass lapses: what it was for is free again."""
LONGEST = 3_600.0
"""However busy: a client posts the same bytes for no longer."""
MOST_BUSY = 2
"""Blobs of one pass that are read at one time. A client posts one after another; where its line broke, the one before
may not have ended here yet."""
GiveBack = Callable[[int], None]
"""So many blobs that were let in do not come."""


@dataclass
class _Given:
    left: int
    begun: float
    touched: float
    give_back: GiveBack
    busy: int = 0


class Passes:
    """Those of one process, in its memory alone."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._given: dict[bytes, _Given] = {}

    def __len__(self) -> int:
        return len(self._given)

    def owed(self, now: float) -> int:
        """How many blobs may still come by those that were given."""
        self.lapse(now)
        return sum(given.left for given in self._given.values())

    def give(self, blobs: int, now: float, give_back: GiveBack) -> Pass:
        """A new one. ``give_back`` is called once, with what is left of it when it lapses."""
        self.lapse(now)
        made = Pass(self._random(PASS), blobs)
        self._given[made.name] = _Given(blobs, now, now, give_back)
        return made

    def knows(self, name: bytes, now: float) -> bool:
        """Whether it has not lapsed; also when it is spent, for a blob that is there already may be sent again."""
        self.lapse(now)
        return name in self._given

    def begin(self, name: bytes, now: float) -> bool:
        """A blob is about to be read: while it is, the pass does not lapse by idling. False for an unknown one, and
        where enough of it are being read."""
        if not self.knows(name, now) or self._given[name].busy >= MOST_BUSY:
            return False
        self._given[name].busy += 1
        return True

    def end(self, name: bytes, now: float) -> None:
        """Whatever came of it."""
        if given := self._given.get(name):
            given.busy -= 1
            given.touched = now

    def take(self, name: bytes) -> bool:
        """One blob of it is about to be stored. False when none is left."""
        given = self._given.get(name)
        if given is None or not given.left:
            return False
        given.left -= 1
        return True

    def untake(self, name: bytes) -> None:
        """It was not stored."""
        if given := self._given.get(name):
            given.left += 1

    def lapse(self, now: float) -> None:
        """Forget those whose time is over."""
        for name, given in list(self._given.items()):
            idle = not given.busy and now - given.touched >= IDLE
            if idle or now - given.begun >= LONGEST:
                del self._given[name]
                given.give_back(given.left)
