# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tags by which members find cases again."""

from journalist_ui.casework.cases import open_case
from journalist_ui.casework.tags import change_tags
from journalist_ui.people.session import Session
from journalist_ui.shapes.tags import Tag, Tagged

from .desk import Desk


def tag(desk: Desk, session: Session, asked: Tag) -> Tagged:
    """Raises NoSuchCase, Undeclared, BadInput."""
    with desk.engine.vault.writing() as connection:
        case = open_case(connection, session.holder, asked.case)
        return Tagged(asked.case, tuple(change_tags(connection, case, asked.add, asked.remove, desk.engine.day)))
