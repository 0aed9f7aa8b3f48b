# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who belongs to the desk."""

from dataclasses import dataclass, field

from .asked import Asked

ROLES = ("reader", "investigator", "supervisor", "custodian", "administrator")
"""What a member may be; several."""
SHEETS = "recovery+sheets"
"""The name under which cases are shared with recovery sheets."""
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
    """In order of name. ``sheets`` says of which kind the recovery sheets in force are, people or cases, "" where there
    are none; ``sheets_day`` since when."""

    members: tuple[MemberLine, ...]
    sheets: str = ""
    sheets_day: str = ""


@dataclass(frozen=True)
class Members(Asked[MemberList], verb="member-list"):
    """The members and their roles."""


@dataclass(frozen=True)
class MemberAdded:
    """Who may do what from now on. ``proposal`` is the number of what another person has to approve first, 0 where it
    is done; ``alone``: it took two, and nobody else could approve it."""

    name: str
    roles: tuple[str, ...]
    proposal: int = 0
    alone: bool = False


@dataclass(frozen=True)
class AddMember(Asked[MemberAdded], verb="member-add"):
    """Add a member with a first passphrase, who has nothing until they have made one of their own."""

    name: str
    passphrase: str = field(repr=False)
    roles: tuple[str, ...] = ()
    reason: str = ""


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


@dataclass(frozen=True)
class RolesSet:
    """``roles`` that the member holds, or is to hold. ``proposal`` and ``alone`` as of a member who is added."""

    name: str
    roles: tuple[str, ...]
    proposal: int = 0
    alone: bool = False


@dataclass(frozen=True)
class SetRoles(Asked[RolesSet], verb="member-role"):
    """Give a member these roles and no others."""

    name: str
    roles: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class AskRecovery(Asked[Leaving], verb="member-recover-ask"):
    """What would close to a member who is recovered; nothing is done."""

    name: str


@dataclass(frozen=True)
class Recovered:
    """``cases`` that close to them, of which ``closed`` nobody else can open. ``proposal`` and ``alone`` as of a member
    who is added."""

    name: str
    cases: int
    closed: int
    proposal: int = 0
    alone: bool = False


@dataclass(frozen=True)
class RecoverMember(Asked[Recovered], verb="member-recover"):
    """Give a member who lost passphrase or codes a first passphrase anew. It opens no case."""

    name: str
    passphrase: str = field(repr=False)
    reason: str = ""
