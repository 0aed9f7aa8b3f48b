# SPDX-License-Identifier: AGPL-3.0-or-later
"""Cases that are referred to another unit, and referrals that came here."""

from dataclasses import dataclass, field

from .asked import Asked, CaseNumber


@dataclass(frozen=True)
class OtherUnitLine:
    """What the other unit answered: its ``number``, the ``day`` (YYYY-MM-DD) on which it stood on that unit's board,
    ``kind`` text, outcome, questions, closed and others, ``text`` all its words."""

    number: int
    day: str
    kind: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class ReferralLine:
    """A referral of the ``case`` ``to`` a unit, by its slug. ``day`` is when it was approved, YYYY-MM-DD; ``state`` is
    waiting, sent, collected (the other unit has it) or refused: then ``refused`` is the code, and it is tried again.
    ``by`` is who asked for it, "" where the row does not open; ``text`` the summary that left."""

    case: int
    to: str
    day: str
    state: str
    refused: str
    by: str
    text: str = field(repr=False)
    answers: tuple[OtherUnitLine, ...] = ()


@dataclass(frozen=True)
class ReferredLine:
    """The case came from another unit, ``by`` its slug, "" where its claim is not proved. ``accepted`` are the cases,
    open to the member, whose sources say that they are the one of it, in the order in which they came."""

    by: str
    proved: bool
    accepted: tuple[int, ...] = ()


@dataclass(frozen=True)
class AcceptsLine:
    """The case's source says that it is the one of a referral: of which ``case`` that is open to the member and proved
    to be referred, 0 for none. ``first``: in no case that opens to the member somebody said so before."""

    case: int
    first: bool


@dataclass(frozen=True)
class UnitLine:
    """A unit that may be referred to; ``kind`` is force-unit, intake-desk or oversight."""

    slug: str
    name: str
    kind: str


@dataclass(frozen=True)
class OtherUnits:
    """As the signed list has them."""

    units: tuple[UnitLine, ...]


@dataclass(frozen=True)
class Units(Asked[OtherUnits], verb="units"):
    """The other units that take reports."""


@dataclass(frozen=True)
class ReferralPreviewed:
    """Exactly what the unit ``to`` would get: the summary ``text``, ``categories``, ``force``, and the ``answers`` that
    go with it. ``name`` is the unit's; ``not_to`` the units that must never get it."""

    case: int
    to: str
    name: str
    text: str = field(repr=False)
    categories: tuple[str, ...]
    force: str
    answers: dict[str, tuple[str, ...]]
    not_to: tuple[str, ...]


@dataclass(frozen=True)
class PreviewReferral(Asked[ReferralPreviewed], verb="referral-preview"):
    """What a referral would send; nothing is stored."""

    case: CaseNumber
    to: str
    summary: str = field(repr=False)


@dataclass(frozen=True)
class ReferralAsked:
    """``proposal`` waits for a second person; 0 where it is done, since nobody else could approve it."""

    case: int
    to: str
    proposal: int


@dataclass(frozen=True)
class Refer(Asked[ReferralAsked], verb="refer"):
    """Ask that a case is referred ``to`` a unit with this summary; another member, a supervisor, approves it. Its
    source is offered to go on with that unit, unless it has closed the conversation."""

    case: CaseNumber
    to: str
    summary: str = field(repr=False)
    reason: str = field(repr=False)


@dataclass(frozen=True)
class AllReferrals:
    """Of all cases that are open to the member, by case."""

    referrals: tuple[ReferralLine, ...]


@dataclass(frozen=True)
class Referrals(Asked[AllReferrals], verb="referrals"):
    """Each referral of the cases that are open to the member, the newest first."""
