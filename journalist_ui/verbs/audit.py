# SPDX-License-Identifier: AGPL-3.0-or-later
"""The log of what was done at the desk."""

from functools import partial

from sqlalchemy import Connection

from journalist_ui.casework import audit as casework
from journalist_ui.casework.audit import Act, Scope
from journalist_ui.casework.cases import open_case
from journalist_ui.daemon.audit_log import check
from journalist_ui.daemon.notice_log import iso_day
from journalist_ui.daemon.off_loop import off_loop
from journalist_ui.people.session import Session
from journalist_ui.refusals import NotYet
from journalist_ui.shapes.audit import Audit, AuditLine, AuditLines, AuditVerified, VerifyAudit
from journalist_ui.vault.audit_sealing import desk_readers

from .desk import Desk
from .moments import DAY

NO_BOARD = (
    "This desk has not read the board since it was started, so there is nothing to compare its log with. Look at "
    "`dropbox-desk status`, and try again once the service answers."
)


def acts(desk: Desk, session: Session, asked: Audit) -> AuditLines:
    """Raises NoSuchCase."""
    vault, look = desk.engine.vault, (asked.case or 0, desk.engine.day)
    if look not in session.audited:
        # Before anything is shown: nothing of it is read without a row of it.
        with vault.writing() as connection:
            casework.record_reading(connection, _scope(connection, session, asked.case), desk.engine.day)
        session.audited.add(look)
    with vault.reading() as connection:
        scope = _scope(connection, session, asked.case)
        found = casework.read_acts(connection, scope, asked.page)
    return AuditLines(tuple(map(_line, found.acts)), scope.desk and not scope.case, found.page, found.pages)


def _scope(connection: Connection, session: Session, case: int | None) -> Scope:
    """Raises NoSuchCase where a case is named that the member cannot open."""
    number = open_case(connection, session.holder, case).number if case is not None else 0
    return Scope(session.holder, session.member.name in desk_readers(connection), number)


def _line(act: Act) -> AuditLine:
    time = "" if act.minute is None else f"{act.minute // 60:02d}:{act.minute % 60:02d}"
    return AuditLine(iso_day(act.day, DAY), time, act.member, act.act, act.about, act.case, act.opened)


async def verify(desk: Desk, session: Session, asked: VerifyAudit) -> AuditVerified:
    """Raises NotYet."""
    state = desk.engine.state
    if not state.checked:
        raise NotYet(NO_BOARD)
    return await off_loop(partial(check, desk.engine.vault, state.keyring, state.own_manifest, shown=True))
