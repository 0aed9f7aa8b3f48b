# SPDX-License-Identifier: AGPL-3.0-or-later
"""A case on paper: the act is written down before the page that prints is there."""

from journalist_ui.casework.cases import open_case
from journalist_ui.casework.printing import record_print
from journalist_ui.daemon.notice_log import iso_day
from journalist_ui.people.session import Session
from journalist_ui.refusals import BadInput
from journalist_ui.shapes.conversation import Show
from journalist_ui.shapes.printing import LONGEST_WHY, Print, Printed

from .conversation import show
from .desk import Desk
from .moments import DAY


def print_case(desk: Desk, session: Session, asked: Print) -> Printed:
    """Raises NoSuchCase, Undeclared, BadInput."""
    reason = " ".join(asked.reason.split())
    if not 0 < len(reason) <= LONGEST_WHY:
        raise BadInput(f"Say why you print it, in up to {LONGEST_WHY} letters. Nothing was printed.")
    day, settings = desk.engine.day, desk.engine.settings
    shown = show(desk, session, Show(asked.case))
    with desk.engine.vault.writing() as connection:
        record_print(connection, open_case(connection, session.holder, asked.case), reason, day)
    return Printed(shown.case, settings.name, settings.handling_mark, session.member.name, iso_day(day, DAY))
