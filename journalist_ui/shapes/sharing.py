# SPDX-License-Identifier: AGPL-3.0-or-later
"""Letting another member open cases."""

from dataclasses import dataclass

from .asked import Asked, CaseNumber


@dataclass(frozen=True)
class Lacks:
    """How many of the member's ``cases`` another member cannot open."""

    name: str
    cases: int


@dataclass(frozen=True)
class Lacking:
    """Those who can open all are left out."""

    members: tuple[Lacks, ...]


@dataclass(frozen=True)
class WhoLacks(Asked[Lacking], verb="member-share-with"):
    """Which other members, of those who may open cases, cannot open all of the member's cases, or this one."""

    case: CaseNumber | None = None


@dataclass(frozen=True)
class SharePlan:
    """``cases`` more would open to them, and ``left`` stay closed."""

    name: str
    cases: int
    left: int


@dataclass(frozen=True)
class AskShare(Asked[SharePlan], verb="member-share-ask"):
    """What sharing would do; nothing is done. ``cases`` None stands for all that the member can open."""

    name: str
    cases: tuple[CaseNumber, ...] | None = None


@dataclass(frozen=True)
class CasesShared:
    """``cases_shared`` by this; how many the other can open now, and how many stay closed to them."""

    name: str
    cases_shared: int
    cases_opened: int
    cases_not_opened: int


@dataclass(frozen=True)
class Share(Asked[CasesShared], verb="member-share"):
    """Share these cases, or all. ``agreed`` is how many whoever asks was told of, None where nobody was."""

    name: str
    cases: tuple[CaseNumber, ...] | None = None
    agreed: int | None = None
