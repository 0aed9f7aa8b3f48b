# SPDX-License-Identifier: AGPL-3.0-or-later
"""What takes two administrators: the exact bytes that are approved, and what is done by them, in one transaction."""

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import Connection, delete, insert, update

from dropbox.protocol.chance import Random
from journalist_ui.refusals import BadInput, NoSuchMember, ProposalOver
from journalist_ui.vault import tables
from journalist_ui.vault.audit_sealing import delete_reader_keys
from journalist_ui.vault.database import read_meta, write_meta
from journalist_ui.vault.evidence import record_key
from journalist_ui.vault.leaving import take_all_keys
from journalist_ui.vault.roles import OPENERS, SHEETS, Role, store_roles

from .contact_key import drop_halves
from .known_browsers import forget_browsers
from .members import Member, NewMember, find_member, parse_roles, read_member, refuse_last, store_member
from .passphrases import Secrets, check_passphrase, draw_secrets
from .security_keys import forget_keys
from .sheets import SheetKind
from .spares import forget_spares

GIVEN_BY_ONE = frozenset({Role.READER, Role.INVESTIGATOR})
"""What one administrator gives alone to a member whom they add."""
_SHEETS_DAY = "sheets_day"
CHANGED = "The roles of {name} have changed since this was asked for. Ask anew."


class Kind(StrEnum):
    """What is asked for. The first three add a member, by the most that they may do."""

    ADD_ADMINISTRATOR = "add-administrator"
    ADD_CUSTODIAN = "add-custodian"
    ADD_SUPERVISOR = "add-supervisor"
    ROLE = "role"
    RECOVER = "recover-member"
    SHEETS = "recovery-sheets"


ADDS = {
    Role.ADMINISTRATOR: Kind.ADD_ADMINISTRATOR,
    Role.CUSTODIAN: Kind.ADD_CUSTODIAN,
    Role.SUPERVISOR: Kind.ADD_SUPERVISOR,
}


def kind_of_adding(roles: Collection[Role]) -> Kind | None:
    """Of which kind it is to add a member with these roles; None where one administrator does it."""
    return next((kind for role, kind in ADDS.items() if role in roles), None)


