# SPDX-License-Identifier: AGPL-3.0-or-later
"""Letting another investigator open cases, and what goes with a member who leaves: counted before it is done."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from journalist_ui.refusals import BadInput, NoSuchCase
from journalist_ui.vault import audit, tables
from journalist_ui.vault.case_keys import read_case_keys, store_case_keys
from journalist_ui.vault.sealing import Holder, WrappedKey, rewrap_case_key

from .cases import NO_CASE


@dataclass(frozen=True)
class Share:
    """What ``member`` would let ``other``, whose key is ``public``, open: the keys ``missing`` to that one. ``left``
    cases stay closed to them."""

    member: str
    other: str
    public: bytes
    missing: tuple[WrappedKey, ...]
    left: int

    def wrap(self, holder: Holder) -> list[WrappedKey]:
        """By the key of the member who shares; it takes long, and no transaction. What does not open is left out."""
        wrapped = [rewrap_case_key(one, holder, self.other, self.public) for one in self.missing]
        return [one for one in wrapped if one]


def plan_share(
    connection: Connection, member: str, other: str, public: bytes, cases: Collection[int] | None = None
) -> Share:
    """Of ``cases``, or of all that the member can open. Raises NoSuchCase."""
    mine = read_case_keys(connection, member)
    held = read_case_keys(connection, other).keys()
    if cases is not None and not set(cases) <= mine.keys():
        raise NoSuchCase(NO_CASE)
    wanted = [one for one in mine.values() if one.number not in held and (cases is None or one.number in cases)]
    left = _count_cases(connection) - len(held) - len(wanted)
    return Share(member, other, public, tuple(wanted), left)


def store_share(connection: Connection, share: Share, wrapped: Collection[WrappedKey], day: int) -> tuple[int, int]:
    """How many cases the other can open now, and how many stay closed. Raises BadInput where the key that they are
    wrapped to is not the other's any more."""
    rows, keys = tables.members, tables.case_keys
    present = connection.execute(select(rows.c.public).where(rows.c.name == share.other)).scalar()
    if present != share.public:
        raise BadInput("That member's key has changed meanwhile. Share again.")
    store_case_keys(connection, wrapped)
    theirs = connection.execute(select(func.count()).where(keys.c.member == share.other)).scalar_one()
    for one in wrapped:
        audit.record(connection, day, share.member, "share", share.other, case=one.number)
    return theirs, _count_cases(connection) - theirs


def _count_cases(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(tables.cases)).scalar_one()


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


def held_cases(connection: Connection, member: str) -> tuple[int, int]:
    """How many cases a member can open, and how many nobody else can."""
    keys = tables.case_keys
    theirs = select(keys.c.number).where(keys.c.member == member)
    others = select(keys.c.number).where(keys.c.member != member)
    held = connection.execute(select(func.count()).where(keys.c.member == member)).scalar_one()
    shared = connection.execute(
        select(func.count()).where(keys.c.number.in_(theirs.intersect(others)), keys.c.member == member)
    ).scalar_one()
    return held, held - shared
