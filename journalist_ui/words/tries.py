# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a member is told, after signing in, of others who tried to."""

from .counts import counted


def wrong_tries(count: int, day: str) -> str:
    """``day`` is the first on which there were any, as it is to be shown; empty where there were none."""
    if not count:
        return ""
    wrong = counted(count, "wrong try", "wrong tries")
    return f"{wrong} for your name since {day}. If they were not yours, tell your colleagues."
