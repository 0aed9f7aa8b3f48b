# SPDX-License-Identifier: AGPL-3.0-or-later
"""Search: the words of a session's cases, opened after sign-in and gone with the session."""

from collections.abc import Iterator

from sqlalchemy import Connection

from journalist_ui.casework import decisions, notes, outcomes, search
from journalist_ui.casework.cases import OpenedCase, open_case, open_tags, read_tags
from journalist_ui.casework.conversation import read_words
from journalist_ui.people.session import Session
from journalist_ui.refusals import NoSuchCase, Undeclared
from journalist_ui.vault.roles import OPENERS
from journalist_ui.vault.seen import CaseWords, Mark

from .desk import Desk

FEW = 200
"""Cases whose words are opened while somebody waits; of more, a search says that it is not ready."""


def found_cases(desk: Desk, session: Session, wanted: str) -> tuple[set[int], bool]:
    """The numbers of the cases in which all these words stand, and whether all cases were looked through."""
    with desk.engine.vault.reading() as connection:
        marks = search.read_marks(connection, session.member.name)
    known = session.words.copy()
    new = sum(number not in known or known[number].mark != mark for number, mark in marks.items())
    if new <= FEW:
        learn(desk, session)
    # A copy again: another thread may be learning this moment.
    words = {number: one for number, one in session.words.copy().items() if number in marks}
    return search.find(words, wanted), new <= FEW


def unlearnt(desk: Desk) -> list[Session]:
    """Sessions of members who open cases, whose words are not there yet."""
    return [one for one in desk.sessions.sessions() if not one.learnt and not one.member.roles.isdisjoint(OPENERS)]


def learn(desk: Desk, session: Session) -> None:
    """Bring the session's words up to date, case by case; it ends with the session. Words that another session has
    opened are the same ones, for whoever opens the case: one copy is in memory."""
    with desk.engine.vault.reading() as connection:
        marks = search.read_marks(connection, session.member.name)
    for gone in session.words.copy().keys() - marks.keys():
        session.words.pop(gone, None)
    for number, mark in marks.items():
        if not desk.sessions.is_session(session):
            session.words.clear()
            return
        known = session.words.get(number)
        if known is None or known.mark != mark:
            _learn_case(desk, session, number, mark)
    session.learnt = True


def _learn_case(desk: Desk, session: Session, number: int, mark: Mark) -> None:
    try:
        with desk.engine.vault.reading() as connection:
            case = open_case(connection, session.holder, number, declared=True)
            shared = desk.words.get(number)
            if shared is None or shared.mark != mark:
                sealed = read_words(connection, case)
                shared = CaseWords(mark, search.words_of([*sealed.open(), *_beside(connection, case, mark)]))
                desk.words[number] = shared
        session.words[number] = shared
    except (NoSuchCase, Undeclared):
        # Taken from the member this moment.
        session.words.pop(number, None)


def _beside(connection: Connection, case: OpenedCase, mark: Mark) -> Iterator[str]:
    """What members wrote for each other; what the mark says is not there is not asked for."""
    if mark.tags:
        yield from open_tags(case, read_tags(connection, [case.number]).get(case.number, b""))
    if mark.note:
        for note in notes.open_notes(case, notes.read_notes(connection, case.number)):
            yield note.text
    if mark.outcome:
        for outcome in outcomes.open_outcomes(case, outcomes.read_outcomes(connection, case.number)):
            yield from (outcome.reason, outcome.say)
    if mark.decision:
        for decision in decisions.open_decisions(case, decisions.read_decisions(connection, case.number)):
            yield decision.reason
