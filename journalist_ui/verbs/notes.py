# SPDX-License-Identifier: AGPL-3.0-or-later
"""What members note in a case, for each other."""

from collections.abc import Iterable

from journalist_ui.casework import notes
from journalist_ui.casework.cases import open_case
from journalist_ui.daemon.notice_log import iso_day
from journalist_ui.people.session import Session
from journalist_ui.shapes.notes import AddNote, Noted, NoteLine

from .desk import Desk
from .moments import DAY


def note_lines(found: Iterable[notes.Note]) -> tuple[NoteLine, ...]:
    """As they are shown."""
    return tuple(NoteLine(one.id, one.by, iso_day(one.day, DAY), one.corrects, one.text) for one in found)


def add(desk: Desk, session: Session, asked: AddNote) -> Noted:
    """Raises NoSuchCase, Undeclared, BadInput."""
    with desk.engine.vault.writing() as connection:
        case = open_case(connection, session.holder, asked.case)
        return Noted(asked.case, notes.add_note(connection, case, asked.text, desk.engine.day, asked.corrects))
