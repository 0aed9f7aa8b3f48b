# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether lists show a member the beginnings of reports: some sit where others see the screen, some read of abuse all
day and choose when to."""

from sqlalchemy import Connection, select, update

from journalist_ui.vault import audit, tables

_rows = tables.members


def wants_excerpts(connection: Connection, member: str) -> bool:
    """Unless the member has said otherwise."""
    return bool(connection.execute(select(_rows.c.excerpts).where(_rows.c.name == member)).scalar())


def set_excerpts(connection: Connection, member: str, wanted: bool, day: int) -> None:
    """From now on, on a ``day`` of unix time."""
    connection.execute(update(_rows).where(_rows.c.name == member).values(excerpts=wanted))
    audit.record(connection, day, member, "excerpts on" if wanted else "excerpts off")
