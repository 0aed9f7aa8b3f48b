# SPDX-License-Identifier: AGPL-3.0-or-later
"""What each case asks its members to decide."""

from collections.abc import Iterable

from journalist_ui.casework import decisions
from journalist_ui.casework.cases import open_case
from journalist_ui.daemon.notice_log import iso_day
from journalist_ui.people.session import Session
from journalist_ui.shapes.decisions import Decide, DecisionKept, DecisionLine

from .desk import Desk
from .moments import DAY


def decision_lines(found: Iterable[decisions.Decision]) -> tuple[DecisionLine, ...]:
    """As they are shown."""
    return tuple(DecisionLine(one.what, one.answer, one.by, iso_day(one.day, DAY), one.reason) for one in found)


def decide(desk: Desk, session: Session, asked: Decide) -> DecisionKept:
    """Raises NoSuchCase, Undeclared, BadInput."""
    reason = asked.reason.replace("\r\n", "\n")
    with desk.engine.vault.writing() as connection:
        case = open_case(connection, session.holder, asked.case)
        decisions.decide(connection, case, asked.what, asked.said, reason, desk.engine.day)
    return DecisionKept(asked.case, asked.what, asked.said)
