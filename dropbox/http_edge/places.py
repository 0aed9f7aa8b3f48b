# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which connections there are, and which of them gives way when there is no room for another.

A caller who holds many loses one before a caller who holds few. Then it is the one that has waited longest for the end
of a request's headers; then, of transfers, the one that is farthest below its least rate, however often it moves; then
one that has stood still for a second. A transfer that keeps its rate goes only where its caller holds several more than
others would.
"""

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from .callers import Caller

if TYPE_CHECKING:
    from .connection import Connection

_STILL = 1.0
"""Seconds without a byte from which on a transfer stands still."""
_MANY = 3
"""Connections of one caller from which on one of them goes for somebody else's."""
_FLUSH = 5.0
"""Seconds that a connection which is being closed has to hand over its last bytes."""


class Places:
    """The connections of one server."""

    def __init__(self) -> None:
        self._taken: dict[Connection, None] = {}
        self._held: Counter[bytes] = Counter()

    def __len__(self) -> int:
        return len(self._taken)

    def take(self, connection: "Connection") -> None:
        """A caller who is not known yet."""
        self._taken[connection] = None

    def introduce(self, connection: "Connection", caller: Caller) -> None:
        """Now the caller is known."""
        connection.caller = caller
        self._held[caller.mark] += 1

    def leave(self, connection: "Connection") -> None:
        """One that has left already stays away."""
        if connection in self._taken:
            del self._taken[connection]
            if connection.caller is not None:
                self._held[connection.caller.mark] -= 1
                if not self._held[connection.caller.mark]:
                    del self._held[connection.caller.mark]

    def of(self, caller: Caller) -> int:
        """How many a caller has."""
        return self._held[caller.mark]

    def victim(self, now: float) -> "Connection | None":
        """Which one gives way to a newcomer; None when all are at work and nobody holds many."""
        return (
            self._longest_waiting(self._taken)
            or self._slowest(self._taken, now)
            or self._stillest(self._taken, now)
            or self._of_many()
        )

    def own_victim(self, caller: Caller, now: float) -> "Connection | None":
        """Which of a caller's own gives way to another of theirs; None when all are at work."""
        own = [one for one in self._taken if one.caller == caller]
        asking = [one for one in own if one.waits_since is None and one.pace is None]
        return (
            self._longest_waiting(own)
            or self._slowest(own, now)
            or self._stillest(own, now)
            # Who waits for a turn keeps nobody behind the same address from reading.
            or (asking[-1] if asking else None)
        )

    def late(self, now: float, head_within: float, idle_within: float) -> list["Connection"]:
        """Those whose time is over."""

        def over(one: "Connection") -> bool:
            if one.head_since is not None and now - one.head_since >= head_within:
                return True
            if one.waits_since is not None:
                return now - one.waits_since >= idle_within + _FLUSH
            return False

        return [one for one in self._taken if over(one)]

    def _count(self, one: "Connection") -> int:
        """How many its caller holds; who cannot be told from others counts as one of many."""
        return self._held[one.caller.mark] if one.caller and one.caller.mark else _MANY

    def _longest_waiting(self, among: Iterable["Connection"]) -> "Connection | None":
        waiting = [one for one in among if one.waits_since is not None]
        return min(waiting, key=lambda one: (-self._count(one), one.waits_since or 0.0), default=None)

    def _slowest(self, among: Iterable["Connection"], now: float) -> "Connection | None":
        behind = [(self._count(one), one.pace.missing(now), one) for one in among if one.pace is not None]
        return max((one for one in behind if one[1] > 0), key=lambda one: one[:2], default=(0, 0.0, None))[2]

    def _stillest(self, among: Iterable["Connection"], now: float) -> "Connection | None":
        still = [one for one in among if one.pace is not None and now - one.pace.still >= _STILL]
        return min(still, key=lambda one: (-self._count(one), one.pace.still if one.pace else 0.0), default=None)

    def _of_many(self) -> "Connection | None":
        """The newest of the caller who holds most, when that is many."""
        held = max((count for mark, count in self._held.items() if mark), default=0)
        if held < _MANY:
            return None
        most = [one for one in self._taken if one.caller and one.caller.mark and self._held[one.caller.mark] == held]
        return most[-1]
