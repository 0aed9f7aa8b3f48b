# SPDX-License-Identifier: AGPL-3.0-or-later
"""Days and minutes as the verbs say them."""

import datetime
from functools import lru_cache

from journalist_ui.daemon.notice_log import iso_day

DAY = 86_400

near_day = lru_cache(maxsize=4_096)(iso_day)
"""The same for lists of thousands, which name the same few hundred days."""


def day_of(period: int, seconds: int) -> str:
    """The date (UTC) on which a period of so many seconds begins; "" for period 0, which stands for none."""
    return iso_day(period, seconds) if period else ""


def minute_of(moment: float | None) -> str:
    """A moment in unix seconds as UTC, rounded up to the minute; empty for none."""
    if moment is None:
        return ""
    whole = datetime.datetime.fromtimestamp(-(-moment // 60) * 60, datetime.UTC)
    return whole.strftime("%Y-%m-%dT%H:%MZ")
