# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which cases belong together, for whoever opens both."""

from dataclasses import dataclass, field

from .asked import Asked, CaseNumber


@dataclass(frozen=True)
class LinkLine:
    """The other ``case``; who linked them, on which ``day`` (YYYY-MM-DD), and why. Not ``proved``: the audit log does
    not hold it."""

    case: int
    by: str
    day: str
    reason: str = field(repr=False)
    proved: bool = True


@dataclass(frozen=True)
class Linked:
    """Whether the two cases are linked now."""

    case: int
    other: int
    linked: bool


@dataclass(frozen=True)
class Link(Asked[Linked], verb="link"):
    """Link two cases that are open to the member, or with ``undo`` take a link back; whoever opens both sees it, and
    nobody else."""

    case: CaseNumber
    other: CaseNumber
    reason: str = field(repr=False)
    undo: bool = False
