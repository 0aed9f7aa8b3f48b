# SPDX-License-Identifier: AGPL-3.0-or-later
"""How near the end of a signed list is: the days before it on which everybody who can act is warned."""

from .anchors import Head
from .policy import Policy

WARN_DAYS = (60, 30, 7)
"""Days before the end of the list from which on its keepers, its operator and every desk are warned, each time more
plainly."""
DAY = 86_400


def days_left(head: Head, policy: Policy, now: float) -> int:
    """Whole days until the end of the last period of the list; below 0 once it has ended. ``now`` in unix seconds."""
    return int(((head.expires + 1) * policy.period - now) // DAY)


def warned_from(head: Head, policy: Policy, now: float) -> int | None:
    """The nearest of WARN_DAYS that has come, 0 once the list has ended, None before the first.

    A list is not warned of at once: a day counts only when at most two thirds of a list's whole life (the policy's)
    lie behind it. ``now`` in unix seconds."""
    if now // policy.period > head.expires:
        return 0
    left = days_left(head, policy, now)
    whole = policy.head_life * policy.period
    return min((days for days in WARN_DAYS if left <= days and 3 * days * DAY <= 2 * whole), default=None)
