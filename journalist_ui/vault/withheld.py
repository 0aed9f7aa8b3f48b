# SPDX-License-Identifier: AGPL-3.0-or-later
"""From whom a case is kept, and why. Whoever it is kept from has no key to it, of what is new least of all, and no part
in opening what its source left."""

from collections.abc import Iterable

from sqlalchemy import Connection, delete, or_, select
from sqlalchemy.dialects.sqlite import insert as upsert

from dropbox.protocol.chance import Random

from . import tables
from .case_keys import delete_case_keys, plan_turns, store_turns

NAMED, DECLARED, EXCLUDED = "named", "declared", "excluded"
"""A report speaks of the member; the member said that they have a conflict; another member let them go of the case."""


def keep_from(connection: Connection, number: int, members: Iterable[str], why: str) -> None:
    """Write down that the case is not for these members; the newest reason stays."""
    for name in members:
        row = upsert(tables.withheld).values(number=number, member=name, why=why)
        this = row.on_conflict_do_update(index_elements=["number", "member"], set_={"why": why})
        connection.execute(this)
        _let_go_of_asks(connection, number, name)


def _let_go_of_asks(connection: Connection, number: int, member: str) -> None:
    """Of what is asked about the case's contact details: the reason as it was sealed to the member, and what they and
    other custodians have handed each other."""
    asks, reasons, releases = tables.contact_asks.c, tables.contact_reasons, tables.contact_releases
    these = select(asks.proposal).where(asks.number == number)
    connection.execute(delete(reasons).where(reasons.c.member == member, reasons.c.proposal.in_(these)))
    theirs = or_(releases.c.owner == member, releases.c.partner == member)
    connection.execute(delete(releases).where(theirs, releases.c.proposal.in_(these)))


def kept_from(connection: Connection, number: int) -> dict[str, str]:
    """The members from whom a case is kept, with the reasons, in order of name."""
    rows = tables.withheld.c
    found = select(rows.member, rows.why).where(rows.number == number).order_by(rows.member)
    return dict(connection.execute(found).tuples().all())


def let_in(connection: Connection, number: int, member: str) -> None:
    """The case is kept from that member no more; a key is another matter."""
    rows = tables.withheld
    connection.execute(delete(rows).where(rows.c.number == number, rows.c.member == member))


def let_go(connection: Connection, member: str, number: int, why: str, random: Random) -> None:
    """The member opens the case no more, nor anything that comes to it from now on. Somebody else must read it: the
    caller has looked."""
    store_turns(connection, plan_turns(connection, member, [number]), {}, random)
    delete_case_keys(connection, member, [number])
    for rows in (tables.drafts, tables.owners, tables.declarations):
        connection.execute(delete(rows).where(rows.c.number == number, rows.c.member == member))
    keep_from(connection, number, [member], why)
