# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whose passphrase is stretched next. Who is signed in, and browsers that are known, have lanes of their own, which
nothing that a stranger does makes longer; strangers take turns by where they come from, so that each has one within a
minute."""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum, unique

from journalist_ui.refusals import SignInRefused

AT_ONCE = 2
"""Stretches, each of which takes 64 MiB; of them one of a stranger, so that who is known finds room at once."""
PACE, HASTE = 0.75, 4.0
"""Seconds from the beginning of a stranger's wrong try to the next stranger's turn: PACE, or HASTE among all who wait,
whichever is less, as far as one stretch after another allows. The more wait, the sooner each is through."""
MOST_STRANGERS = 64
"""Strangers who wait at one time: the last of them has a turn within a minute."""
FREE_TRIES, LONGEST_PAUSE = 3, 30.0
"""From the third wrong try of a known browser on, each doubles its pause, from one second."""
ENDS = "The desk is being stopped. Try again later."
TOO_MANY = "Too many people sign in at this moment. Try again."


@unique
class Kind(Enum):
    """What a lane is of, and how many may wait in it: a session's own work; a known browser; the desk's own socket; a
    peer that can be told from others, and all those together that cannot."""

    SESSION = 1_000
    BROWSER = 2
    SOCKET = 16
    PEER = 8
    SHARED = MOST_STRANGERS


_KNOWN = (Kind.SESSION, Kind.BROWSER, Kind.SOCKET)


@dataclass(frozen=True)
class Lane:
    """Those who wait behind one another; one of a known lane is stretched at a time."""

    kind: Kind
    name: str = ""

    @property
    def known(self) -> bool:
        return self.kind in _KNOWN


SOCKET = Lane(Kind.SOCKET)


@dataclass
class _Wrong:
    """Wrong tries of a known lane in a row, and when its next turn may be, in monotonic seconds."""

    tries: int = 0
    until: float = 0.0


def _now() -> float:
    """Seconds of the loop's own clock, which nobody sets."""
    return asyncio.get_running_loop().time()


class Turns:
    """Used on the loop's thread alone."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[Lane, list[asyncio.Future[None]]] = OrderedDict()
        self._running: list[Lane] = []
        self._wrong: dict[Lane, _Wrong] = {}
        self._wrong_at = -PACE
        self._timer: asyncio.TimerHandle | None = None

    @asynccontextmanager
    async def turn(self, lane: Lane) -> AsyncIterator[None]:
        """The block has its turn; when it ends with SignInRefused it was a wrong try, and the lane's next turn is later
        for it. Raises SignInRefused without a turn, where too many wait."""
        await self._wait(lane)
        began = _now()
        try:
            yield
            self._wrong.pop(lane, None)
        except SignInRefused:
            self._put_off(lane, began)
            raise
        finally:
            self._running.remove(lane)
            self._go_on()

    def wrong_tries(self, lane: Lane) -> int:
        """Of a known lane, in a row."""
        return self._wrong.get(lane, _Wrong()).tries

    def close(self) -> None:
        """The desk ends: whoever waits is let go."""
        for turn in [turn for turns in self._waiting.values() for turn in turns if not turn.done()]:
            turn.set_exception(SignInRefused(ENDS))
        self._waiting.clear()

    async def _wait(self, lane: Lane) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(lane, []).append(turn)
        self._let_go(lane)
        self._go_on()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._running.remove(lane)
                self._go_on()
            raise

    def _let_go(self, lane: Lane) -> None:
        """Where one waits too many, one of the most crowded lane goes, whoever came last: a newcomer who always lost
        would be kept out by whoever is always there."""
        crowd = {one: len(turns) for one, turns in self._waiting.items() if not one.known}
        if len(self._waiting[lane]) > lane.kind.value:
            crowded = [lane]
        elif sum(crowd.values()) > MOST_STRANGERS:
            crowded = [one for one, count in crowd.items() if count == max(crowd.values())]
        else:
            return
        turns = self._waiting[secrets.choice(crowded)]
        gone = secrets.choice(turns)
        turns.remove(gone)
        if not gone.done():
            gone.set_exception(SignInRefused(TOO_MANY))

    def _put_off(self, lane: Lane, began: float) -> None:
        if not lane.known:
            self._wrong_at = began
        elif lane.kind is not Kind.SESSION:
            wrong = self._wrong.setdefault(lane, _Wrong())
            wrong.tries += 1
            more = wrong.tries - FREE_TRIES
            pause = min(2.0 ** min(more, 20), LONGEST_PAUSE) if more >= 0 else 0.0
            wrong.until = _now() + pause

    def _go_on(self) -> None:
        """Give turns as far as there are any; again by itself when the next pause is over."""
        now = _now()
        self._tidy()
        while len(self._running) < AT_ONCE and (lane := self._next(now)):
            turn = self._waiting[lane].pop(0)
            # Behind everybody else who waits.
            self._waiting.move_to_end(lane)
            self._running.append(lane)
            turn.set_result(None)
            self._tidy()
        if self._timer is not None:
            self._timer.cancel()
        later = [at for lane in self._waiting if (at := self._from(lane)) > now]
        self._timer = asyncio.get_running_loop().call_later(min(later) - now, self._go_on) if later else None

    def _tidy(self) -> None:
        """Nothing is kept of lanes that nobody waits in."""
        for lane in list(self._waiting):
            self._waiting[lane] = [turn for turn in self._waiting[lane] if not turn.done()]
            if not self._waiting[lane]:
                del self._waiting[lane]

    def _from(self, lane: Lane) -> float:
        """When the lane may have its next turn."""
        if lane.known:
            return self._wrong.get(lane, _Wrong()).until
        waiting = sum(len(turns) for one, turns in self._waiting.items() if not one.known)
        return self._wrong_at + min(PACE, HASTE / max(waiting, 1))

    def _next(self, now: float) -> Lane | None:
        """Known lanes first; of each kind the one that has waited longest since its last turn."""
        ready = [lane for lane in self._waiting if self._from(lane) <= now]
        known = [lane for lane in ready if lane.known and lane not in self._running]
        strangers = [lane for lane in ready if not lane.known]
        if all(lane.known for lane in self._running):
            known += strangers
        return known[0] if known else None
