# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether a member sees pictures of files blurred and grey until they ask for each: what is looked at all day may be
abuse, and nobody is to meet it unprepared."""

from sqlalchemy import Connection, select, update

from journalist_ui.vault import audit, tables

_rows = tables.members


def wants_welfare(connection: Connection, member: str) -> bool:
    """Unless the member has said otherwise."""
    return bool(connection.execute(select(_rows.c.welfare).where(_rows.c.name == member)).scalar())


def set_welfare(connection: Connection, member: str, wanted: bool, day: int) -> None:
    """From now on, on a ``day`` of unix time."""
    connection.execute(update(_rows).where(_rows.c.name == member).values(welfare=wanted))
    audit.record(connection, day, member, "welfare on" if wanted else "welfare off")
