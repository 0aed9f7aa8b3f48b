# SPDX-License-Identifier: AGPL-3.0-or-later
"""The list of cases, and what a person says of a case."""

from dataclasses import dataclass

from .asked import Asked, CaseNumber
from .notices import ToldNotice


@dataclass(frozen=True)
class CaseLine:
    """One case of the list. ``opened`` is a day, ``age`` the days since; ``unread`` messages that the member was not
    yet shown; ``waiting`` texts of the unit that the source has not read; ``to_answer``: the source wrote last, for the
    first time since the unit did ``days`` ago; ``given_up``: nobody read the unit's newest text in time; ``draft``
    whose there is: none, mine, other, both.

    ``flags``: urgent (somebody is at risk), conflict (the report speaks of everybody who takes new ones), muted.
    ``owed``: declare, read, acknowledge, answer, referral and chis (to be decided), tell (an outcome that the source
    was not told), review (of one that is set aside); ``due`` has the day of those that have one, ``due_now`` names
    those whose day has come. ``outcomes`` are those that hold. ``shelf`` is where a person has put it: "" (the inbox),
    junk, closed. Before the member has declared there are no ``categories``, ``tags``, ``outcomes`` or ``excerpt``,
    which is the first letters of the
    report."""

    case: int
    state: str
    categories: tuple[str, ...]
    opened: str
    age: int
    unread: int
    waiting: int
    to_answer: bool
    given_up: bool
    draft: str
    flags: tuple[str, ...]
    tags: tuple[str, ...]
    assigned: tuple[str, ...]
    outcomes: tuple[str, ...]
    owed: tuple[str, ...]
    days: int
    shelf: str
    excerpt: str
    due: dict[str, str]
    due_now: tuple[str, ...]


@dataclass(frozen=True)
class CaseList:
    """What needs somebody first comes first: cases in which somebody is at risk, then by how long the source has waited
    for the unit, then the rest by age. Not ``ready``: a search has not looked through all cases yet. ``flood`` cases
    stand in the flood box, ``flood_urgent`` of them with somebody at risk: in no list but that of the box."""

    cases: tuple[CaseLine, ...]
    notices: tuple[ToldNotice, ...]
    ready: bool = True
    flood: int = 0
    flood_urgent: int = 0


@dataclass(frozen=True)
class Cases(Asked[CaseList], verb="cases"):
    """The cases of this member: all, or those that are like all that is given. ``assigned`` is a member's name, or me;
    ``shelf`` "" the inbox, junk, closed, or None for all. ``search``: every word of it stands in what the source and
    the unit wrote, in notes, reasons or tags."""

    state: str | None = None
    tag: str | None = None
    assigned: str | None = None
    urgent: bool = False
    search: str | None = None
    shelf: str | None = None


@dataclass(frozen=True)
class CaseCategories:
    """What its report says that it is about."""

    categories: tuple[str, ...]


@dataclass(frozen=True)
class Categories(Asked[CaseCategories], verb="categories"):
    """Of one case, of which nothing else is shown: no message counts as read by it."""

    case: CaseNumber


@dataclass(frozen=True)
class StateSet:
    """What the case is now."""

    case: int
    state: str


@dataclass(frozen=True)
class SetState(Asked[StateSet], verb="state"):
    """What a person says of the case, for all members: new, or assessing. An outcome is taken back by
    it."""

    case: CaseNumber
    state: str
