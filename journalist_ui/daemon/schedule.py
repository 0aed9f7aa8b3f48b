# SPDX-License-Identifier: AGPL-3.0-or-later
"""When a desk collects and when it publishes, as pure arithmetic over unix seconds.

Collecting is drawn at random within each ``policy.collect``, so that its moment says nothing. Publishing has a fixed
instant in each period, the unit's own, so that it says nothing about officers or sources either; a desk that starts
after it publishes at once, and one that has no batch on the board does too.
"""

from dropbox.protocol.policy import Policy
from dropbox.protocol.primitives import sha256

EARLIEST, SPAN = 0.1, 0.5
"""The instant lies between 10 and 60 hundredths of the period: not where the period turns, and soon enough for the
next board."""


def period_at(policy: Policy, now: float) -> int:
    """The period that holds ``now``."""
    return int(now // policy.period)


def publish_instant(policy: Policy, unit_id: bytes, period: int) -> float:
    """The moment in ``period`` at which this unit's batch leaves."""
    share = int.from_bytes(sha256(unit_id)[:4], "big") / 2**32
    return (period + EARLIEST + SPAN * share) * policy.period


def publish_due(policy: Policy, unit_id: bytes, published_period: int, now: float) -> bool:
    """Whether a batch should leave now: none has in this period, and its instant is past or it is the very first."""
    period = period_at(policy, now)
    if published_period >= period:
        return False
    return published_period == 0 or now >= publish_instant(policy, unit_id, period)


def next_publish(policy: Policy, unit_id: bytes, published_period: int, now: float) -> float:
    """The next moment at which ``publish_due`` becomes true, if it is not now."""
    period = period_at(policy, now)
    instant = publish_instant(policy, unit_id, period)
    if published_period < period and now < instant:
        return instant
    return publish_instant(policy, unit_id, max(period, published_period) + 1)


def next_collect(policy: Policy, now: float, share: float) -> float:
    """A moment in the next stretch of ``policy.collect`` seconds; ``share`` is random in [0, 1)."""
    return (now // policy.collect + 1 + share) * policy.collect


def retry_after(failures: int, longest: float, share: float) -> float:
    """Seconds to wait after so many failures in a row: doubling from one, at most ``longest``, a third of it random."""
    return min(2.0 ** min(failures - 1, 20), longest) * (2 + share) / 3
