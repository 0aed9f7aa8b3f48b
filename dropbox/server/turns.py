# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whose envelope is next: callers take turns, the least admitted first. Time is steady, in seconds.

Nothing here knows who a caller is; what is counted of one is forgotten with the hour.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from dropbox.http_edge.callers import HOUR, Caller, Kind
from dropbox.protocol.chance import Random, draw

from .supply import Bucket, Supply

LONGEST_WAIT = 60.0
MOST_WAITING = 256
"""Half of the connections: the others stay for reading."""
MOST_WRITING = 64
"""Envelopes that are made durable at one time. Others wait for room by the same order: what is written before an
envelope of somebody who rarely comes is never more than these and as many again."""
FIRSTS: Mapping[Kind, int] = {Kind.CIRCUIT: 1, Kind.PREFIX: 16}
"""Envelopes of a caller's hour that are firsts. Of who cannot be told from others, each is one."""
IN_VAIN = 3
"""Whole waits in an hour, of each of a caller's firsts, after which who asks on goes behind who has not: a client makes
so many visits for one message, and whoever asks without end would else be most of those who wait."""
LATE = 5.0
"""Seconds of waiting from which on somebody is kept waiting."""
CALM_AFTER = 300.0


class Where(Enum):
    """How far a turn is."""

    WAITING = "waiting"
    ADMITTED = "admitted"
    WRITTEN = "written"
    REFUSED = "refused"


def _still_there() -> bool:
    return True


@dataclass(eq=False)
class Turn:
    """One envelope's, or that of ``count`` blobs, which are let in together. ``there`` says whether somebody still
    waits for the answer."""

    caller: Caller
    since: float
    there: Callable[[], bool] = field(default=_still_there, repr=False)
    count: int = 1
    where: Where = Where.WAITING
    bucket: Bucket | None = None
    turned: int = 0
    """Of the bucket, when it was admitted."""
    tell: Callable[[], None] | None = field(default=None, repr=False)
    """Called once it is decided."""


