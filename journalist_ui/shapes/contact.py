# SPDX-License-Identifier: AGPL-3.0-or-later
"""Contact details that a source has left: asking that they be opened, and reading them."""

from dataclasses import dataclass, field

from .asked import Asked, CaseNumber


@dataclass(frozen=True)
class ContactAsked:
    """``proposal`` waits for the custodians. ``agreed``: whoever asked is one of the two, and has agreed by asking."""

    case: int
    proposal: int
    agreed: bool


@dataclass(frozen=True)
class AskContact(Asked[ContactAsked], verb="contact-ask"):
    """``reason`` is one line; it stands in the record of the case, and the custodians read it."""

    case: CaseNumber
    reason: str = field(repr=False)


@dataclass(frozen=True)
class ContactShown:
    """``text`` is the source's; ``opened`` the ISO date on which two custodians opened it."""

    case: int
    text: str = field(repr=False)
    opened: str


@dataclass(frozen=True)
class ShowContact(Asked[ContactShown], verb="contact-show"):
    """That it was read stands in the record of the case."""

    case: CaseNumber
