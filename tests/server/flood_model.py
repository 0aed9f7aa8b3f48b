# SPDX-License-Identifier: AGPL-3.0-or-later
"""Days of floods without a network: honest visits, each a caller of its own, among a flooder's envelopes."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import merge
from itertools import count, takewhile
from random import Random

from dropbox.http_edge.callers import Caller, Kind
from dropbox.server.supply import Supply
from dropbox.server.turns import LONGEST_WAIT, Turn, Turns, Where

DAY = 86_400
STEP = 0.25


@dataclass
class Told:
    """Seconds that each honest visit waited, None where it was told to try later; ``at`` when it came."""

    waits: list[float | None] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    flood_admitted: int = 0
    admitted: int = 0

    def note(self, turn: Turn, place: int | None, now: float) -> None:
        """What became of a turn: that of an honest visit, or the flooder's."""
        if turn.where is Where.ADMITTED:
            self.admitted += 1
            if place is None:
                self.flood_admitted += 1
            else:
                self.waits[place] = now - turn.since

    def share(self, first: float = 0.0, last: float = float("inf")) -> float:
        """Of the visits that came within that time, how many in one came through."""
        found = [wait is not None for wait, at in zip(self.waits, self.at, strict=True) if first <= at < last]
        return sum(found) / len(found)

    def within(self, part: float) -> float:
        """Seconds within which so many in one of all visits came through."""
        waits = sorted(float("inf") if wait is None else wait for wait in self.waits)
        return waits[min(len(waits) - 1, int(part * len(waits)))]


def caller(number: int) -> Caller:
    """One of as many circuits as there are numbers."""
    return Caller(Kind.CIRCUIT, number.to_bytes(16, "big"))


def fresh(a_second: float) -> Iterator[tuple[float, Caller]]:
    """A flooder who buys circuits without pause, so many a second on average, an envelope on each."""
    gaps, at = Random(20_261_129), 0.0  # noqa: S311 - the same flood in every run
    for number in count():
        at += gaps.expovariate(a_second)
        yield at, caller(1 << 64 | number)


def few(callers: int, a_second: float) -> Iterator[tuple[float, Caller]]:
    """A flooder who has so many callers, and sends on them in turn."""
    return ((at / a_second, caller(1 << 64 | at % callers)) for at in count())


class Model:
    """Supply and queue of one server, from the beginning of a period."""

    def __init__(self, total: int, length: float, *, emptied: bool) -> None:
        self.now, self.told = 0.0, Told()
        self._total, self._length = total, length
        self._supply = Supply()
        self._supply.begin(0, total, length, 0.0, 0)
        while emptied and (self._supply.firsts.take() or self._supply.common.take()):
            pass
        self._turns = Turns(self._supply, secrets.token_bytes)
        self._waiting: dict[Turn, int | None] = {}

    def ask(self, who: Caller, at: float, place: int | None) -> None:
        """An envelope, of the honest visit of that place or of the flooder."""
        self._supply.advance(at)
        turn = self._turns.ask(who, at)
        if turn.where is Where.WAITING:
            self._waiting[turn] = place
        else:
            self._note(turn, place, at)

    def _note(self, turn: Turn, place: int | None, at: float) -> None:
        """What is admitted is written at once here."""
        self.told.note(turn, place, at)
        self._turns.finish(turn, at)

    def pass_to(self, until: float) -> None:
        """Let time pass."""
        while self.now + STEP <= until:
            self.now += STEP
            self._supply.turn_to(int(self.now // self._length), self._total, self._length)
            self._supply.advance(self.now)
            self._turns.advance(self.now)
            for turn in [one for one in self._waiting if one.where is not Where.WAITING]:
                self._note(turn, self._waiting.pop(turn), self.now)


def play(
    flood: Iterator[tuple[float, Caller]],
    *,
    seconds: float,
    emptied: bool,
    total: int = 100_000,
    length: float = DAY,
    every: float = 10.0,
) -> Told:
    """So many seconds of flood and honest visits, which come one after ``every``, from the beginning of a period."""
    model = Model(total, length, emptied=emptied)
    visits = ((at * every, caller(at)) for at in range(int(seconds / every)))
    for at, who, place in merge(
        ((at, who, int(at / every)) for at, who in visits),
        ((at, who, None) for at, who in takewhile(lambda one: one[0] < seconds, flood)),
        key=lambda one: one[0],
    ):
        model.pass_to(at)
        if place is not None:
            model.told.waits.append(None)
            model.told.at.append(at)
        model.ask(who, at, place)
    model.pass_to(model.now + LONGEST_WAIT + 1)
    return model.told
