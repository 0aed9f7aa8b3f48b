# SPDX-License-Identifier: AGPL-3.0-or-later
"""The flood box: what came on a day after so many new cases that no more of them stand in the inbox."""

from dataclasses import dataclass, field

from .asked import Asked, CaseNumber, Page


@dataclass(frozen=True)
class FloodLine:
    """One case of it: the ``day`` on which it was sent, whether its report says that somebody is at risk, and its
    beginning, "" before the member has declared."""

    case: int
    day: str
    urgent: bool
    excerpt: str = field(repr=False)


@dataclass(frozen=True)
class Flood:
    """One ``page`` of so many: those in which somebody is at risk first. ``total`` and ``urgent`` count all that are
    not set aside, ``aside`` those that are. ``declared``: the member may see beginnings."""

    cases: tuple[FloodLine, ...]
    total: int
    urgent: int
    aside: int
    declared: bool
    page: int = 1
    pages: int = 1


@dataclass(frozen=True)
class ShowFlood(Asked[Flood], verb="flood"):
    """Of all boxes that are open to the member."""

    page: Page = 1


@dataclass(frozen=True)
class FloodDeclared:
    """The member sees beginnings from now on."""

    declared: bool


@dataclass(frozen=True)
class DeclareFlood(Asked[FloodDeclared], verb="flood-declare"):
    """Nothing keeps the member from looking at it."""


@dataclass(frozen=True)
class TakenOut:
    """A case of its own from now on; ``opens``: to this member, of whom it does not speak."""

    case: int
    opens: bool


@dataclass(frozen=True)
class TakeOut(Asked[TakenOut], verb="flood-take"):
    """Make a case of the box one of its own, with a key of its own, as if it had come on a quiet day."""

    case: CaseNumber


@dataclass(frozen=True)
class FloodMoved:
    """How many cases of the box went."""

    moved: int
    aside: bool


@dataclass(frozen=True)
class MoveFlood(Asked[FloodMoved], verb="flood-move"):
    """Set cases of the box aside, or back into it. ``everything`` in place of ``cases``: all, but to set aside none in
    which somebody is at risk."""

    cases: tuple[CaseNumber, ...] = ()
    everything: bool = False
    aside: bool = True
