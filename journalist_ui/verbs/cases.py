# SPDX-License-Identifier: AGPL-3.0-or-later
"""The list of cases, and what a person says of a case."""

from journalist_ui.casework import inbox
from journalist_ui.casework.cases import open_case, set_state as store_state
from journalist_ui.daemon.notice_log import iso_day
from journalist_ui.people.session import Session
from journalist_ui.shapes.cases import CaseLine, CaseList, Cases, Categories, CategoryList, SetState, StateSet

from .desk import Desk
from .moments import DAY
from .notices import all_notices


def cases(desk: Desk, session: Session, asked: Cases) -> CaseList:
    with desk.engine.vault.reading() as connection:
        lines = inbox.list_cases(connection, session.member.name)
    known = _categories(desk, session, [one.number for one in lines]) if asked.opened else {}
    seconds = desk.engine.period_seconds()
    told = tuple(_line(desk.engine.day, seconds, session, one, known.get(one.number, ())) for one in lines)
    return CaseList(told, all_notices(desk))


def _line(day: int, seconds: int, session: Session, line: inbox.CaseLine, categories: tuple[str, ...]) -> CaseLine:
    return CaseLine(
        case=line.number,
        state=line.state,
        categories=categories,
        opened=iso_day(line.opened, seconds),
        age=max(0, day - line.opened * seconds // DAY),
        unread=line.unread,
        waiting=line.waiting,
        to_answer=line.to_answer,
        given_up=line.given_up,
        draft=_whose(line.drafts, session.member.name) if line.drafts else "none",
    )


def _whose(writers: tuple[str, ...], reader: str) -> str:
    if reader not in writers:
        return "other"
    return "mine" if len(writers) == 1 else "both"


def categories(desk: Desk, session: Session, asked: Categories) -> CategoryList:
    """Raises NoSuchCase."""
    found = _categories(desk, session, list(asked.cases))
    return CategoryList(tuple(found[number] for number in asked.cases))


def _categories(desk: Desk, session: Session, numbers: list[int]) -> dict[int, tuple[str, ...]]:
    """Those of each case's report, which never changes: it is opened once a session. Raises NoSuchCase."""
    unknown = [number for number in numbers if number not in session.categories]
    for at in range(0, len(unknown), inbox.AT_ONCE):
        wanted = unknown[at : at + inbox.AT_ONCE]
        with desk.engine.vault.reading() as connection:
            reports = inbox.read_reports(connection, session.holder, wanted)
        session.categories |= zip(wanted, map(inbox.categories_of, reports), strict=True)
    return {number: session.categories[number] for number in numbers}


def set_state(desk: Desk, session: Session, asked: SetState) -> StateSet:
    """Raises NoSuchCase, BadInput."""
    with desk.engine.vault.writing() as connection:
        store_state(connection, open_case(connection, session.holder, asked.case), asked.state, desk.engine.day)
    return StateSet(asked.case, asked.state)
