# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which cases belong together."""

from collections.abc import Iterable

from journalist_ui.casework import links
from journalist_ui.casework.cases import open_case
from journalist_ui.daemon.notice_log import iso_day
from journalist_ui.people.session import Session
from journalist_ui.shapes.links import Link, Linked, LinkLine

from .desk import Desk
from .moments import DAY


def link_lines(found: Iterable[links.Linking]) -> tuple[LinkLine, ...]:
    """As they are shown."""
    return tuple(LinkLine(one.other, one.by, iso_day(one.day, DAY), one.reason, one.proved) for one in found)


def link(desk: Desk, session: Session, asked: Link) -> Linked:
    """Raises NoSuchCase, Undeclared, BadInput."""
    with desk.engine.vault.writing() as connection:
        case, other = (open_case(connection, session.holder, number) for number in (asked.case, asked.other))
        links.link(connection, case, other, asked.reason, desk.engine.day, undone=asked.undo)
    return Linked(asked.case, asked.other, not asked.undo)
