# SPDX-License-Identifier: AGPL-3.0-or-later
"""The list of cases, and what a person says of a case."""

from collections.abc import Sequence
from dataclasses import replace

from journalist_ui.casework import inbox
from journalist_ui.casework.cases import open_case, public_key, set_state as store_state
from journalist_ui.casework.flood import count_flood
from journalist_ui.casework.outcomes import take_back
from journalist_ui.people.excerpts import wants_excerpts
from journalist_ui.people.session import Session
from journalist_ui.shapes.cases import CaseCategories, CaseLine, CaseList, Cases, Categories, SetState, StateSet
from journalist_ui.vault.seen import Glimpse

from .desk import Desk
from .moments import DAY, near_day
from .notices import all_notices
from .owed import Owed, owed_by
from .search import found_cases

NOTHING = Glimpse((), "", (), b"")


def cases(desk: Desk, session: Session, asked: Cases) -> CaseList:
    """Raises BadInput."""
    owner = session.member.name if asked.assigned == "me" else asked.assigned
    found, ready = find_lines(desk, session, asked.search, owner)
    told = tell_lines(desk, session, [one for one in found if _is_like(one, asked)])
    if asked.tag is not None:
        wanted = asked.tag.casefold()
        told = tuple(one for one in told if wanted in (tag.casefold() for tag in one.tags))
    with desk.engine.vault.reading() as connection:
        boxed = count_flood(connection, session.member.name)
    return CaseList(told, all_notices(desk), ready, boxed.total, boxed.urgent)


def find_lines(
    desk: Desk, session: Session, search: str | None, owner: str | None
) -> tuple[list[inbox.CaseLine], bool]:
    """The cases that are open to the member, what needs somebody first first: all, those in which the words stand,
    those of an owner. And whether the search has looked through all of them."""
    lines = _examined(desk, session, _lines(desk, session))
    ready = True
    if search is not None:
        wanted, ready = found_cases(desk, session, search)
        lines = [one for one in lines if one.number in wanted]
    if owner is not None:
        lines = [one for one in lines if owner in one.owners]
    lines.sort(key=_need)
    return lines, ready


def tell_lines(desk: Desk, session: Session, lines: Sequence[inbox.CaseLine]) -> tuple[CaseLine, ...]:
    """With what is owed in each, and what takes opening it. Raises NoSuchCase: what a session has in memory of a case
    that was taken from it is shown no more."""
    seconds, owed = desk.engine.period_seconds(), owed_by(desk)
    known = _glimpses(desk, session, [one.number for one in lines if one.declared])
    return tuple(
        _line(desk.engine.day, seconds, session, one, known.get(one.number, NOTHING), owed(one)) for one in lines
    )


def _lines(desk: Desk, session: Session) -> list[inbox.CaseLine]:
    with desk.engine.vault.reading() as connection:
        return inbox.list_cases(connection, session.member.name)


def _examined(desk: Desk, session: Session, lines: list[inbox.CaseLine]) -> list[inbox.CaseLine]:
    """Looked at are, some at a time, those in which the desk could not look itself when their messages came."""
    wanted = [one.number for one in lines if not one.examined][: inbox.AT_ONCE]
    if not wanted:
        return lines
    with desk.engine.vault.reading() as connection:
        sealed = inbox.read_unexamined(connection, session.holder, wanted)
    found = [one.open() for one in sealed]
    with desk.engine.vault.writing() as connection:
        for one in found:
            inbox.store_examined(connection, one)
    return _lines(desk, session)


def _is_like(line: inbox.CaseLine, asked: Cases) -> bool:
    return (
        (asked.state is None or line.state == asked.state)
        and (asked.shelf is None or line.shelf == asked.shelf)
        and (line.urgent or not asked.urgent)
    )


def _need(line: inbox.CaseLine) -> tuple[bool, bool, int, int, int]:
    """What needs somebody first comes first: reading moves nothing."""
    put_away = line.shelf != ""
    return (put_away or not line.urgent, put_away or not line.to_answer, line.since, line.opened, line.number)


def _line(day: int, seconds: int, session: Session, line: inbox.CaseLine, glimpse: Glimpse, owed: Owed) -> CaseLine:
    def days_since(period: int) -> int:
        return max(0, day - period * seconds // DAY)

    return CaseLine(
        case=line.number,
        state=line.state,
        categories=glimpse.categories,
        opened=near_day(line.opened, seconds),
        age=days_since(line.opened),
        unread=line.unread,
        waiting=0 if line.junked else line.waiting,
        to_answer=line.to_answer,
        given_up=line.given_up,
        draft=_whose(line.drafts, session.member.name) if line.drafts else "none",
        flags=flags_of(line.urgent, line.all_named, line.muted),
        tags=glimpse.tags,
        assigned=line.owners,
        outcomes=line.outcomes if line.declared else (),
        owed=owed.acts,
        due=owed.due,
        due_now=owed.now,
        days=days_since(line.since) if line.to_answer else 0,
        shelf=line.shelf,
        excerpt=glimpse.excerpt,
    )


def flags_of(urgent: bool, all_named: bool, muted: bool) -> tuple[str, ...]:
    """How a shape says them."""
    marks = ((urgent, "urgent"), (all_named, "conflict"), (muted, "muted"))
    return tuple(flag for is_so, flag in marks if is_so)


def _whose(writers: tuple[str, ...], reader: str) -> str:
    if reader not in writers:
        return "other"
    return "mine" if len(writers) == 1 else "both"


def _glimpses(desk: Desk, session: Session, numbers: list[int]) -> dict[int, Glimpse]:
    """Of each case's report, which never changes: it is opened once a session. Its tags do. Raises NoSuchCase."""
    for at in range(0, len(numbers), inbox.AT_ONCE):
        these = numbers[at : at + inbox.AT_ONCE]
        with desk.engine.vault.reading() as connection:
            changed = inbox.read_changed(connection, these, session.glimpses)
            sealed = inbox.read_glimpses(connection, session.holder, changed)
        session.glimpses |= zip(changed, (one.open() for one in sealed), strict=True)
    with desk.engine.vault.reading() as connection:
        wanted = wants_excerpts(connection, session.member.name)
    known = ((number, session.glimpses[number]) for number in numbers)
    return {number: one if wanted else replace(one, excerpt="") for number, one in known}


def categories(desk: Desk, session: Session, asked: Categories) -> CaseCategories:
    """Raises NoSuchCase, Undeclared."""
    with desk.engine.vault.reading() as connection:
        public_key(connection, session.member.name, asked.case)
    return CaseCategories(_glimpses(desk, session, [asked.case])[asked.case].categories)


def set_state(desk: Desk, session: Session, asked: SetState) -> StateSet:
    """Raises NoSuchCase, BadInput."""
    with desk.engine.vault.writing() as connection:
        case = open_case(connection, session.holder, asked.case)
        store_state(connection, case, asked.state, desk.engine.day)
        take_back(connection, case, desk.engine.day)
    return StateSet(asked.case, asked.state)
