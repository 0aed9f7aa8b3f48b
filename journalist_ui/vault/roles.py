# SPDX-License-Identifier: AGPL-3.0-or-later
"""What members may do: five roles, several a member, each with the day on which all members were told of it."""

from collections.abc import Collection
from enum import StrEnum

from sqlalchemy import Connection, String, cast, delete, func, insert, select

from . import tables


class Role(StrEnum):
    """READER opens cases, INVESTIGATOR writes in them too, SUPERVISOR also says what is done with them; CUSTODIAN opens
    contact details, ADMINISTRATOR looks after people. The last two open no case by themselves."""

    READER = "reader"
    INVESTIGATOR = "investigator"
    SUPERVISOR = "supervisor"
    CUSTODIAN = "custodian"
    ADMINISTRATOR = "administrator"


OPENERS = frozenset({Role.READER, Role.INVESTIGATOR, Role.SUPERVISOR})
"""Who may be given keys of cases: the one place that says so."""
WRITERS = frozenset({Role.INVESTIGATOR, Role.SUPERVISOR})
"""Of them, who may write in a case and share it."""
COUNTERS = frozenset({Role.CUSTODIAN, Role.ADMINISTRATOR})
"""Who sees rounded counts where they open no case."""
SHEETS = "recovery+sheets"
"""The name under which recovery sheets stand among the members: no member can have it, and nobody signs in by it."""
FROM_THE_BEGINNING = 0
"""The day of a role that nobody had to be told of: it was given with the desk, or before such days were kept."""
_SIGNS = {"administrator": "a", "investigator": "i", "reader": "r", "supervisor": "s", "custodian": "c"}

_rows = tables.member_roles
HELD = (
    select(func.group_concat(_rows.c.role + ":" + cast(_rows.c.day, String)))
    .where(_rows.c.member == tables.members.c.name)
    .scalar_subquery()
    .label("held")
)
"""Beside a member's columns: every role held with its day, as ``parse_held`` takes it."""


def parse_held(held: str | None) -> dict[str, int]:
    """The roles of a member, each with the day of unix time on which all members were told of it. A role that this
    release does not know stays as it is."""
    pairs = (one.rpartition(":") for one in (held or "").split(",") if one)
    return {role: int(day) for role, _, day in pairs}


def signs_of(held: str | None) -> str:
    """How the audit log names the roles: a letter each, in the order of before there were five, with the day behind it
    where there is one. So rows of before name what they named."""
    roles = parse_held(held)
    order = [*_SIGNS, *sorted(roles.keys() - _SIGNS.keys())]
    return "".join(
        _SIGNS.get(role, role) + (str(roles[role]) if roles[role] else "") for role in order if role in roles
    )


def store_roles(connection: Connection, member: str, roles: Collection[Role], told: int) -> None:
    """The member holds these and no others. Those held before keep their day, the others get ``told``, a day of unix
    time."""
    before = parse_held(connection.execute(select(HELD).where(tables.members.c.name == member)).scalar())
    connection.execute(delete(_rows).where(_rows.c.member == member))
    given = [{"member": member, "role": role.value, "day": before.get(role, told)} for role in roles]
    if given:
        connection.execute(insert(_rows), given)


def list_openers(connection: Connection) -> list[tuple[str, bytes]]:
    """Name and public key of everybody who may be given keys of cases, in order of name: members with a passphrase of
    their own."""
    rows = tables.members
    holds = select(_rows.c.member).where(_rows.c.member == rows.c.name, _rows.c.role.in_(sorted(OPENERS)))
    found = connection.execute(
        select(rows.c.name, rows.c.public).where(~rows.c.provisional, holds.exists()).order_by(rows.c.name)
    )
    return [(row.name, row.public) for row in found]


def holders_of(connection: Connection, role: Role) -> set[str]:
    """The names of all members who hold a role."""
    return set(connection.execute(select(_rows.c.member).where(_rows.c.role == role.value)).scalars())
