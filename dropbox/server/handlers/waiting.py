# SPDX-License-Identifier: AGPL-3.0-or-later
"""Requests wait here for their turn, and are told of it."""

import asyncio
from collections.abc import Callable

from dropbox.http_edge.callers import Caller
from dropbox.server.turns import Turn, Turns, Where

from .error_answers import Refused

_SOONEST, _LATEST = 0.01, 1.0
"""Seconds between two looks at the queue while somebody waits."""


class Waiting:
    """The queue of one process, on its loop. ``clock`` gives the believed time, in unix seconds."""

    def __init__(self, turns: Turns, clock: Callable[[], float]) -> None:
        self.turns = turns
        self._clock = clock
        self._next: asyncio.TimerHandle | None = None

    def follow(self, period: int, total: int, length: float) -> None:
        """The open period, what the policy takes in one, and its seconds. Raises Refused before ``begin``."""
        supply = self.turns.supply
        if not supply.began:
            raise Refused("try-later")
        supply.turn_to(period, total, length)
        supply.advance(self._clock())

    def begin(self, period: int, total: int, length: float, kept: int) -> None:
        """Once, with what the store holds of the open period."""
        self.turns.supply.begin(period, total, length, self._clock(), kept)

    @property
    def began(self) -> bool:
        """Whether there is a supply yet."""
        return self.turns.supply.began

    @property
    def pressed(self) -> bool:
        """Whether somebody was kept waiting or refused within the last minutes."""
        return self.turns.pressed(asyncio.get_running_loop().time())

    def ask(self, caller: Caller, there: Callable[[], bool], count: int = 1) -> Turn:
        """A turn, decided already or not; ``wait`` for it, or ``leave`` it."""
        return self.turns.ask(caller, asyncio.get_running_loop().time(), there, count)

    async def wait(self, turn: Turn) -> None:
        """Until the turn has come. Raises Refused when it does not in time."""
        if turn.where is Where.WAITING:
            decided = asyncio.Event()
            turn.tell = decided.set
            self._look_in(self.turns.until(turn.caller, turn.count))
            await decided.wait()
        if turn.where is Where.REFUSED:
            raise Refused("try-later")

    def leave(self, turn: Turn) -> None:
        """Nothing is stored for it any more; unless something was, what it took goes back."""
        self.turns.leave(turn)
        self.turns.give_back(turn)
        self.turns.finish(turn, asyncio.get_running_loop().time())

    def _look(self) -> None:
        """Decide what can be decided, and look again when more may be."""
        self._next = None
        now = asyncio.get_running_loop().time()
        self.turns.supply.advance(self._clock())
        self.turns.advance(now)
        if self.turns.waiting:
            self._look_in(self.turns.nap(now))

    def _look_in(self, seconds: float) -> None:
        """Look then, unless it is done sooner."""
        loop = asyncio.get_running_loop()
        at = loop.time() + max(_SOONEST, min(_LATEST, seconds))
        if self._next is not None and self._next.when() <= at:
            return
        if self._next is not None:
            self._next.cancel()
        self._next = loop.call_at(at, self._look)
