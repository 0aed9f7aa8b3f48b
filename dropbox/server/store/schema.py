# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bring a database to this release's schema, or see whether it is there."""

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from .engines import open_database

_MIGRATIONS = Path(__file__).parent / "migrations"


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def newest_revision() -> str:
    """The revision that this release needs."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def _found_revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: Connection) -> None:
    command.upgrade(_config(connection), "head")


async def found_revision(url: str) -> str | None:
    """The revision of a database; None when it is empty."""
    database = open_database(url)
    try:
        return await database.read(_found_revision)
    finally:
        await database.dispose()


async def _run_upgrade(url: str) -> None:
    database = open_database(url)
    try:
        await database.write(_upgrade)
    finally:
        await database.dispose()


def upgrade(url: str) -> None:
    """Run every migration that the database lacks."""
    asyncio.run(_run_upgrade(url))
