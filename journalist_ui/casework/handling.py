# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is done with a case beside reading and writing, for all members."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select, update

from journalist_ui.refusals import BadInput
from journalist_ui.vault import audit, tables
from journalist_ui.vault.counters import CLOSED, JUNK

from .cases import OpenedCase

SHELVES = ("", JUNK, CLOSED)


def set_urgent(connection: Connection, case: OpenedCase, urgent: bool, day: int) -> None:
    """Somebody is at risk, or is no more."""
    _set(connection, case, day, "urgent" if urgent else "not urgent", urgent=urgent)


def shelve(connection: Connection, case: OpenedCase, shelf: str, day: int) -> bytes:
    """Put it there; to junk also where it is there already: then its days begin anew. Nothing is posted to a case that
    is there. Returns P_pk of its source. Raises BadInput."""
    if shelf not in SHELVES:
        raise BadInput("A case is put to the inbox, to junk, or to closed.")
    _set(connection, case, day, f"put to {shelf or 'the inbox'}", shelf=shelf)
    rows, sources = tables.junked, tables.conversations
    connection.execute(delete(rows).where(rows.c.number == case.number))
    if shelf == JUNK:
        connection.execute(insert(rows).values(number=case.number, day=day))
    this = update(sources).where(sources.c.pseudonym == case.row.pseudonym)
    connection.execute(this.values(set_aside=shelf == JUNK))
    return case.row.pseudonym


def mute(connection: Connection, case: OpenedCase, muted: bool, day: int) -> None:
    """Whether it counts where the desk says that something waits."""
    _set(connection, case, day, "mute" if muted else "unmute", muted=muted)


def _set(connection: Connection, case: OpenedCase, day: int, act: str, **values: str | bool) -> None:
    connection.execute(update(tables.cases).where(tables.cases.c.number == case.number).values(**values))
    audit.record(connection, day, case.reader, act, case=case.number)


def assign(connection: Connection, case: OpenedCase, owners: Sequence[str], day: int) -> tuple[str, ...]:
    """It is the case of exactly these, in order of name. Raises BadInput where one cannot open it."""
    rows, keys = tables.owners, tables.case_keys.c
    names = tuple(sorted(set(owners)))
    open_to = set(connection.execute(select(keys.member).where(keys.number == case.number)).scalars())
    if not open_to.issuperset(names):
        raise BadInput("A case is assigned to members who can open it. Share it first.")
    connection.execute(delete(rows).where(rows.c.number == case.number))
    if names:
        connection.execute(insert(rows), [{"number": case.number, "member": name} for name in names])
    audit.record(connection, day, case.reader, "assign", ", ".join(names) or "nobody", case=case.number)
    return names
