# SPDX-License-Identifier: AGPL-3.0-or-later
"""Periods as days. A day is YYYY-MM-DD in UTC."""

from datetime import UTC, datetime

DAY = 86_400


def day_of_time(seconds: float) -> str:
    """The day of a moment in unix seconds; beyond the calendar, the number of the day."""
    try:
        return datetime.fromtimestamp(seconds, UTC).date().isoformat()
    except (OverflowError, ValueError, OSError):
        return f"day {int(seconds // DAY)}"


def day_of(period: int, seconds: int) -> str:
    """The day on which a period of so many ``seconds`` begins."""
    return day_of_time(period * seconds)


def whole_days(seconds: float) -> str:
    """A span in whole days: 1 day, 98 days; no day below one."""
    days = int(seconds // DAY)
    return "no day" if days < 1 else "1 day" if days == 1 else f"{days} days"
