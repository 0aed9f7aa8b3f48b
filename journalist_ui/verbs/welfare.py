# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether a member sees pictures of files blurred and grey until they ask for each."""

from journalist_ui.people import welfare
from journalist_ui.people.session import Session
from journalist_ui.shapes.welfare import SetWelfare, ShowWelfare, Welfare

from .desk import Desk


def show(desk: Desk, session: Session, asked: ShowWelfare) -> Welfare:
    with desk.engine.vault.reading() as connection:
        return Welfare(welfare.wants_welfare(connection, session.member.name))


def change(desk: Desk, session: Session, asked: SetWelfare) -> Welfare:
    with desk.engine.vault.writing() as connection:
        welfare.set_welfare(connection, session.member.name, asked.welfare, desk.engine.day)
    return Welfare(asked.welfare)
