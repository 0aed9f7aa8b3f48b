# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading a case: the report and what both sides have written since."""

from dataclasses import replace

from dropbox.protocol.body import WITHDRAWN as TAKEN_BACK, Report
from journalist_ui.casework import conversation
from journalist_ui.casework.cases import Facts, open_case, read_facts
from journalist_ui.casework.closings import read_closing
from journalist_ui.casework.contact import contact_state
from journalist_ui.casework.conversation import Conversation, OfficerText, OnPage, Sealed
from journalist_ui.casework.decisions import open_decisions, read_decisions
from journalist_ui.casework.files import read_files
from journalist_ui.casework.inbox import list_cases, next_to_answer
from journalist_ui.casework.links import holding, read_links
from journalist_ui.casework.notes import open_notes, read_notes
from journalist_ui.casework.outcomes import open_outcomes, read_outcomes
from journalist_ui.casework.questions import asked_in, became
from journalist_ui.daemon.notice_log import iso_day
from journalist_ui.people.session import Session
from journalist_ui.shapes.conversation import Case, Message, Show, Shown
from journalist_ui.vault.contacts import LEFT, WITHDRAWAL
from journalist_ui.vault.counters import JUNK, ON_THE_WAY
from journalist_ui.vault.evidence import Proof

from .cases import flags_of
from .closings import closing_line
from .decisions import decision_lines
from .desk import Desk
from .files import file_lines
from .links import link_lines
from .notes import note_lines
from .outcomes import outcome_lines
from .owed import owed_by
from .questions import asked_lines, question_lines
from .referrals import proved, told_of as told_of_referrals
from .timeline import read_happened, timeline

COLLECTED = "collected"
OFF_BOARD = "off-board"
WITHDRAWN = "withdrawn"
NOT_READABLE = "unreadable"


def show(desk: Desk, session: Session, asked: Show) -> Shown:
    """What was opened counts as shown to this member. Raises NoSuchCase, Undeclared."""
    with desk.engine.vault.reading() as connection:
        case = open_case(connection, session.holder, asked.case)
        sealed = conversation.read_page(connection, case, asked.page)
        facts, noted = read_facts(connection, case), read_notes(connection, asked.case)
        ended, decided = read_outcomes(connection, asked.case), read_decisions(connection, asked.case)
        linked = read_links(connection, session.holder, case)
        happened = read_happened(connection, session.holder, case, page=asked.page > 0)
        brought = read_files(connection, case)
        asking, closing = asked_in(connection, case), read_closing(connection, case)
        referring = told_of_referrals(desk, connection, session, case)
        left, newest = contact_state(connection, asked.case), conversation.newest_place(connection, asked.case)
    found = opened(desk, session, sealed)
    with desk.engine.vault.reading() as connection:
        lines = list_cases(connection, session.member.name, found.number)
        seen = conversation.read_up_to(connection, found.number, session.member.name)
        following = next_to_answer(connection, session.member.name, found.number)
    engine = desk.engine
    told_of = case_of(found, engine.period_seconds(), engine.newest_batch())
    history = timeline(desk, asked.case, happened, linked)
    told = replace(
        _handled(told_of, facts),
        notes=note_lines(open_notes(case, noted)),
        contact=left,
        questions=asked_lines(became(asking, found)),
        outcome_history=outcome_lines(open_outcomes(case, ended)),
        links=link_lines(holding(linked)),
        timeline=history.lines,
        decisions=decision_lines(open_decisions(case, decided)),
        files=file_lines(desk, brought),
        closing=closing_line(desk, closing),
        referrals=referring.left,
        referred=proved(desk, case, found.first, referring.referred),
        accepts=referring.accepts,
    )
    for owed in map(owed_by(desk), lines):
        told = replace(told, owed=owed.acts, due=owed.due or None, due_now=owed.now)
    return Shown(told, max(seen, session.read.get(found.number, 0)), following, newest, history.whole)


def _handled(told: Case, facts: Facts) -> Case:
    """With what members have said of it."""
    return replace(
        told,
        messages=_withdrawn(told.messages) if facts.shelf == JUNK else told.messages,
        flags=flags_of(facts.urgent, facts.all_named, facts.muted),
        tags=facts.tags,
        assigned=facts.owners,
        shelf=facts.shelf,
        outcomes=facts.outcomes,
        told=facts.told,
    )


def _withdrawn(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """Of a case that is set aside: what had not been read is on its way no more."""
    on_the_way = (*ON_THE_WAY, OFF_BOARD)
    return tuple(replace(one, state=WITHDRAWN) if one.state in on_the_way else one for one in messages)


def opened(desk: Desk, session: Session, sealed: Sealed) -> Conversation:
    """What was read, opened between two transactions; it counts as shown before anybody sees it."""
    found = sealed.open()
    with desk.engine.vault.writing() as connection:
        conversation.mark_shown(connection, sealed.case, found.messages, desk.engine.day)
    session.read[found.number] = max(session.read.get(found.number, 0), *(one.place for one in found.messages), 0)
    return found


def case_of(found: Conversation, seconds: int, newest: int) -> Case:
    """As it is shown; periods are of so many seconds, and ``newest`` is that of the unit's newest batch, 0 for none."""
    first = found.first
    return Case(
        case=found.number,
        state=found.state,
        categories=first.categories if first else (),
        force=first.force if first else "",
        answers=dict(first.answers) if first else {},
        messages=tuple(message_of(one, seconds, newest, first) for one in found.messages),
        files=(),
        page=found.page,
        pages=found.pages,
    )


def _kind(one: OfficerText) -> str:
    """What a source gets it as."""
    if one.opened or one.offer:
        return "contact-opened" if one.opened else "referral-offer"
    if one.kinds:
        return "closed" if one.closing else "outcome"
    return "questions" if one.questions else "text"


def message_of(one: OnPage, seconds: int, newest: int, first: Report | None = None) -> Message:
    """As it is shown; what the report ``first`` holds beside its text stands with the case."""
    proof = "" if one.proof is Proof.PROVED else one.proof.value
    day = iso_day(one.period, seconds)
    if isinstance(one, OfficerText):
        state = OFF_BOARD if one.is_off_board(newest) else one.state
        return Message(
            *(one.number, "unit", one.text, day, state, one.author),
            authorisation=one.authorisation,
            officer=one.officer,
            proof=proof,
            kind=_kind(one),
            kinds=one.kinds,
            questions=question_lines(one.questions),
        )
    sender = "unproved" if one.proof is Proof.UNPROVED else "source"
    report = one.report
    if report is None:
        return Message(one.number, sender, one.raw, day, COLLECTED, proof=proof, form=NOT_READABLE)
    if report is first or one.proof is Proof.UNPROVED:
        return Message(one.number, sender, report.text, day, COLLECTED, proof=proof, contact=_contact(report))
    answers = dict(report.answers) or None
    return Message(
        *(one.number, sender, report.text, day, COLLECTED),
        proof=proof,
        categories=report.categories,
        force=report.force,
        answers=answers,
        contact=_contact(report),
    )


def _contact(report: Report) -> str:
    """Whether a message brought contact details, or takes some back."""
    return WITHDRAWAL if report.contact == TAKEN_BACK else LEFT if report.contact else ""