@dataclass(frozen=True)
class Step:
    """What is approved. ``roles`` are those that the member then holds, ``before`` those held now; ``secrets`` those
    under a first passphrase, of whoever is added or recovered: public, signing, salt, sealed as hexadecimal digits."""

    roles: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    secrets: dict[str, str] = field(default_factory=dict, repr=False)

    def to_bytes(self) -> bytes:
        """Canonical JSON."""
        return json.dumps(vars(self), sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def of_bytes(cls, content: bytes) -> "Step":
        """Its inverse; an empty one where the bytes are gone."""
        found = json.loads(content) if content else {"roles": [], "before": [], "secrets": {}}
        return cls(tuple(found["roles"]), tuple(found["before"]), found["secrets"])


def _hexed(secrets: Secrets) -> dict[str, str]:
    return {name: getattr(secrets, name).hex() for name in ("public", "signing", "salt", "sealed")}


def _secrets(step: Step) -> Secrets:
    # The code secret is under the passphrase, and nobody needs it: the member gets another with their own.
    return Secrets(**{name: bytes.fromhex(value) for name, value in step.secrets.items()}, code_secret=b"")


def adding(new: NewMember) -> Step:
    """A member who is prepared."""
    return Step(tuple(sorted(new.member.roles)), secrets=_hexed(new.secrets))


def changing(connection: Connection, name: str, roles: frozenset[Role]) -> Step:
    """Other roles. Raises NoSuchMember, BadInput where they are held already, or where nobody would be left."""
    member = require_somebody(connection, name)
    if member.roles == roles:
        raise BadInput(f"{name} holds exactly these roles already. Nothing was done.")
    refuse_last(connection, member, roles)
    return Step(tuple(sorted(roles)), tuple(sorted(member.roles)))


def require_somebody(connection: Connection, name: str) -> Member:
    """Raises NoSuchMember, also for the recovery sheets."""
    if name == SHEETS:
        raise NoSuchMember("Recovery sheets are no member. Print new ones, or remove them.")
    return find_member(connection, name)[0]


def recovering(name: str, passphrase: str, random: Random) -> Step:
    """New keys under a first passphrase; it takes long. Raises BadInput."""
    check_passphrase(passphrase, "member's passphrase")
    return Step(secrets=_hexed(draw_secrets(name, passphrase, random)))


def sheets(kind: SheetKind, public: bytes) -> Step:
    """New recovery sheets with this X-Wing key; for cases they hold the role of a reader."""
    return Step((Role.READER.value,) if kind is SheetKind.CASES else (), secrets={"public": public.hex()})


def put_sheets(connection: Connection, name: str, step: Step, day: int, told: int) -> None:
    """In force from now on, in place of those of before, whose case keys go. ``name`` is SHEETS."""
    rows = tables.members
    take_all_keys(connection, SHEETS)
    connection.execute(delete(rows).where(rows.c.name == SHEETS))
    # No passphrase: nobody signs in by it.
    values = {"name": SHEETS, "provisional": False, "salt": b"", "sealed": b"", "used_steps": "[]"}
    connection.execute(insert(rows).values(**values, public=bytes.fromhex(step.secrets["public"]), signing=b""))
    store_roles(connection, SHEETS, [Role(role) for role in step.roles], told)
    write_meta(connection, _SHEETS_DAY, day)
    record_key(connection, day, SHEETS)


@dataclass(frozen=True)
class SheetsInForce:
    """Recovery sheets, and the day of unix time on which they were put in force."""

    kind: SheetKind
    day: int


def find_sheets(connection: Connection) -> SheetsInForce | None:
    """None where there are none."""
    row = read_member(connection, SHEETS)
    if row is None:
        return None
    kind = SheetKind.CASES if row.member.roles else SheetKind.PEOPLE
    return SheetsInForce(kind, int(read_meta(connection, _SHEETS_DAY, "0")))


def add(connection: Connection, name: str, step: Step, day: int, told: int) -> None:
    """Raises BadInput where there is a member of that name."""
    member = Member(name, parse_roles(step.roles), provisional=True)
    store_member(connection, NewMember(member, _secrets(step)), day, told=told)


def change_roles(connection: Connection, name: str, step: Step, day: int, told: int) -> None:
    """Who opens no case any more loses every key, and what comes opens with none of them. Raises NoSuchMember,
    ProposalOver where the member holds other roles than when it was asked for, BadInput where nobody would be left who
    administers, or who writes in cases."""
    member, _ = find_member(connection, name)
    roles = parse_roles(step.roles)
    if tuple(sorted(member.roles)) != step.before:
        raise ProposalOver(CHANGED.format(name=name))
    refuse_last(connection, member, roles)
    store_roles(connection, name, roles, told)
    if roles.isdisjoint(OPENERS):
        take_all_keys(connection, name)
    if Role.CUSTODIAN not in roles:
        drop_halves(connection, name)
    record_key(connection, day, name)


def recover(connection: Connection, name: str, step: Step, day: int, told: int) -> None:
    """A first passphrase in place of what was lost. It opens no case: what was wrapped to the lost key goes. Whoever
    knows that passphrase could pass for the member, so their roles count from ``told`` anew. Raises NoSuchMember, and
    BadInput where nobody else could act meanwhile."""
    member = require_somebody(connection, name)
    # Until they make a passphrase of their own nothing is wrapped to them: somebody else must take what comes.
    refuse_last(connection, member, ())
    secrets, rows = _secrets(step), tables.members
    values = {"public": secrets.public, "signing": secrets.signing, "salt": secrets.salt, "sealed": secrets.sealed}
    connection.execute(update(rows).where(rows.c.name == name).values(**values, provisional=True, used_steps="[]"))
    store_roles(connection, name, (), told)
    store_roles(connection, name, member.roles, told)
    take_all_keys(connection, name)
    drop_halves(connection, name)
    delete_reader_keys(connection, name)
    forget_browsers(connection, name)
    forget_spares(connection, name)
    forget_keys(connection, name)
    record_key(connection, day, name)
