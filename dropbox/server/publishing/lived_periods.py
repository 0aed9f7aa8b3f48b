# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a clock may close and delete: only what follows from what is stored. Pure.

A machine that stood still and a clock that was set wrong look alike to a server that starts. A short stop is taken for
one; anything longer, and a clock behind what is stored, waits for a person.
"""

from collections.abc import Iterable

from dropbox.protocol.anchors import Head
from dropbox.protocol.policy import Policy

LONGEST_STOP = 3 * 86_400
"""Seconds that a stop explains by itself: a weekend. With daily periods this is also the clock slack that desks and
sources forgive, so that a clock wrong by less closes nothing that they would not take."""
MOST_EMPTY = 1_000
"""Periods without this server that desks are let walk through, each a request. After a longer stop, which somebody has
confirmed, only the last ``retention`` periods are kept."""


def explained(policy: Policy, open_period: int, period: int) -> bool:
    """Whether a server that last had ``open_period`` open may start at the clock's ``period`` without being asked."""
    slack = min(policy.clock_slack, MOST_EMPTY)
    longest = max(slack, min(LONGEST_STOP // policy.period, MOST_EMPTY))
    return -slack <= period - open_period <= longest


def first_explained(policy: Policy, head: Head, period: int) -> bool:
    """The same for a store that has never had a period open: the roots' dates are all there is."""
    return head.issued - policy.clock_slack <= period <= head.expires


def passed_over(before: int, after: int, lived: int) -> int:
    """Periods between two open ones in which no desk could fetch anything. ``lived`` of them, at least, this server was
    there for, the first of them included."""
    gap = after - before
    return max(gap - lived, 0) if gap <= MOST_EMPTY else 0


def first_kept(open_period: int, retention: int, skips: Iterable[tuple[int, int]]) -> int:
    """The first period that is kept: ``retention`` periods were lived through from there to ``open_period``.

    ``skips`` are pairs of a period that was opened late and how many before it were passed over."""
    wanted, upper = retention, open_period
    for opened, skipped in sorted(skips, reverse=True):
        if opened > upper:
            continue
        if upper - opened >= wanted:
            break
        wanted -= upper - opened
        upper = opened - skipped
    return upper - wanted
