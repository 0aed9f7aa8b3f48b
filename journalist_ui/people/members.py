# SPDX-License-Identifier: AGPL-3.0-or-later
"""Members of a desk: who they are and what they may do.

An administrator gives a new member a first passphrase. Nothing is ever wrapped to the key under it, and it signs in for
one thing alone: to make a passphrase of one's own, and with it a key and a code secret that nobody else has seen.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select

from dropbox.protocol.chance import Random
from journalist_ui.refusals import BadInput, NoSuchMember, NotAllowed
from journalist_ui.vault import tables
from journalist_ui.vault.evidence import record_key
from journalist_ui.vault.roles import HELD, SHEETS, WRITERS, Role as Role, parse_held, store_roles

from .codes import printed_secret
from .passphrases import Secrets, check_passphrase, draw_secrets
from .tries import forget_tries

ALL_ROLES = "reader, investigator, supervisor, custodian or administrator"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,47}")
TOLD_DAYS = 7
"""Days between all members' being told of a role and its approving anything."""
TAKEN = "There is a member of that name. Choose another."
WAITS = (
    "There is a member of that name already, who has made no passphrase of their own yet. If you asked for this before "
    "and saw no answer, it was done then: the first passphrase of that time holds. To give another one, remove them "
    "and add them again."
)


@dataclass(frozen=True)
class Member:
    """A member as others may see one."""

    name: str
    roles: frozenset[Role]
    provisional: bool = False


class MemberRow(NamedTuple):
    """All that the vault holds of a member. ``public`` is the key that cases are wrapped to, ``signing`` the
    one that approvals are verified by, empty before there were any; ``salt`` and ``sealed``
    belong to the passphrase; ``used_steps`` is a JSON list of the newest steps whose codes were used; ``held`` the
    roles (vault/roles.py)."""

    name: str
    provisional: bool
    public: bytes
    signing: bytes
    salt: bytes
    sealed: bytes
    used_steps: str
    held: str | None

    @property
    def member(self) -> Member:
        """As others may see one."""
        return Member(self.name, frozenset(Role(role) for role in parse_held(self.held)), self.provisional)


_ROWS = select(*(tables.members.c[name] for name in MemberRow._fields[:-1]), HELD)


def check_name(name: str) -> str:
    """Raises BadInput."""
    if not _NAME.fullmatch(name):
        raise BadInput("A member's name is up to 48 letters, digits, dots, hyphens and underscores. Choose another.")
    return name


def parse_roles(names: Iterable[str]) -> frozenset[Role]:
    """Raises BadInput."""
    try:
        roles = frozenset(Role(name) for name in names)
    except ValueError:
        raise BadInput(f"A role is {ALL_ROLES}.") from None
    if not roles:
        raise BadInput(f"A member needs a role, or several: --role {ALL_ROLES}.")
    return roles


@dataclass(frozen=True)
class NewMember:
    """A member who is not stored yet."""

    member: Member
    secrets: Secrets

    @property
    def code_secret(self) -> str:
        """Base32; it is shown once, and counts for nothing while the member is provisional."""
        return printed_secret(self.secrets.code_secret)


def prepare_member(
    name: str, roles: frozenset[Role], passphrase: str, random: Random, *, provisional: bool = True
) -> NewMember:
    """Stretch the passphrase and draw the keys; it takes long and touches no database. Raises BadInput."""
    check_name(name)
    check_passphrase(passphrase, "member's passphrase")
    return NewMember(Member(name, roles, provisional), draw_secrets(name, passphrase, random))


def refuse_taken(connection: Connection, name: str) -> None:
    """Raises BadInput where there is a member of that name, in whatever capitals."""
    rows = tables.members
    found = connection.execute(select(rows.c.provisional).where(func.lower(rows.c.name) == name.lower())).first()
    if found:
        raise BadInput(WAITS if found.provisional else TAKEN)


def store_member(connection: Connection, new: NewMember, day: int = 0, *, told: int | None = None) -> None:
    """Store the member, on a ``day`` of unix time, on which all are told of the roles, or on the day ``told``. Raises
    BadInput where there is one of that name, in whatever capitals."""
    rows, member, secrets = tables.members, new.member, new.secrets
    refuse_taken(connection, member.name)
    connection.execute(
        insert(rows).values(
            name=member.name,
            provisional=member.provisional,
            public=secrets.public,
            signing=secrets.signing,
            salt=secrets.salt,
            sealed=secrets.sealed,
            used_steps="[]",
        )
    )
    store_roles(connection, member.name, member.roles, day if told is None else told)
    record_key(connection, day, member.name)


def spelled(connection: Connection, typed: str) -> str:
    """A member's name as it was made, however its capitals were typed, with blanks around it or not; else as typed."""
    name = unicodedata.normalize("NFKC", typed).strip()
    rows = tables.members
    found = connection.execute(select(rows.c.name).where(func.lower(rows.c.name) == name.lower())).scalar()
    return typed if found is None else str(found)


def read_member(connection: Connection, name: str) -> MemberRow | None:
    """None when there is none of that name."""
    row = connection.execute(_ROWS.where(tables.members.c.name == name)).first()
    return None if row is None else MemberRow._make(row)


def list_rows(connection: Connection) -> list[MemberRow]:
    """In order of name, without the recovery sheets."""
    people = _ROWS.where(tables.members.c.name != SHEETS).order_by(tables.members.c.name)
    return [MemberRow._make(row) for row in connection.execute(people)]


def list_members(connection: Connection) -> list[Member]:
    """In order of name."""
    return [row.member for row in list_rows(connection)]


def find_member(connection: Connection, name: str) -> tuple[Member, bytes]:
    """A member and the public key that cases are wrapped to. Raises NoSuchMember."""
    row = read_member(connection, name)
    if row is None:
        raise NoSuchMember("There is no member of that name. `dropbox-desk member list` names them.")
    return row.member, row.public


def only(roles: Collection[Role]) -> NotAllowed:
    """What is told to whoever holds none of these roles."""
    named = [role.value for role in Role if role in roles]
    either = f"{', '.join(named[:-1])} or {named[-1]}" if len(named) > 1 else named[0]
    return NotAllowed(f"Only a member with the role {either} may do this. Ask one.")


def require_role(connection: Connection, name: str, *roles: Role) -> None:
    """In the transaction of what only one of these roles may do: who was admitted may have been removed since. Raises
    NotAllowed."""
    row = read_member(connection, name)
    if row is None or row.member.provisional or row.member.roles.isdisjoint(roles):
        raise only(roles)


def refuse_last(connection: Connection, member: Member, kept: Collection[Role]) -> None:
    """Before a member keeps only these of their roles. Raises BadInput where nobody would be left who administers, or
    who writes in cases."""
    others = [one for one in list_members(connection) if one.name != member.name and not one.provisional]
    for needed in ({Role.ADMINISTRATOR}, WRITERS):
        lost = member.roles & needed
        if lost and not any(one.roles & needed for one in others) and not needed & set(kept):
            role = next(role for role in Role if role in lost)
            raise BadInput(f"This is the last {role.value}. Add another first, who makes a passphrase of their own.")


def remove_member(connection: Connection, name: str) -> None:
    """With the member go every case key wrapped to them and every browser known to be theirs. Raises NoSuchMember, and
    BadInput where nobody would be left who administers, or who writes in cases."""
    leaving, _ = find_member(connection, name)
    refuse_last(connection, leaving, frozenset())
    forget_tries(connection, name)
    connection.execute(delete(tables.members).where(tables.members.c.name == name))
