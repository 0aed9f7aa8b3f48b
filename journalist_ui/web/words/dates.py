# SPDX-License-Identifier: AGPL-3.0-or-later
"""Days and moments of the shapes, for people."""

import datetime


def day(iso: str) -> str:
    """`2026-11-25` as `25 November 2026`; anything else as it is."""
    try:
        found = datetime.date.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{found.day} {found:%B %Y}"


def short_day(iso: str) -> str:
    """`2026-11-25` as `25 Nov`, for a day that is near; anything else as it is."""
    try:
        found = datetime.date.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{found.day} {found:%b}"


def moment(iso: str) -> str:
    """`2026-11-25T14:05Z` as `14:05 UTC on 25 November 2026`; empty stays empty."""
    return f"{iso[11:16]} UTC on {day(iso[:10])}" if iso else ""
