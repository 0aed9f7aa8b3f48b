# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one member asks for and another approves."""

from dataclasses import dataclass
from typing import Annotated

from .asked import Asked, Whole

ProposalNumber = Annotated[int, Whole("A proposal is a whole number. `dropbox-desk proposals` lists them.", 1, 1 << 31)]


@dataclass(frozen=True)
class ProposalLine:
    """``kind`` of what is asked for about ``target``; ``roles`` the target's roles once it is done, "before" those held
    when it was asked. ``day`` and ``last_day`` are when it was asked and until when it can be approved, ``decided``
    when somebody did, all ISO dates. ``state`` is open, approved, alone, refused or expired; ``agreed`` are custodians
    who have approved what takes two of them; ``text`` is the summary of a referral. ``yours``: whoever asks may approve
    it now; ``from_day``: they may from that day on, "" where that is no question of time."""

    proposal: int
    kind: str
    target: str
    roles: tuple[str, ...]
    before: tuple[str, ...]
    reason: str
    asked_by: str
    day: str
    last_day: str
    state: str
    decided_by: str
    answer: str
    decided: str
    yours: bool
    from_day: str
    agreed: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True)
class ProposalList:
    """Newest first."""

    proposals: tuple[ProposalLine, ...]


@dataclass(frozen=True)
class Proposals(Asked[ProposalList], verb="proposals"):
    """Those that the member may approve, once their role is old enough, and those that they asked for."""


@dataclass(frozen=True)
class Decided:
    """``state`` is approved, refused, or agreed: the first of two custodians has."""

    proposal: int
    kind: str
    target: str
    state: str


@dataclass(frozen=True)
class Approve(Asked[Decided], verb="proposal-approve"):
    """Approve it with the member's own signature; what was asked for is done at once."""

    proposal: ProposalNumber


@dataclass(frozen=True)
class Refuse(Asked[Decided], verb="proposal-refuse"):
    """Refuse it, or take back what one asked for. ``reason`` is one line."""

    proposal: ProposalNumber
    reason: str
