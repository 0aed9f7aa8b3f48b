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
    now, supply, told = 0.0, Supply(), Told()
    supply.begin(0, total, length, now, 0)
    while emptied and (supply.firsts.take() or supply.common.take()):
        pass
    turns = Turns(supply, secrets.token_bytes)
    waiting: dict[Turn, int | None] = {}

    def ask(who: Caller, at: float, place: int | None) -> None:
        supply.advance(at)
        turn = turns.ask(who, at)
        if turn.where is Where.WAITING:
            waiting[turn] = place
        else:
            told.note(turn, place, at)

    def pass_to(until: float) -> None:
        nonlocal now
        while now + STEP <= until:
            now += STEP
            supply.turn_to(int(now // length), total, length)
            supply.advance(now)
            turns.advance(now)
            for turn in [one for one in waiting if one.where is not Where.WAITING]:
                told.note(turn, waiting.pop(turn), now)

    visits = ((at * every, caller(at)) for at in range(int(seconds / every)))
    for at, who, place in merge(
        ((at, who, int(at / every)) for at, who in visits),
        ((at, who, None) for at, who in takewhile(lambda one: one[0] < seconds, flood)),
        key=lambda one: one[0],
    ):
        pass_to(at)
        if place is not None:
            told.waits.append(None)
            told.at.append(at)
        ask(who, at, place)
    pass_to(now + LONGEST_WAIT + 1)
    return told
