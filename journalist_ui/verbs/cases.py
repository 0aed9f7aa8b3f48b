# SPDX-License-Identifier: AGPL-3.0-or-later
"""The list of cases, and what a person says of a case."""

from journalist_ui.desk.notice_log import iso_day
from journalist_ui.shapes.cases import CaseLine, CaseList, Cases, Categories, CategoryList, SetState, StateSet
from journalist_ui.vault import session as vault
from journalist_ui.vault.session import MemberSession

from .desk import Desk
from .moments import DAY
from .notices import all_notices


def cases(desk: Desk, session: MemberSession, asked: Cases) -> CaseList:
    lines = session.cases() if asked.opened else session.lines()
    return CaseList(tuple(_line(desk, session, one) for one in lines), all_notices(desk))


def _line(desk: Desk, session: MemberSession, line: vault.CaseLine) -> CaseLine:
    seconds, reader = desk.engine.period_seconds(), session.member.name
    mine, others = reader in line.drafts, bool(set(line.drafts) - {reader})
    return CaseLine(
        case=line.number,
        state=line.state,
        categories=line.categories,
        opened=iso_day(line.opened, seconds),
        age=max(0, desk.engine.day - line.opened * seconds // DAY),
        unread=line.unread,
        waiting=line.waiting,
        to_answer=line.to_answer,
        given_up=line.given_up,
        draft="both" if mine and others else "mine" if mine else "other" if others else "none",
    )


def categories(desk: Desk, session: MemberSession, asked: Categories) -> CategoryList:
    """Raises NoSuchCase."""
    found = session.categories(list(asked.cases))
    return CategoryList(tuple(found[number] for number in asked.cases))


def set_state(desk: Desk, session: MemberSession, asked: SetState) -> StateSet:
    """Raises NoSuchCase, BadInput."""
    session.set_state(asked.case, asked.state, desk.engine.day)
    return StateSet(asked.case, asked.state)
