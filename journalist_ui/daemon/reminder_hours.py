# SPDX-License-Identifier: AGPL-3.0-or-later
"""At which moments reminders leave: fixed hours of each day in UTC, which knows no hour twice and skips none.

Pure arithmetic over unix seconds. A moment that passed while the desk was off, asleep or under another clock is left
out: sent late, a reminder would tell when the desk came back.
"""

import re
from collections.abc import Sequence

DAY = 86_400
AHEAD = 20.0
"""Seconds before its moment at which a reminder is decided, so that no work of the desk moves the moment."""
LATE = 120.0
"""Seconds after it up to which it still leaves."""
_HOUR = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def is_hour(text: str) -> bool:
    """HH:MM."""
    return _HOUR.fullmatch(text) is not None


def _seconds(hour: str) -> int:
    return int(hour[:2]) * 3_600 + int(hour[3:]) * 60


def _moments(hours: Sequence[str], now: float) -> list[int]:
    """Those of yesterday, today and tomorrow, in order."""
    today = int(now // DAY)
    return sorted(day * DAY + _seconds(hour) for day in (today - 1, today, today + 1) for hour in hours)


def due(hours: Sequence[str], now: float) -> int | None:
    """The moment, in unix seconds, whose reminders are to be written now, of two the later; None while there is
    none."""
    return max((one for one in _moments(hours, now) if one - AHEAD <= now <= one + LATE), default=None)


def begins_next(hours: Sequence[str], now: float) -> float | None:
    """When ``due`` names another moment; None without hours."""
    return next((one - AHEAD for one in _moments(hours, now) if one - AHEAD > now), None)
