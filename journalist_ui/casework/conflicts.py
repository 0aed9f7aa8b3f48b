# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether anything keeps a member from a case: declared by them, or said by another."""

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert as upsert

from dropbox.protocol.chance import Random
from journalist_ui.refusals import BadInput
from journalist_ui.vault import audit, tables
from journalist_ui.vault.roles import SHEETS
from journalist_ui.vault.withheld import DECLARED, EXCLUDED, let_go

from .cases import OpenedCase, holds_case

ALONE = (
    "Nobody else can open this case, and it would be lost. Share it with another member first: "
    "`dropbox-desk member share NAME --case CASE`."
)
NOT_OPEN = "That member cannot open this case, or is not there. Nothing was changed."


def open_to(connection: Connection, number: int) -> list[str]:
    """Who can open a case, in order of name."""
    keys = tables.case_keys.c
    found = select(keys.member).where(keys.number == number).distinct().order_by(keys.member)
    return list(connection.execute(found).scalars())


def declare_none(connection: Connection, member: str, number: int, day: int) -> None:
    """Nothing keeps the member from it. Raises NoSuchCase."""
    holds_case(connection, member, number)
    row = upsert(tables.declarations).values(number=number, member=member, day=day)
    connection.execute(row.on_conflict_do_nothing())
    audit.record(connection, day, member, "declared no conflict", case=number)


def declare_conflict(connection: Connection, member: str, number: int, day: int, random: Random) -> None:
    """It closes to the member at once, and what comes to it too. Raises NoSuchCase, BadInput where nobody else can open
    it."""
    holds_case(connection, member, number)
    if not {*open_to(connection, number)} - {member, SHEETS}:
        raise BadInput(ALONE)
    let_go(connection, member, number, DECLARED, random)
    audit.record(connection, day, member, "declared a conflict", case=number)


def exclude(connection: Connection, case: OpenedCase, member: str, day: int, random: Random) -> None:
    """Another member opens it no more, nor what comes to it. Raises BadInput."""
    if member == case.reader:
        raise BadInput("To leave a case yourself, declare a conflict: `dropbox-desk declare CASE --conflict yes`.")
    if member not in open_to(connection, case.number):
        raise BadInput(NOT_OPEN)
    let_go(connection, member, case.number, EXCLUDED, random)
    audit.record(connection, day, case.reader, "exclude", member, case=case.number)
