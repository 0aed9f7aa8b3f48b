# SPDX-License-Identifier: AGPL-3.0-or-later
"""How many envelopes, or blobs, a period still takes, and how fast: what the signed policy allows, as two buckets.

*Common* is for anyone; *firsts*, the larger, for what comes first of a caller within an hour (docs/decisions/0061).
"""

from dataclasses import dataclass

COMMON_PART = 5
"""One in so many envelopes of a period is common."""
AT_ONCE = 8
"""One in so many of a bucket's can go at once."""
LEAST_AT_ONCE = 16
CATCHING_UP = 1.5
"""Where a period's supply runs low, it is given at most so many times as fast as would last to the period's end."""
_ALMOST_ONE = 1 - 1e-9


@dataclass
class Bucket:
    """``whole``: envelopes a period; ``spent``: those of this period. Never more than ``whole`` are given in one."""

    whole: int = 0
    spent: int = 0
    tokens: float = 0.0
    least_at_once: int = LEAST_AT_ONCE
    turned: int = 0
    """How many periods came after the first."""

    @property
    def at_once(self) -> float:
        """The most tokens that lie here."""
        return max(0.0, min(self.whole - self.spent, max(self.whole / AT_ONCE, self.least_at_once)))

    def rate(self, length: float, left: float) -> float:
        """Tokens a second, in a period of ``length`` seconds of which some are left."""
        lasting = (self.whole - self.spent - self.tokens) / max(left, 1.0)
        return max(0.0, min(self.whole / length, CATCHING_UP * lasting))

    def fill(self, tokens: float) -> None:
        """Put tokens in, as far as there is room."""
        self.tokens = max(0.0, min(self.tokens + tokens, self.at_once))

    def has(self, count: int = 1) -> bool:
        """Whether so many tokens lie here."""
        return self.tokens >= count - 1 + _ALMOST_ONE

    def take(self, count: int = 1) -> bool:
        """So many tokens, if they are there."""
        if not self.has(count):
            return False
        self.tokens -= count
        self.spent += count
        return True

    def give_back(self, count: int, turned: int) -> None:
        """Tokens that were taken for nothing, when ``turned`` stood as it is said; those of another period leave what
        is spent of this one."""
        if turned == self.turned:
            self.spent = max(0, self.spent - count)
        self.fill(count)


class Supply:
    """The buckets of one process. Time is the believed one, in unix seconds."""

    def __init__(self, workers: int = 1, common_part: int = COMMON_PART, least_at_once: int = LEAST_AT_ONCE) -> None:
        """``workers``: how many processes share the supply, each with its own part: what is shared in a database would
        tell, on its disk, when envelopes came. One in ``common_part`` is common; a bucket holds ``least_at_once``
        where the period has so many."""
        self._workers = workers
        self._common_part = common_part
        self.common = Bucket(least_at_once=least_at_once)
        self.firsts = Bucket(least_at_once=least_at_once)
        self.began = False
        self._period = -1
        self._total = 0
        self._length = 1.0
        self._now = 0.0

    def begin(self, period: int, total: int, length: float, now: float, kept: int) -> None:
        """Once, at start: ``kept`` envelopes of the period are there already, and an even pace has given their
        tokens."""
        self._now = now
        self.turn_to(period, total, length)
        passed = max(0.0, now - period * length)
        for bucket in (self.common, self.firsts):
            bucket.spent = min(bucket.whole, kept * bucket.whole // max(1, self._total))
            bucket.fill(
                max(bucket.whole / AT_ONCE, bucket.least_at_once) + bucket.whole / length * passed - bucket.spent
            )
        self.began = True

    def turn_to(self, period: int, total: int, length: float) -> None:
        """The open period, and what the policy allows in one. What lies in the buckets stays; nothing is taken from the
        next."""
        if (period, total, length) == (self._period, self._total, self._length):
            return
        if period != self._period:
            for bucket in (self.common, self.firsts):
                bucket.spent = 0
                bucket.turned += 1
        self._period, self._total, self._length = period, total, length
        own = max(1, total // self._workers)
        self.common.whole = own // self._common_part
        self.firsts.whole = own - self.common.whole
        for bucket in (self.common, self.firsts):
            bucket.fill(0)

    @property
    def _left(self) -> float:
        return (self._period + 1) * self._length - self._now

    def advance(self, now: float) -> None:
        """Fill the buckets with what has come since; a clock that was put back gives nothing."""
        passed = max(0.0, now - self._now)
        self._now = now
        for bucket in (self.common, self.firsts):
            bucket.fill(bucket.rate(self._length, self._left) * passed)

    def until(self, bucket: Bucket, count: int = 1) -> float:
        """Seconds until the bucket has so many tokens; infinite when this period gives none."""
        if bucket.has(count):
            return 0.0
        rate = bucket.rate(self._length, self._left)
        if bucket.whole - bucket.spent < count:
            # A new period is the earliest that has them.
            return max(0.0, self._left) + count / (bucket.whole / self._length) if bucket.whole else float("inf")
        return (count - bucket.tokens) / rate if rate else float("inf")
