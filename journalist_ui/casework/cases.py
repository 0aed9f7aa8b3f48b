# SPDX-License-Identifier: AGPL-3.0-or-later
"""A case, opened by whoever it is wrapped to, and what a person says of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import Connection, select, update

from dropbox.protocol.errors import NotForThisKey
from dropbox.protocol.primitives import SealingKey
from journalist_ui.refusals import BadInput, NoSuchCase
from journalist_ui.vault import audit, tables
from journalist_ui.vault.arriving import NEW
from journalist_ui.vault.audit_sealing import Detail, Details
from journalist_ui.vault.rows import AUDIT, CASES, AuditRow, CaseRow
from journalist_ui.vault.sealing import Holder, WrappedKey

ASSESSING = "assessing"
STATES = (NEW, ASSESSING)
"""A state is set by a person, never by opening a case."""
NO_CASE = "There is no case of that number for you. `dropbox-desk cases` lists yours."


@dataclass(frozen=True)
class OpenedCase:
    """A case and its key, opened by the member called ``reader``."""

    row: CaseRow
    reader: str
    key: SealingKey = field(repr=False)

    @property
    def number(self) -> int:
        """By which people know it."""
        return self.row.number


def open_case(connection: Connection, holder: Holder, number: int) -> OpenedCase:
    """Raises NoSuchCase, also when the case is wrapped to others only or nothing of it is whole: who may not open a
    case cannot tell it from one that is not there."""
    row, wrapped = _find(connection, holder.name, number)
    try:
        return OpenedCase(row, holder.name, wrapped.open(holder))
    except NotForThisKey:
        raise NoSuchCase(NO_CASE) from None


def public_key(connection: Connection, member: str, number: int) -> bytes:
    """The case's public key, for a member whom the case is open to: sealing to it needs no session. Raises
    NoSuchCase."""
    return _find(connection, member, number)[0].public


def _find(connection: Connection, member: str, number: int) -> tuple[CaseRow, WrappedKey]:
    cases, keys = tables.cases.c, tables.case_keys.c
    row = connection.execute(CASES.where(cases.number == number, cases.whole > 0)).first()
    wrapped = connection.execute(select(keys.wrapped).where(keys.number == number, keys.member == member)).scalar()
    if row is None or wrapped is None:
        raise NoSuchCase(NO_CASE)
    return CaseRow._make(row), WrappedKey(number, member, wrapped)


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
