# SPDX-License-Identifier: AGPL-3.0-or-later
"""Letting another investigator open cases, and what goes with a member who leaves: counted before it is done."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from dropbox.protocol.primitives import SealingKey
from journalist_ui.refusals import BadInput, NoSuchCase, NotAllowed

from . import audit, tables
from .cases import NO_CASE, rewrap_case_key, store_case_keys
from .database import Vault
from .members import Role, find_member


@dataclass(frozen=True)
class Share:
    """What ``member`` would let ``other`` open: the wrapped keys ``missing`` to that one, by case. ``left`` cases stay
    closed to them."""

    member: str
    other: str
    public: bytes
    missing: dict[int, bytes]
    left: int

    @classmethod
    def plan(cls, vault: Vault, member: str, other: str, cases: Collection[int] | None) -> "Share":
        """Of ``cases``, or of all. Raises NoSuchMember, NotAllowed, NoSuchCase."""
        keys = tables.case_keys
        with vault.reading() as connection:
            found, public = find_member(connection, other)
            if Role.INVESTIGATOR not in found.roles:
                raise NotAllowed("Cases are opened by investigators only, and that member is none.")
            if found.provisional:
                raise NotAllowed("That member has not made a passphrase of their own yet. Share once they have.")
            mine = connection.execute(select(keys.c.number, keys.c.wrapped).where(keys.c.member == member)).all()
            held = set(connection.execute(select(keys.c.number).where(keys.c.member == other)).scalars())
            total = connection.execute(select(func.count()).select_from(tables.cases)).scalar_one()
        if cases is not None and not set(cases) <= {row.number for row in mine}:
            raise NoSuchCase(NO_CASE)
        wanted = [row for row in mine if row.number not in held and (cases is None or row.number in cases)]
        return cls(member, other, public, {row.number: row.wrapped for row in wanted}, total - len(held) - len(wanted))


def share(vault: Vault, plan: Share, key: SealingKey, day: int) -> tuple[int, int]:
    """Do it, by the key of the member who shares: how many cases the other can open now, and how many stay closed.
    Raises NoSuchMember, BadInput."""
    keys = tables.case_keys
    wrapped = [
        rewrap_case_key(number, one, plan.member, key, plan.other, plan.public) for number, one in plan.missing.items()
    ]
    with vault.writing() as connection:
        if find_member(connection, plan.other)[1] != plan.public:
            raise BadInput("That member's key has changed meanwhile. Share again.")
        store_case_keys(connection, [row for row in wrapped if row])
        total = connection.execute(select(func.count()).select_from(tables.cases)).scalar_one()
        theirs = connection.execute(select(func.count()).where(keys.c.member == plan.other)).scalar_one()
        audit.record(connection, day, plan.member, "share", plan.other)
    return theirs, total - theirs


def missing_cases(connection: Connection, member: str, case: int | None = None) -> dict[str, int]:
    """How many of the member's cases, or of one case, each other investigator cannot open; those who can open all are
    left out."""
    keys, rows = tables.case_keys, tables.members
    mine = select(keys.c.number).where(keys.c.member == member)
    mine = mine if case is None else mine.where(keys.c.number == case)
    total = connection.execute(select(func.count()).select_from(mine.subquery())).scalar_one()
    others = select(rows.c.name).where(rows.c.investigator, ~rows.c.provisional, rows.c.name != member)
    held = select(keys.c.member, func.count()).where(keys.c.number.in_(mine)).group_by(keys.c.member)
    counts = dict(connection.execute(held).tuples().all())
    names = connection.execute(others.order_by(rows.c.name)).scalars()
    return {name: total - counts.get(name, 0) for name in names if total > counts.get(name, 0)}


def held_cases(connection: Connection, name: str) -> tuple[int, int]:
    """How many cases a member can open, and how many nobody else can. Raises NoSuchMember."""
    find_member(connection, name)
    keys = tables.case_keys
    theirs = select(keys.c.number).where(keys.c.member == name)
    others = select(keys.c.number).where(keys.c.member != name)
    count = select(func.count()).select_from(keys).where(keys.c.member == name)
    held = connection.execute(count).scalar_one()
    shared = connection.execute(
        select(func.count()).select_from(keys).where(keys.c.number.in_(theirs.intersect(others)), keys.c.member == name)
    ).scalar_one()
    return held, held - shared
