# SPDX-License-Identifier: AGPL-3.0-or-later
"""An offline machine has only its own clock: its day is held against what a step builds on."""

from dropbox.shown.days import DAY, day_of_time, whole_days

from .errors import StepRefused

GRACE = DAY
"""Seconds that two machines' clocks may differ by: one of them may have passed midnight."""
LONGEST_APART = 30 * DAY
"""Seconds after which a step no longer follows by itself from what it builds on."""
_TODAY = "give today's date by another clock, with --today YYYY-MM-DD"


def check_day(now: float, built_on: float, what: str, longest: float = LONGEST_APART) -> None:
    """``now`` and ``built_on`` in unix seconds, ``longest`` in seconds; ``what`` names what the step builds on. Raises
    StepRefused."""
    here, there = day_of_time(now), day_of_time(built_on)
    if now < built_on - GRACE:
        raise StepRefused(
            f"This machine's clock says {here}, and {what} is of {there}. Set the clock. If it is right, {_TODAY}."
        )
    if now > built_on + longest:
        apart = whole_days(longest)
        raise StepRefused(
            f"This machine's clock says {here}, more than {apart} after {what}, of {there}. If it is right, {_TODAY}."
        )
