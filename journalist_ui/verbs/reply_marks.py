# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the checker marks in a text to a source, and what it takes to send one all the same."""

from typing import Protocol

from journalist_ui.casework.cases import open_case
from journalist_ui.casework.replies import Authorisation
from journalist_ui.casework.source_words import read_lately, source_words
from journalist_ui.people.session import Session
from journalist_ui.refusals import BadInput, MarksUnread, TaskingRefused
from journalist_ui.reply_check.known import read_known
from journalist_ui.reply_check.marking import TASKING, check_reply
from journalist_ui.shapes.replies import LONGEST_OFFICER, LONGEST_REFERENCE
from journalist_ui.shapes.reply_marks import ReplyMark

from .desk import Desk

TASKS = (
    "The text asks the source to do something for the unit, which a desk cannot authorise. Nothing was sent. Take that "
    "out (`dropbox-desk {command} --check` shows where), or give --authorisation and --officer of an authorisation "
    "from outside the desk."
)
UNREAD = (
    "The checker marks something in the text that could harm the source. Nothing was sent. Look at it with "
    "`dropbox-desk {command} --check`; then change the text, or say --read-marks."
)


class Allowed(Protocol):
    """What a request says that goes to a source: who has authorised it, and whether its sender has read the marks."""

    @property
    def authorisation(self) -> str: ...

    @property
    def officer(self) -> str: ...

    @property
    def read_marks(self) -> bool: ...


def marks_of(desk: Desk, session: Session, number: int, text: str) -> tuple[ReplyMark, ...]:
    """Beside the report and the newest of what its source wrote. It takes milliseconds a message. Raises NoSuchCase."""
    with desk.engine.vault.reading() as connection:
        pages = read_lately(connection, open_case(connection, session.holder, number))
    found = check_reply(text, read_known(source_words(pages)))
    return tuple(ReplyMark(one.start, one.end, one.kind, one.reason, text[one.start : one.end]) for one in found)


def read_authorisation(reference: str, officer: str) -> Authorisation | None:
    """Of what a member typed; None where both are empty. Raises BadInput."""
    given = {"reference": (reference.strip(), LONGEST_REFERENCE), "officer": (officer.strip(), LONGEST_OFFICER)}
    if not any(words for words, _ in given.values()):
        return None
    for name, (words, most) in given.items():
        if not words:
            raise BadInput("An authorisation needs both: its reference, and name and rank of the officer who gave it.")
        if len(words) > most or not words.isprintable():
            raise BadInput(f"The authorisation's {name} is one line of at most {most} letters.")
    return Authorisation(*(words for words, _ in given.values()))


def let_through(
    desk: Desk, session: Session, case: int, asked: Allowed, text: str, command: str = "reply"
) -> Authorisation | None:
    """The authorisation that is named, where one is; ``command`` shows the marks. Raises TaskingRefused, MarksUnread,
    BadInput, NoSuchCase."""
    authorisation = read_authorisation(asked.authorisation, asked.officer)
    kinds = {mark.kind for mark in marks_of(desk, session, case, text)}
    if TASKING in kinds and authorisation is None:
        raise TaskingRefused(TASKS.format(command=command))
    if kinds - {TASKING} and not asked.read_marks:
        raise MarksUnread(UNREAD.format(command=command))
    return authorisation
