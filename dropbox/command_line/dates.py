# SPDX-License-Identifier: AGPL-3.0-or-later
"""Today's date, as a person gives it by another clock than this machine's."""

import re
from datetime import UTC, date, datetime

from .refused import InputRefused

_WRITTEN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def check_today(typed: str, now: float) -> None:
    """``typed`` is the day of ``now`` (unix seconds). Raises InputRefused.

    A day's grace: the machine counts in UTC, and midnight is not at the same moment everywhere.
    """
    try:
        said = date.fromisoformat(typed.strip()) if _WRITTEN.fullmatch(typed.strip()) else None
    except ValueError:
        said = None
    if said is None:
        raise InputRefused("Give the day as YYYY-MM-DD, for example 2026-11-29.")
    here = datetime.fromtimestamp(now, UTC).date()
    if abs((here - said).days) > 1:
        raise InputRefused(f"This machine's clock says {here}. Set it first, then run this again.")
