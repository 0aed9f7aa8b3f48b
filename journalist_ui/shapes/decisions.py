# SPDX-License-Identifier: AGPL-3.0-or-later
"""What each case asks its members to decide."""

from dataclasses import dataclass, field

from .asked import Asked, CaseNumber


@dataclass(frozen=True)
class DecisionLine:
    """``what`` is referral (to a body that oversees the police) or chis (whether the source is, or becomes, a covert
    human intelligence source), ``answer`` yes or no, ``day`` YYYY-MM-DD; ``by`` is "" where the row does not open."""

    what: str
    answer: str
    by: str
    day: str
    reason: str = field(repr=False)


@dataclass(frozen=True)
class DecisionKept:
    """What was decided."""

    case: int
    what: str
    answer: str


@dataclass(frozen=True)
class Decide(Asked[DecisionKept], verb="decide"):
    """Say yes or no to ``what`` the case asks, for all members, with the reason; also in place of an earlier answer,
    which stays."""

    case: CaseNumber
    what: str
    said: str
    reason: str = field(repr=False)
