# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who takes new reports, and by which names a report may speak of a member."""

from dataclasses import dataclass, field

from .asked import Asked


@dataclass(frozen=True)
class TriageLine:
    """Whether new reports open to the member, and what is looked for in them."""

    name: str
    triage: bool
    known_as: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class TriageList:
    """Of those who may open cases, in order of name."""

    members: tuple[TriageLine, ...]


@dataclass(frozen=True)
class Triage(Asked[TriageList], verb="triage-list"):
    """Who takes new reports."""


@dataclass(frozen=True)
class SetTriage(Asked[TriageLine], verb="triage"):
    """Change one or both: ``triage`` None and ``known_as`` None stay as they are."""

    name: str
    triage: bool | None = None
    known_as: tuple[str, ...] | None = field(default=None, repr=False)
