# SPDX-License-Identifier: AGPL-3.0-or-later
"""The list of cases, and what a person says of a case."""

from dataclasses import dataclass

from .asked import Asked, CaseNumber
from .notices import ToldNotice


@dataclass(frozen=True)
class CaseLine:
    """One case of the list. ``opened`` is a day, ``age`` the days since; ``unread`` messages that the member was not
    yet shown; ``waiting`` texts of the unit that the source has not read; ``to_answer``: the source wrote last;
    ``given_up``: nobody read the unit's newest text in time; ``draft`` whose there is: none, mine, other, both."""

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


@dataclass(frozen=True)
class CaseList:
    """By number."""

    cases: tuple[CaseLine, ...]
    notices: tuple[ToldNotice, ...]


@dataclass(frozen=True)
class Cases(Asked[CaseList], verb="cases"):
    """Every case of this member. ``opened`` false leaves out the categories, which take long at first."""

    opened: bool = True


@dataclass(frozen=True)
class CategoryList:
    """Of each case that was asked about, in that order."""

    categories: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Categories(Asked[CategoryList], verb="categories"):
    """The categories of some cases."""

    cases: tuple[CaseNumber, ...] = ()


@dataclass(frozen=True)
class StateSet:
    """What the case is now."""

    case: int
    state: str


@dataclass(frozen=True)
class SetState(Asked[StateSet], verb="state"):
    """What a person says of the case, for all members: new, or assessing."""

    case: CaseNumber
    state: str
