# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is done with cases beside reading and writing."""

import asyncio

from journalist_ui.casework import handling
from journalist_ui.casework.cases import open_case, public_key
from journalist_ui.casework.decisions import undecided
from journalist_ui.casework.notes import add_note
from journalist_ui.casework.outcomes import without_outcome
from journalist_ui.people.session import Session
from journalist_ui.refusals import BadInput, NotAllowed
from journalist_ui.shapes.handling import (
    AskClose,
    Assign,
    Assigned,
    Mute,
    Muted,
    SetUrgent,
    Shelve,
    Shelved,
    Unfinished,
    Urgency,
)
from journalist_ui.vault.counters import JUNK
from journalist_ui.vault.roles import Role, holders_of

from .desk import Desk
from .sharing import give

MOST_AT_ONCE = 1_000
LONGEST_REASON = 1_000
OTHERS = (
    "Only a supervisor gives a case to somebody else. You may take it yourself, or ask a supervisor: "
    "`dropbox-desk member list` names them."
)


def checked_reason(reason: str) -> str:
    """Raises BadInput."""
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise BadInput(f"Say why, in up to {LONGEST_REASON:,} letters.")
    return reason.strip()


def urgent(desk: Desk, session: Session, asked: SetUrgent) -> Urgency:
    """To say so takes one press; that it is over takes a reason. Raises NoSuchCase, Undeclared, BadInput."""
    reason = checked_reason(asked.reason) if asked.reason or not asked.urgent else ""
    words, day = "Urgent: somebody is at risk." if asked.urgent else "Not urgent any more.", desk.engine.day
    with desk.engine.vault.writing() as connection:
        case = open_case(connection, session.holder, asked.case)
        handling.set_urgent(connection, case, asked.urgent, day)
        add_note(connection, case, f"{words} {reason}".strip(), day)
    return Urgency(asked.case, asked.urgent)


def _counted(cases: tuple[int, ...]) -> tuple[int, ...]:
    """Raises BadInput."""
    if not 0 < len(cases) <= MOST_AT_ONCE:
        raise BadInput(f"Name one to {MOST_AT_ONCE:,} cases.")
    return cases


def ask_close(desk: Desk, session: Session, asked: AskClose) -> Unfinished:
    """Raises NoSuchCase, Undeclared, BadInput."""
    with desk.engine.vault.reading() as connection:
        for number in _counted(asked.cases):
            public_key(connection, session.member.name, number)
        return Unfinished(tuple(without_outcome(connection, asked.cases)), tuple(undecided(connection, asked.cases)))


async def shelve(desk: Desk, session: Session, asked: Shelve) -> Shelved:
    """All of them or none. Raises NoSuchCase, Undeclared, BadInput."""
    _counted(asked.cases)
    sources = await asyncio.to_thread(_shelve, desk, session, asked)
    desk.engine.note_aside(sources, asked.shelf == JUNK)
    return Shelved(asked.cases, asked.shelf)


def _shelve(desk: Desk, session: Session, asked: Shelve) -> list[bytes]:
    day, holder = desk.engine.day, session.holder
    with desk.engine.vault.writing() as connection:
        cases = (open_case(connection, holder, number) for number in asked.cases)
        return [handling.shelve(connection, one, asked.shelf, day) for one in cases]


def mute(desk: Desk, session: Session, asked: Mute) -> Muted:
    """Raises NoSuchCase, Undeclared."""
    with desk.engine.vault.writing() as connection:
        handling.mute(connection, open_case(connection, session.holder, asked.case), asked.muted, desk.engine.day)
    return Muted(asked.case, asked.muted)


def assign(desk: Desk, session: Session, asked: Assign) -> Assigned:
    """Raises NoSuchCase, Undeclared, NoSuchMember, NotAllowed, BadInput."""
    me = session.member.name
    with desk.engine.vault.reading() as connection:
        open_case(connection, session.holder, asked.case)
        supervisors = holders_of(connection, Role.SUPERVISOR)
    if supervisors and me not in supervisors and set(asked.to) - {me}:
        raise NotAllowed(OTHERS)
    for name in set(asked.to) - {me}:
        give(desk, session, name, asked.case)
    with desk.engine.vault.writing() as connection:
        case = open_case(connection, session.holder, asked.case)
        return Assigned(asked.case, handling.assign(connection, case, asked.to, desk.engine.day))
