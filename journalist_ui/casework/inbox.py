# SPDX-License-Identifier: AGPL-3.0-or-later
"""The list of a member's cases, by what is kept beside each: no row of a message is read for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, select

from journalist_ui.vault import tables
from journalist_ui.vault.sealing import Holder

from .cases import open_case
from .conversation import Sealed, read_first

AT_ONCE = 100
"""Cases that are read in one transaction, whose report is then opened."""


@dataclass(frozen=True)
class CaseLine:
    """One line of the list of cases. ``opened`` is a period; ``unread`` messages this member was not yet shown;
    ``waiting`` texts of the unit that the source has not read yet; ``to_answer``: the source wrote last; ``given_up``:
    nobody read the unit's newest text in time; ``drafts`` the members who have begun to write."""

    number: int
    state: str
    opened: int
    unread: int
    waiting: int
    to_answer: bool
    given_up: bool
    drafts: tuple[str, ...] = ()


def listed_rows(member: str) -> Select[Any]:  # the columns of tables.LISTED, and up to where this member has read
    """Every case of this member that has a whole message, by number."""
    cases, keys, progress = tables.cases, tables.case_keys, tables.progress
    seen = select(progress.c.shown).where(progress.c.number == cases.c.number, progress.c.member == member)
    shown = func.coalesce(seen.scalar_subquery(), 0).label("shown")
    mine = select(keys.c.number).where(keys.c.number == cases.c.number, keys.c.member == member).exists()
    columns = (cases.c[name] for name in tables.LISTED)
    return select(*columns, shown).where(mine, cases.c.whole > 0).order_by(cases.c.number)


def list_cases(connection: Connection, member: str) -> list[CaseLine]:
    """Every case of this member that has a whole message, by number."""
    drafts = tables.drafts
    writers: dict[int, list[str]] = {}
    for number, writer in connection.execute(select(drafts.c.number, drafts.c.member).order_by(drafts.c.member)):
        writers.setdefault(number, []).append(writer)
    # Taken apart by place: looking each column up by its name costs more than reading the row.
    return [
        CaseLine(
            number, state, opened, whole - read, waiting, newest > answered, given_up, tuple(writers.get(number, ()))
        )
        for number, state, opened, whole, newest, answered, waiting, given_up, read in connection.execute(
            listed_rows(member)
        ).all()
    ]


def count_unread(connection: Connection, member: str) -> int:
    """How many of the member's cases have messages that they were not shown."""
    rows = listed_rows(member).order_by(None).subquery()
    unread = select(func.count()).select_from(rows).where(rows.c.whole > rows.c.shown)
    return int(connection.execute(unread).scalar_one())


def next_to_answer(connection: Connection, member: str, number: int) -> int:
    """Of the member's other cases whose source wrote last, the one whose message waits longest; 0 for none."""
    cases, rows = tables.cases.c, listed_rows(member)
    waiting = rows.where(cases.newest > cases.answered, cases.number != number).order_by(None).order_by(cases.newest)
    found = connection.execute(waiting.with_only_columns(cases.number).limit(1)).scalar()
    return 0 if found is None else int(found)


def read_reports(connection: Connection, holder: Holder, numbers: Iterable[int]) -> list[Sealed]:
    """The report of each of these cases, still sealed. Raises NoSuchCase."""
    return [read_first(connection, open_case(connection, holder, number)) for number in numbers]


def categories_of(report: Sealed) -> tuple[str, ...]:
    """What its source chose; none where it is no form, or not proved to be the source's."""
    first = report.open().first
    return first.categories if first else ()
