# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who takes new reports, and by which names a report may speak of a member: it opens no such report to them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, select, update

from journalist_ui.refusals import BadInput, NoSuchMember
from journalist_ui.vault import tables
from journalist_ui.vault.first_look import LONGEST_NAME, Named

from .members import find_member

MOST_NAMES = 10
LAST = "Somebody must take new reports: this is the last who does. Let another take them first."


@dataclass(frozen=True)
class Taking:
    """``triage``: new reports open to the member, unless they speak of one of the names."""

    name: str
    triage: bool
    known_as: tuple[str, ...] = field(repr=False)


def list_taking(connection: Connection, names: Sequence[str]) -> list[Taking]:
    """Of these members, in order of name."""
    rows = tables.members.c
    columns = select(rows.name, rows.triage, rows.known_as).where(rows.name.in_(names)).order_by(rows.name)
    return [Taking(row.name, row.triage, tuple(json.loads(row.known_as))) for row in connection.execute(columns)]


def set_taking(
    connection: Connection, takers: Sequence[str], name: str, triage: bool | None, known_as: Sequence[str] | None
) -> Taking:
    """Change what is not None. ``takers`` are those who may open cases. Raises NoSuchMember, BadInput where nobody
    would take new reports."""
    find_member(connection, name)
    if name not in takers:
        raise BadInput("That member opens no cases: new reports never open to them.")
    values: dict[str, bool | str] = {}
    if triage is not None:
        values["triage"] = triage
    if known_as is not None:
        values["known_as"] = json.dumps(_checked(known_as), ensure_ascii=False)
    if values:
        connection.execute(update(tables.members).where(tables.members.c.name == name).values(**values))
    if not any(one.triage for one in list_taking(connection, takers)):
        raise BadInput(LAST)
    found = list_taking(connection, [name])
    if not found:
        raise NoSuchMember("There is no member of that name.")
    return found[0]


def _checked(names: Sequence[str]) -> list[str]:
    """Raises BadInput."""
    found = list(dict.fromkeys(" ".join(name.split()) for name in names if name.strip()))
    if len(found) > MOST_NAMES or any(len(one) > LONGEST_NAME or not one.isprintable() for one in found):
        raise BadInput(f"A member is known by up to {MOST_NAMES} names or numbers of up to {LONGEST_NAME} letters.")
    if any(not Named(one).has(one) for one in found):
        raise BadInput("A name or number by which a member is known has letters or digits.")
    return found
