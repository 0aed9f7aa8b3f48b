# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who takes new reports, and by which names a report may speak of a member."""

from sqlalchemy import Connection

from journalist_ui.people import members as people, triage
from journalist_ui.people.session import Session
from journalist_ui.shapes.triage import SetTriage, Triage, TriageLine, TriageList
from journalist_ui.vault import audit
from journalist_ui.vault.roles import SHEETS, Role, list_openers

from .desk import Desk


def list_triage(desk: Desk, session: Session, asked: Triage) -> TriageList:
    with desk.engine.vault.reading() as connection:
        found = triage.list_taking(connection, _takers(connection))
    return TriageList(tuple(_line(one) for one in found))


def set_triage(desk: Desk, session: Session, asked: SetTriage) -> TriageLine:
    """Raises NoSuchMember, NotAllowed, BadInput."""
    with desk.engine.vault.writing() as connection:
        people.require_role(connection, session.member.name, Role.ADMINISTRATOR)
        takers = _takers(connection)
        name = people.spelled(connection, asked.name)
        found = triage.set_taking(connection, takers, name, asked.triage, asked.known_as)
        # What a member is known by stands beside the member alone.
        said = "" if asked.triage is None else " takes new reports" if asked.triage else " takes no new reports"
        audit.record(connection, desk.engine.day, session.member.name, "triage", f"{name}{said or ' known as'}")
    return _line(found)


def _takers(connection: Connection) -> list[str]:
    """Members who may open cases; the recovery sheets are none."""
    return [name for name, _ in list_openers(connection) if name != SHEETS]


def _line(one: triage.Taking) -> TriageLine:
    return TriageLine(one.name, one.triage, one.known_as)
