# SPDX-License-Identifier: AGPL-3.0-or-later
"""How fast a body comes or an answer goes."""

import asyncio
from collections.abc import Awaitable, Callable

LEAST_RATE = 8 * 1024
"""Bytes a second below which a transfer is given up."""
WITHIN = 30.0
"""Seconds over which a rate is looked at."""
PIECE = 16 * 1024
"""Bytes of an answer that wait for their reader in this process, at most."""
NEED = int(LEAST_RATE * WITHIN)
"""Bytes that have to move in that time, unless it is the last."""


class Pace:
    """One transfer's, by the loop's clock. Of an answer, the piece that waits may have moved without being counted."""

    __slots__ = ("_moved", "_since", "_unseen", "incoming", "still")

    def __init__(self, now: float, *, incoming: bool) -> None:
        self._since = now
        self._moved = 0
        self._unseen = 0 if incoming else PIECE
        self.incoming = incoming
        self.still = now
        """When it last moved."""

    @property
    def ends(self) -> float:
        """When too little may have moved."""
        return self._since + WITHIN

    def move(self, count: int, now: float) -> None:
        """So many bytes have moved."""
        self._moved += count
        self.still = now

    def late(self, now: float) -> bool:
        """Whether the time is over and too little has moved. Else it begins anew."""
        if now < self.ends:
            return False
        if self._moved + self._unseen < NEED:
            return True
        self._since, self._moved = now, 0
        return False

    def missing(self, now: float) -> float:
        """Bytes that would have moved besides by now at the least rate, of which the first second is not asked."""
        return LEAST_RATE * (now - self._since) - max(self._unseen, LEAST_RATE) - self._moved


async def hand_on(pace: Pace, piece: Awaitable[int], clock: Callable[[], float]) -> int:
    """Hand on a piece of an answer; how many bytes it had. Raises TimeoutError where its reader is too slow."""
    async with asyncio.timeout(WITHIN):
        size = await piece
    now = clock()
    pace.move(size, now)
    if pace.late(now):
        raise TimeoutError
    return size
