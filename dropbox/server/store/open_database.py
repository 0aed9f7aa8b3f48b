# SPDX-License-Identifier: AGPL-3.0-or-later
"""The database at a URL."""

from .database import Database
from .sqlite import SqliteDatabase


def open_database(url: str) -> Database:
    """``sqlite:///…`` or ``postgresql+asyncpg://…``."""
    if url.startswith("sqlite:"):
        return SqliteDatabase(url)
    # Loaded when needed: its drivers take 8 MB, and most servers run on SQLite.
    from .postgres import PostgresDatabase

    return PostgresDatabase(url)
