# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one door to a desk's vault: its folder is this user's alone, and its schema is brought up to date, with a backup
before."""

import time
from pathlib import Path

from dropbox.local.private import OpenToOthers, refuse_open_to_others
from journalist_ui.refusals import BackupFailed, VaultUnusable
from journalist_ui.vault import cipher
from journalist_ui.vault.backup import sync_path, write_backup
from journalist_ui.vault.database import VAULT_FILE, Vault, open_vault
from journalist_ui.vault.schema import is_current, migrate

from .holdings_file import keep_holdings
from .keyring import KEYRING_FILE, KeyringStore
from .settings import SETTINGS_FILE, DeskSettings, kept_beside

DAY = 86_400
BEFORE = "vault.before-migration.db"
"""Where the copy lies when the desk was told to make no backup."""


def refuse_shared(folder: Path) -> None:
    """Raises VaultUnusable where other users of the machine may use the desk's files."""
    try:
        refuse_open_to_others(folder, *(folder / name for name in (VAULT_FILE, KEYRING_FILE, SETTINGS_FILE)))
    except OpenToOthers as error:
        raise VaultUnusable(error.say) from None


def open_desk_vault(folder: Path, settings: DeskSettings, desk_key: bytes, *, new_disk: bool = False) -> Vault:
    """Open it for work; the caller holds the vault's lock. A vault of an earlier release is copied, then migrated;
    ``new_disk`` as in write_backup.

    Raises VaultUnusable, BackupFailed: then the vault is as it was.
    """
    refuse_shared(folder)
    vault = open_vault(folder / VAULT_FILE, desk_key, older=True)
    try:
        # Whatever copy is made of it from now on: who may open which case is known as of then.
        keep_holdings(vault, KeyringStore(folder, desk_key).holdings)
        if not is_current(vault):
            _copy_before(vault, folder, settings, new_disk)
            migrate(vault, int(time.time() // DAY))
    except BaseException:
        vault.close()
        raise
    return vault


def _copy_before(vault: Vault, folder: Path, settings: DeskSettings, new_disk: bool) -> None:
    """Into the backup folder, as any backup; without one beside the vault, in place of the copy of an earlier step."""
    if settings.backup_folder is not None:
        write_backup(
            vault,
            settings.backup_folder,
            settings.unit_id,
            settings.keep_backups,
            kept_beside(folder),
            day=int(time.time() // DAY),
            new_disk=new_disk,
        )
        return
    target, fresh = folder / BEFORE, folder / f"{BEFORE}.part"
    try:
        fresh.unlink(missing_ok=True)
        fresh.touch(0o600)
        cipher.copy_into(vault.engine, fresh)
        sync_path(fresh)
        fresh.replace(target)
        sync_path(folder)
    except (OSError, cipher.DriverError) as error:
        raise BackupFailed(
            f"The vault must be copied before it is brought up to date, and could not be ({type(error).__name__}). "
            "Check the room on the desk's disk."
        ) from None
