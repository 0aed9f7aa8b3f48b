# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every writing operation stands on: which periods take nothing more, and rows that are there already."""

from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert

from .tables import COUNTERS, SEALED


def insert_new(connection: Connection, table: Any) -> Insert:
    """An insert that passes over rows whose key is taken."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing()
    return postgresql.insert(table).on_conflict_do_nothing()


def sealed_through(connection: Connection, *, shared: bool = False, exclusive: bool = False) -> int:
    """The last sealed period, -1 in a new store. The locks, on PostgreSQL, keep it until the transaction ends."""
    statement = select(COUNTERS.c.value).where(COUNTERS.c.name == SEALED)
    if shared or exclusive:
        statement = statement.with_for_update(read=not exclusive)
    found: int | None = connection.execute(statement).scalar()
    return -1 if found is None else found
