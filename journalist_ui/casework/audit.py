# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was done, as one member may know it: in the cases whose key they hold, and about the desk where they administer
it. Nothing of another case is read, counted or told apart from what is not there."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from dropbox.protocol.primitives import SealingKey
from journalist_ui.refusals import NoSuchCase, Undeclared
from journalist_ui.vault import audit, tables
from journalist_ui.vault.audit_sealing import Details, open_reader_key
from journalist_ui.vault.evidence import LINK
from journalist_ui.vault.rows import AUDIT, AuditRow
from journalist_ui.vault.sealing import CaseKeys, Holder

from .cases import open_case

PAGE = 100
READ = "audit read"


@dataclass(frozen=True)
class Scope:
    """Whose view it is: the ``holder``'s; ``desk`` where they may know what was done about the desk; ``case`` where it
    is of one case alone, 0 for all."""

    holder: Holder
    desk: bool
    case: int = 0


@dataclass(frozen=True)
class Act:
    """Who did what, about what, in which case, 0 for none, on which day of unix time and in which ``minute`` of it,
    None where only the day is known. Not ``opened``: the detail is sealed to others, or is not what it was."""

    day: int
    minute: int | None
    member: str
    act: str
    about: str
    case: int
    opened: bool


@dataclass(frozen=True)
class Acts:
    """Newest first: all of them for page 0, else ``page`` of so many ``pages``, of which 1 is the newest."""

    acts: tuple[Act, ...]
    page: int
    pages: int


def read_acts(connection: Connection, scope: Scope, page: int = 0) -> Acts:
    """The page that there is, the last where there are fewer. A case is one that the holder opens: whoever gives one
    has opened it."""
    seen, rows = _seen(scope), tables.audit.c
    found = AUDIT.where(seen).order_by(rows.seq.desc())
    if not page:
        return Acts(_opened(connection, scope, connection.execute(found)), 0, 0)
    count = connection.execute(select(func.count()).select_from(tables.audit).where(seen)).scalar_one()
    pages = max(1, -(-count // PAGE))
    page = min(page, pages)
    return Acts(
        _opened(connection, scope, connection.execute(found.limit(PAGE).offset((page - 1) * PAGE))), page, pages
    )


def read_newest(connection: Connection, scope: Scope, most: int) -> tuple[Act, ...]:
    """The newest so many, newest first."""
    rows = tables.audit.c
    found = AUDIT.where(_seen(scope)).order_by(rows.seq.desc()).limit(most)
    return _opened(connection, scope, connection.execute(found))


def record_reading(connection: Connection, scope: Scope, day: int) -> None:
    """That this was looked at, on a ``day`` of unix time."""
    audit.record(connection, day, scope.holder.name, READ, case=scope.case)


def _cases(member: str) -> Select[Any]:  # one column of numbers
    """Those that are open to a member and have a whole message, as in the list of cases."""
    keys, cases = tables.case_keys.c, tables.cases.c
    return (
        select(keys.number)
        .join(tables.cases, cases.number == keys.number)
        .where(keys.member == member, cases.whole > 0)
    )


def _seen(scope: Scope) -> ColumnElement[bool]:
    # What only whoever opens two cases may know stands in their timelines.
    number, shown = tables.audit.c.number, tables.audit.c.act != LINK
    if scope.case:
        return number == scope.case
    mine = number.in_(_cases(scope.holder.name))
    return and_(or_(number == 0, mine), shown) if scope.desk else mine


def _opened(connection: Connection, scope: Scope, rows: Iterable[Any]) -> tuple[Act, ...]:
    known: dict[tuple[int, int], SealingKey | CaseKeys | None] = {}

    def key_for(number: int, generation: int) -> SealingKey | CaseKeys | None:
        if (number, generation) not in known:
            known[number, generation] = _key(connection, scope.holder, number, generation)
        return known[number, generation]

    details = Details(connection, key_for)
    return tuple(_act(AuditRow._make(row), details) for row in rows)


def _key(connection: Connection, holder: Holder, number: int, generation: int) -> SealingKey | CaseKeys | None:
    """What opens the details of a case, or for 0 those about the desk."""
    if not number:
        return open_reader_key(connection, holder, generation)
    try:
        return open_case(connection, holder, number).key
    except (NoSuchCase, Undeclared):
        return None


def _act(row: AuditRow, details: Details) -> Act:
    found = details.open(row)
    if found is None:
        return Act(row.day, None, "", "", "", row.number, opened=False)
    return Act(row.day, found.minute, found.member, found.act, found.about, row.number, opened=True)
