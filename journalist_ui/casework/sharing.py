# SPDX-License-Identifier: AGPL-3.0-or-later
"""Letting another member open cases, and what goes with a member who leaves: counted before it is done."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from journalist_ui.refusals import BadInput, NoSuchCase, NotAllowed
from journalist_ui.vault import audit, tables
from journalist_ui.vault.case_keys import read_case_keys, store_case_keys
from journalist_ui.vault.roles import list_openers
from journalist_ui.vault.sealing import Holder, WrappedKey, rewrap_case_key
from journalist_ui.vault.withheld import NAMED, let_in

from .cases import NO_CASE


@dataclass(frozen=True)
class Share:
    """What ``member`` would let ``other``, whose key is ``public``, open: the keys ``missing`` to that one. ``left`` of
    the member's cases stay closed to them."""

    member: str
    other: str
    public: bytes
    missing: tuple[WrappedKey, ...]
    left: int

    @property
    def cases(self) -> int:
        """How many cases these are."""
        return len({one.number for one in self.missing})

    def wrap(self, holder: Holder) -> list[WrappedKey]:
        """By the key of the member who shares; it takes long, and no transaction. What does not open is left out."""
        wrapped = [rewrap_case_key(one, holder, self.other, self.public) for one in self.missing]
        return [one for one in wrapped if one]


def plan_share(
    connection: Connection, member: str, other: str, public: bytes, cases: Collection[int] | None = None
) -> Share:
    """Of ``cases``, or of all that the member can open; all are without those that are kept from the other. One who is
    named in a report may be let in by naming the case; one who has a conflict, or was excluded, may not. Raises
    NoSuchCase, NotAllowed."""
    mine = read_case_keys(connection, member)
    held = {number for number, _ in read_case_keys(connection, other)}
    numbers = {number for number, _ in mine}
    if cases is not None and not set(cases) <= numbers:
        raise NoSuchCase(NO_CASE)
    rows = tables.withheld.c
    kept = dict(connection.execute(select(rows.number, rows.why).where(rows.member == other)).tuples().all())
    if cases is not None and any(kept.get(number, NAMED) != NAMED for number in cases):
        raise NotAllowed("That member has a conflict in this case, or was excluded from it. Nothing was shared.")
    wanted = (numbers - kept.keys() if cases is None else set(cases)) - held
    missing = tuple(one for one in mine.values() if one.number in wanted)
    left = len(numbers - held - wanted)
    return Share(member, other, public, missing, left)


def store_share(connection: Connection, share: Share, wrapped: Collection[WrappedKey], day: int) -> tuple[int, int]:
    """How many of the member's cases the other can open now, and how many stay closed. Raises BadInput where the other
    has another key by now, or a case has."""
    rows = tables.members
    present = connection.execute(select(rows.c.public).where(rows.c.name == share.other)).scalar()
    if present != share.public:
        raise BadInput("That member's key has changed meanwhile. Share again.")
    if any(_newest(connection, number) != generation for number, generation in _newest_of(wrapped).items()):
        raise BadInput("Somebody was let go of one of these cases meanwhile. Nothing was shared: share again.")
    store_case_keys(connection, wrapped)
    for number in sorted({one.number for one in wrapped}):
        let_in(connection, number, share.other)
        audit.record(connection, day, share.member, "share", share.other, case=number)
    mine = {number for number, _ in read_case_keys(connection, share.member)}
    theirs = {number for number, _ in read_case_keys(connection, share.other)}
    return len(mine & theirs), len(mine - theirs)


def _newest_of(wrapped: Collection[WrappedKey]) -> dict[int, int]:
    found: dict[int, int] = {}
    for one in wrapped:
        found[one.number] = max(one.generation, found.get(one.number, 0))
    return found


def _newest(connection: Connection, number: int) -> int | None:
    cases = tables.cases.c
    return connection.execute(select(cases.generation).where(cases.number == number)).scalar()


def missing_cases(connection: Connection, member: str, case: int | None = None) -> dict[str, int]:
    """How many of the member's cases, or of one case, each other member cannot open who may open cases, without those
    that are kept from them; those who can open all are left out."""
    keys, kept = tables.case_keys, tables.withheld
    mine = select(keys.c.number).where(keys.c.member == member).distinct()
    mine = mine if case is None else mine.where(keys.c.number == case)
    total = connection.execute(select(func.count()).select_from(mine.subquery())).scalar_one()
    held = select(keys.c.member, keys.c.number).where(keys.c.number.in_(mine))
    without = held.union(select(kept.c.member, kept.c.number).where(kept.c.number.in_(mine))).subquery()
    counted = select(without.c.member, func.count()).group_by(without.c.member)
    counts = dict(connection.execute(counted).tuples().all())
    names = [name for name, _ in list_openers(connection) if name != member]
    return {name: total - counts.get(name, 0) for name in names if total > counts.get(name, 0)}


def held_cases(connection: Connection, member: str) -> tuple[int, int]:
    """How many cases a member can open, and how many nobody else can."""
    keys = tables.case_keys
    theirs = select(keys.c.number).where(keys.c.member == member)
    others = select(keys.c.number).where(keys.c.member != member)
    held = connection.execute(select(func.count(keys.c.number.distinct())).where(keys.c.member == member)).scalar_one()
    shared = connection.execute(
        select(func.count(keys.c.number.distinct())).where(
            keys.c.number.in_(theirs.intersect(others)), keys.c.member == member
        )
    ).scalar_one()
    return held, held - shared