class Turns:
    """The queue. ``supply`` is brought up to the present by whoever calls."""

    def __init__(self, supply: Supply, random: Random, firsts: Mapping[Kind, int] = FIRSTS) -> None:
        """``firsts``: how many turns of a caller's hour are firsts."""
        self.supply = supply
        self._firsts_of = firsts
        self._random = random
        self._waiting: list[Turn] = []
        self._often: Counter[bytes] = Counter()
        self._hour = -1
        self._admitted: Counter[bytes] = Counter()
        self._firsts: Counter[bytes] = Counter()
        self._in_vain: Counter[bytes] = Counter()
        self._pressed = float("-inf")
        self._writing = 0

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def pressed(self, now: float) -> bool:
        """Whether, within the last five minutes, somebody waited long or was refused."""
        return now - self._pressed < CALM_AFTER

    def ask(self, caller: Caller, now: float, there: Callable[[], bool] = _still_there, count: int = 1) -> Turn:
        """A turn; it may be decided already. Who could get none in time is refused at once."""
        self._forget(now)
        turn = Turn(caller, now, there, count)
        self._waiting.append(turn)
        self._often[caller.mark] += 1
        soonest = self.until(caller, count)
        if soonest > LONGEST_WAIT:
            self._refuse(turn, now)
        elif soonest <= 0:
            self._serve(now)
        if len(self._waiting) > MOST_WAITING:
            # Cheap where few send without end: more than their part of the queue is theirs already.
            many = self._often[caller.mark] > max(1.0, MOST_WAITING / len(self._often))
            self._refuse(turn if many else self._last(), now)
        return turn

    def until(self, caller: Caller, count: int = 1) -> float:
        """Seconds until there may be so many tokens for a caller."""
        return min(self.supply.until(bucket, count) for bucket in self._open_to(caller))

    def advance(self, now: float) -> None:
        """Decide what can be decided now."""
        self._forget(now)
        for turn in [one for one in self._waiting if not one.there()]:
            self.leave(turn)
        self._serve(now)
        for turn in [one for one in self._waiting if now - one.since >= LONGEST_WAIT]:
            self._in_vain[turn.caller.mark] += 1
            self._refuse(turn, now)

    def leave(self, turn: Turn) -> None:
        """It waits no more."""
        if turn.where is Where.WAITING:
            self._end(turn, Where.REFUSED)

    def finish(self, turn: Turn, now: float) -> None:
        """Of one that was admitted nothing is written any more, whatever came of it: there is room for another."""
        if turn.where is Where.ADMITTED:
            turn.where = Where.WRITTEN
            self._writing -= 1
            self._serve(now)

    def give_back(self, turn: Turn) -> None:
        """Nothing was stored for a turn that was admitted."""
        if turn.bucket is not None:
            turn.bucket.give_back(turn.count, turn.turned)
            for counted in (self._admitted, self._firsts if turn.bucket is self.supply.firsts else Counter[bytes]()):
                # In another hour than it was counted in there is nothing to take away.
                counted[turn.caller.mark] = max(0, counted[turn.caller.mark] - 1)
            turn.bucket = None

    def nap(self, now: float) -> float:
        """Seconds until ``advance`` may decide something; infinite while nobody waits."""
        if not self._waiting:
            return float("inf")
        oldest = min(turn.since for turn in self._waiting)
        if self._writing >= MOST_WRITING:
            return max(0.0, oldest + LONGEST_WAIT - now)
        wanted = {(id(bucket), turn.count): bucket for turn in self._waiting for bucket in self._open_to(turn.caller)}
        soonest = min(self.supply.until(bucket, count) for (_, count), bucket in wanted.items())
        return max(0.0, min(oldest + LONGEST_WAIT - now, soonest))

    def _forget(self, now: float) -> None:
        if int(now // HOUR) != self._hour:
            self._hour = int(now // HOUR)
            self._admitted.clear()
            self._firsts.clear()
            self._in_vain.clear()

    def _may_first(self, caller: Caller) -> bool:
        return caller.kind is Kind.SHARED or self._firsts[caller.mark] < self._firsts_of[caller.kind]

    def _open_to(self, caller: Caller) -> Iterable[Bucket]:
        return (self.supply.firsts, self.supply.common) if self._may_first(caller) else (self.supply.common,)

    def _serve(self, now: float) -> None:
        """Firsts to whom they are for, then what is common to anyone. Who needs more tokens than there are holds up
        nobody who needs fewer."""
        for bucket in (self.supply.firsts, self.supply.common):
            while self._writing < MOST_WRITING and self.supply.until(bucket) <= 0:
                able = [
                    one
                    for one in self._waiting
                    if bucket.has(one.count) and (bucket is self.supply.common or self._may_first(one.caller))
                ]
                if not able:
                    break
                turn = self._first(able)
                bucket.take(turn.count)
                self._admit(turn, bucket, now)

    def _admit(self, turn: Turn, bucket: Bucket, now: float) -> None:
        self._end(turn, Where.ADMITTED)
        self._writing += 1
        turn.bucket, turn.turned = bucket, bucket.turned
        if now - turn.since >= LATE:
            self._pressed = now
        self._admitted[turn.caller.mark] += 1
        if bucket is self.supply.firsts:
            self._firsts[turn.caller.mark] += 1

    def _refuse(self, turn: Turn, now: float) -> None:
        self._end(turn, Where.REFUSED)
        self._pressed = now

    def _end(self, turn: Turn, where: Where) -> None:
        turn.where = where
        self._waiting.remove(turn)
        self._often[turn.caller.mark] -= 1
        if not self._often[turn.caller.mark]:
            del self._often[turn.caller.mark]
        if turn.tell is not None:
            turn.tell()

    def _rank(self, caller: Caller) -> tuple[int, int]:
        """The lower, the sooner: how often it was admitted, and how much oftener than others it has waited in vain."""
        waits = self._in_vain[caller.mark] // self._firsts_of.get(caller.kind, 1)
        return self._admitted[caller.mark], max(0, waits - IN_VAIN + 1)

    def _first(self, able: list[Turn]) -> Turn:
        if len(able) == 1:
            return able[0]
        ranks = [self._rank(one.caller) for one in able]
        lowest = min(ranks)
        return draw([one for one, rank in zip(able, ranks, strict=True) if rank == lowest], self._random)

    def _last(self) -> Turn:
        """Who has gone; else of the callers of the highest rank, then of those who wait most often, one at random."""
        gone = next((one for one in self._waiting if not one.there()), None)
        if gone is not None:
            return gone

        weights = [(self._rank(one.caller), self._often[one.caller.mark]) for one in self._waiting]
        most = max(weights)
        return draw([one for one, weight in zip(self._waiting, weights, strict=True) if weight == most], self._random)
