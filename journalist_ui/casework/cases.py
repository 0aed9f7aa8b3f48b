# SPDX-License-Identifier: AGPL-3.0-or-later
"""A case, opened by whoever it is wrapped to, and what a person says of it."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, select, update

from dropbox.protocol.errors import NotForThisKey
from journalist_ui.refusals import BadInput, NoSuchCase, Undeclared
from journalist_ui.vault import audit, tables
from journalist_ui.vault.arriving import NEW
from journalist_ui.vault.audit_sealing import Detail, Details
from journalist_ui.vault.database import read_meta
from journalist_ui.vault.rows import AUDIT, CASES, AuditRow, CaseRow
from journalist_ui.vault.sealing import CaseKeys, Holder, WrappedKey, tags_info

ASSESSING, OUTCOME = "assessing", "outcome"
STATES = (NEW, ASSESSING)
"""A state is set by a person, never by opening a case; that it has an outcome, by setting that."""
ASKS, ASKED = "declaration", "asked"
"""Of the vault: whether a member must declare before they see anything of a case; the desk's settings say it."""
UNDECLARED = (
    "Before you see anything of this case, say whether anything keeps you from it: "
    "`dropbox-desk declare CASE --conflict none` or `--conflict yes`."
)
NO_CASE = "There is no case of that number for you. `dropbox-desk cases` lists yours."


@dataclass(frozen=True)
class OpenedCase:
    """A case and its keys, opened by the member called ``reader``."""

    row: CaseRow
    reader: str
    key: CaseKeys = field(repr=False)

    @property
    def number(self) -> int:
        """By which people know it."""
        return self.row.number


def open_case(connection: Connection, holder: Holder, number: int, *, declared: bool = False) -> OpenedCase:
    """Raises NoSuchCase, also when the case is wrapped to others only or nothing of it is whole: who may not open a
    case cannot tell it from one that is not there. Raises Undeclared where its reader has yet to say whether anything
    keeps them from it, unless that is ``declared`` by this or nothing of the case is shown."""
    row, wrapped = _find(connection, holder.name, number)
    if not declared:
        _refuse_undeclared(connection, holder.name, number)
    try:
        return OpenedCase(row, holder.name, CaseKeys(tuple(one.open(holder) for one in wrapped)))
    except NotForThisKey:
        raise NoSuchCase(NO_CASE) from None


def public_key(connection: Connection, member: str, number: int) -> bytes:
    """The case's public key, for a member whom the case is open to: sealing to it needs no session. Raises NoSuchCase,
    Undeclared."""
    row, _ = _find(connection, member, number)
    _refuse_undeclared(connection, member, number)
    return row.public


def holds_case(connection: Connection, member: str, number: int) -> None:
    """Raises NoSuchCase unless the case is wrapped to the member, who may have declared nothing yet."""
    _find(connection, member, number)


# Made once: search opens thousands of cases after each sign-in.
_CASE = CASES.where(tables.cases.c.number == bindparam("case"), tables.cases.c.whole > 0)
_WRAPPED = (
    select(tables.case_keys.c.generation, tables.case_keys.c.wrapped)
    .where(tables.case_keys.c.number == bindparam("case"), tables.case_keys.c.member == bindparam("member"))
    .order_by(tables.case_keys.c.generation.desc())
)


def _find(connection: Connection, member: str, number: int) -> tuple[CaseRow, list[WrappedKey]]:
    """With what is wrapped to the member, of the newest generation first."""
    row = connection.execute(_CASE, {"case": number}).first()
    wrapped = connection.execute(_WRAPPED, {"case": number, "member": member}).all()
    if row is None or not wrapped:
        raise NoSuchCase(NO_CASE)
    return CaseRow._make(row), [WrappedKey(number, member, one.generation, one.wrapped) for one in wrapped]


def _refuse_undeclared(connection: Connection, member: str, number: int) -> None:
    rows = tables.declarations.c
    mine = select(rows.day).where(rows.number == number, rows.member == member)
    if connection.execute(mine).first() is None and read_meta(connection, ASKS, "") == ASKED:
        raise Undeclared(UNDECLARED)


def acts_of(connection: Connection, case: OpenedCase) -> Iterator[Detail]:
    """What was done in the case, newest first; what its key does not open is left out."""
    details, rows = Details(connection, lambda number, generation: case.key), tables.audit.c
    for row in connection.execute(AUDIT.where(rows.number == case.number).order_by(rows.seq.desc())):
        if detail := details.open(AuditRow._make(row)):
            yield detail


def set_state(connection: Connection, case: OpenedCase, state: str, day: int) -> None:
    """What its reader says of the case, for all members, on a ``day`` of unix time. Raises BadInput."""
    if state not in STATES:
        raise BadInput(f"A case's state is {' or '.join(STATES)}.")
    connection.execute(update(tables.cases).where(tables.cases.c.number == case.number).values(state=state))
    audit.record(connection, day, case.reader, f"state {state}", case=case.number)


def read_tags(connection: Connection, numbers: Collection[int]) -> dict[int, bytes]:
    """The sealed tags of those of these cases that have any."""
    rows = tables.tags.c
    found = connection.execute(select(rows.number, rows.sealed).where(rows.number.in_(numbers)))
    return dict(found.tuples().all())


def open_tags(case: OpenedCase, sealed: bytes) -> list[str]:
    """In order; none where nothing was sealed, or it does not open."""
    try:
        found = json.loads(case.key.open(sealed, tags_info(case.number))) if sealed else []
    except (NotForThisKey, ValueError):
        return []
    return [str(one) for one in found]


@dataclass(frozen=True)
class Facts:
    """What is kept of a case beside what was written in it. ``told``: its source was sent the outcome that holds."""

    urgent: bool
    all_named: bool
    muted: bool
    shelf: str
    outcomes: tuple[str, ...]
    owners: tuple[str, ...]
    tags: tuple[str, ...]
    told: bool


def read_facts(connection: Connection, case: OpenedCase) -> Facts:
    """As they are now."""
    cases, owners = tables.cases.c, tables.owners.c
    columns = select(cases.urgent, cases.all_named, cases.muted, cases.shelf, cases.outcomes, cases.told)
    urgent, all_named, muted, shelf, outcomes, told = connection.execute(
        columns.where(cases.number == case.number)
    ).one()
    names = select(owners.member).where(owners.number == case.number).order_by(owners.member)
    tags = open_tags(case, read_tags(connection, [case.number]).get(case.number, b""))
    people = tuple(connection.execute(names).scalars())
    return Facts(urgent, all_named, muted, shelf, tuple(outcomes.split()), people, tuple(tags), told)
