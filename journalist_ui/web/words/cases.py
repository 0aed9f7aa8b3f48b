# SPDX-License-Identifier: AGPL-3.0-or-later
"""A case in the words of a page: its categories, state, force and drafts."""

from dropbox.forces import find_force
from dropbox.protocol.inert import inert_line
from journalist_ui.words.shelves import SHELVES

CATEGORIES = {
    "information-or-influence": "Information or influence for money or favours",
    "personal-advantage": "Using a policing position for personal gain",
    "sexual-misconduct": "Sexual misconduct or abuse of position",
    "partner-abuse": "Abuse or control of a partner",
    "discrimination": "Discrimination",
}
STATES = {"new": "New", "assessing": "Being assessed", "outcome": "Outcome set"}
DRAFTS = {"mine": "Your draft", "other": "A colleague's draft", "both": "Drafts of you and a colleague"}
CHIPS = {
    "information-or-influence": "Information sold",
    "personal-advantage": "Personal gain",
    "sexual-misconduct": "Sexual misconduct",
    "partner-abuse": "Partner abuse",
    "discrimination": "Discrimination",
}
GROUPS = {
    "urgent": "Urgent",
    "for-us": "Waiting for us",
    "for-source": "Waiting for the source",
    **{name: said for name, said in SHELVES.items() if name},
}
"""The blocks of the list."""


def category(name: str) -> str:
    return CATEGORIES.get(name, name)


def force(slug: str) -> str:
    """The name of a force; what is none of the list stays as it was sent, inert."""
    found = find_force(slug)
    return found.name if found and found.slug == slug else f"{inert_line(slug)} (not in the list of forces)"


def draft(whose: str) -> str:
    """Whose drafts a case holds, in the inbox."""
    return DRAFTS[whose]


def state(name: str) -> str:
    return STATES.get(name, name)


def chip(name: str) -> str:
    """A category in two words, where it stands beside others."""
    return CHIPS.get(name, name)


def shelf(name: str) -> str:
    """Where a person has put a case."""
    return SHELVES[name]


def group(name: str) -> str:
    """The head of a block of the list."""
    return GROUPS[name]
