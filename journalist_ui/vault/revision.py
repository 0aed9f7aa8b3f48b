# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which schema a vault has, and which one this release works on."""

from sqlalchemy import Connection, inspect, select, text

from journalist_ui.refusals import VaultUnusable

from . import tables

OLDEST, NEEDED = "0002", "0023"
"""The revisions at which migrations begin and which this release works on; a test holds the newest script to it."""
NEWER = (
    "This vault was made by a newer release (schema {found}; this one reads {needed}). Use that release or a newer one."
)
OLDER = "This vault is of schema {found}, older than any that can be brought up to date ({oldest}). Keep it."


def has_revision(connection: Connection) -> bool:
    """Whether migrations have a mark of their own in this vault."""
    return inspect(connection).has_table(tables.alembic_version.name)


def found_revision(connection: Connection) -> str:
    """The revision of a vault: of the first releases, which kept a number of their own, as four digits."""
    if has_revision(connection):
        return str(connection.execute(select(tables.alembic_version.c.version_num)).scalar())
    schema = connection.execute(text("SELECT value FROM meta WHERE name = 'schema'")).scalar()
    return f"{int(schema or 0):04d}"


def check_revision(connection: Connection) -> str:
    """The revision, one that this release reads or can bring up to date. Raises VaultUnusable."""
    found = found_revision(connection)
    if found > NEEDED:
        raise VaultUnusable(NEWER.format(found=found, needed=NEEDED))
    if found < OLDEST:
        raise VaultUnusable(OLDER.format(found=found, oldest=OLDEST))
    return found
