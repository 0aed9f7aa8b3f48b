# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bringing a vault of an earlier release to this one's schema: forward only, all of it or nothing."""

from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from journalist_ui.refusals import VaultUnusable

from .database import Vault
from .revision import NEEDED, found_revision, has_revision

_MIGRATIONS = Path(__file__).parent / "migrations"
FAILED = (
    "The vault could not be brought up to date ({error}); it is as it was. Keep its backup and tell the maintainers."
)


def is_current(vault: Vault) -> bool:
    """Whether this release works on the vault as it is."""
    with vault.reading() as connection:
        return found_revision(connection) == NEEDED


def migrate(vault: Vault, day: int) -> None:
    """Run what the vault lacks, in one transaction. ``day`` counts days of unix time, for the audit log. The caller has
    made a backup. Raises VaultUnusable."""
    # Loaded only here: a vault of this release needs none of it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    try:
        with vault.writing() as connection:
            config.attributes.update(connection=connection, day=day)
            if not has_revision(connection):
                command.stamp(config, found_revision(connection))
            command.upgrade(config, "head")
    except SQLAlchemyError as error:
        raise VaultUnusable(FAILED.format(error=type(error).__name__)) from None
    vault.truncate_wal()
