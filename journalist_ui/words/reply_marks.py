# SPDX-License-Identifier: AGPL-3.0-or-later
"""The kinds of marks in a text to a source."""

_KINDS = {
    "tasking": "Tasks the source",
    "gives-away": "Could give the source away",
    "identity": "Asks who the source is",
    "meeting": "Fixes a meeting or a call",
    "link": "Leads out of this service",
}


def mark_kind(kind: str) -> str:
    """In a few words. A kind of another release stands as it is."""
    return _KINDS.get(kind, kind)
