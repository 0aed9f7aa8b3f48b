# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who belongs to the desk."""

from dataclasses import dataclass, field

from .asked import Asked

ROLES = ("reader", "investigator", "supervisor", "custodian", "administrator")
"""What a member may be; several."""
OPENERS = frozenset(ROLES[:3])
"""Who may open cases."""
WRITERS = frozenset(ROLES[1:3])
"""Of them, who may write in a case and share it."""


@dataclass(frozen=True)
class MemberLine:
    """``provisional``: has not made a passphrase of their own yet."""

    name: str
    roles: tuple[str, ...]
    provisional: bool


@dataclass(frozen=True)
class MemberList:
    """In order of name."""

    members: tuple[MemberLine, ...]


@dataclass(frozen=True)
class Members(Asked[MemberList], verb="member-list"):
    """The members and their roles."""


@dataclass(frozen=True)
class MemberAdded:
    """Who may do what from now on."""

    name: str
    roles: tuple[str, ...]


@dataclass(frozen=True)
class AddMember(Asked[MemberAdded], verb="member-add"):
    """Add a member with a first passphrase, who has nothing until they have made one of their own."""

    name: str
    passphrase: str = field(repr=False)
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Leaving:
    """What goes with a member: ``cases`` that they can open, of which ``closed`` nobody else can."""

    name: str
    cases: int
    closed: int


@dataclass(frozen=True)
class AskRemoval(Asked[Leaving], verb="member-remove-ask"):
    """What would go with a member; nothing is done."""

    name: str


@dataclass(frozen=True)
class RemoveMember(Asked[Leaving], verb="member-remove"):
    """Remove a member, and what goes with them."""

    name: str
