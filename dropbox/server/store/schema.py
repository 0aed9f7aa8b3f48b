# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bring a database to this release's schema. Only the operator's commands import this: the server needs no alembic."""

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from .open_database import open_database

_MIGRATIONS = Path(__file__).parent / "migrations"


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def newest_migration() -> str:
    """The revision to which ``upgrade`` leads."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def _upgrade(connection: Connection) -> None:
    command.upgrade(_config(connection), "head")


async def _run_upgrade(url: str) -> None:
    database = open_database(url)
    try:
        await database.write(_upgrade)
    finally:
        await database.dispose()


def upgrade(url: str) -> None:
    """Run every migration that the database lacks."""
    asyncio.run(_run_upgrade(url))
