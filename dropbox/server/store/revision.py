# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which schema a database has, and which one this release needs."""

from sqlalchemy import Connection, inspect, text

from dropbox.server.config import ConfigRefused

from .open_database import open_database

NEEDED = "0003"
"""The newest migration; a test holds the two together."""
_TABLE = "alembic_version"


def _found(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_TABLE):
        return None
    found: str | None = connection.execute(text(f"SELECT version_num FROM {_TABLE}")).scalar()  # noqa: S608 - a constant
    return found


async def found_revision(url: str) -> str | None:
    """The revision of a database; None when it is empty."""
    database = open_database(url)
    try:
        return await database.read(_found)
    finally:
        await database.dispose()


def refuse_later(found: str | None) -> None:
    """Raises ConfigRefused for a database that a later release has brought up."""
    if found is not None and found > NEEDED:
        raise ConfigRefused(
            f"a later release has brought this database up (schema {found}; this one has {NEEDED}), and there is no "
            "way back: install that release again, or restore the backup of before with this one"
        )
