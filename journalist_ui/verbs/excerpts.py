# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether lists show a member the beginnings of reports."""

from journalist_ui.people import excerpts
from journalist_ui.people.session import Session
from journalist_ui.shapes.excerpts import Excerpts, SetExcerpts, ShowExcerpts

from .desk import Desk


def show(desk: Desk, session: Session, asked: ShowExcerpts) -> Excerpts:
    with desk.engine.vault.reading() as connection:
        return Excerpts(excerpts.wants_excerpts(connection, session.member.name))


def change(desk: Desk, session: Session, asked: SetExcerpts) -> Excerpts:
    with desk.engine.vault.writing() as connection:
        excerpts.set_excerpts(connection, session.member.name, asked.excerpts, desk.engine.day)
    return Excerpts(asked.excerpts)
