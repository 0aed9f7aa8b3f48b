# SPDX-License-Identifier: AGPL-3.0-or-later
"""Backup, verification and restore without a running desk."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dropbox.local.scratch import scratch
from journalist_ui.refusals import BackupFailed, VaultUnusable
from journalist_ui.shapes.offline import BackupVerified, RestoreTried, VaultRestored
from journalist_ui.vault.backup import (
    OLDEST,
    backup_day,
    copies_beside,
    newest_backup,
    refuse_other_file,
    restore_backup,
    restore_files,
    stored_beside,
    verify_backup,
    write_backup,
)
from journalist_ui.vault.database import VAULT_FILE

from .audit_log import offline_pen
from .desk_key import stretch_desk_key
from .engine import DAY
from .holdings_file import HoldingsFile
from .keyring import KEYRING_FILE, keyring_key
from .notice_log import iso_day
from .opening import open_desk_vault
from .settings import ANCHOR_FILE, SETTINGS_FILE, DeskSettings, kept_beside, read_settings
from .vault_lock import hold_vault

TOO_OLD = (
    "This backup is {days} days old. Members who have left since may hold a copy of it, and open it with the keys that "
    "they had. Nothing was restored: take a newer one, or say --although-old where there is none."
)
TRY = ".try-"
NO_BACKUP = 'This desk makes no backup: desk.toml says backup = "none". Name a folder there.'


def _folder(settings: DeskSettings) -> Path:
    """Raises BackupFailed when the desk was told to make none."""
    if settings.backup_folder is None:
        raise BackupFailed(NO_BACKUP)
    return settings.backup_folder


def backup_now(folder: Path, desk_passphrase: str) -> str:
    """Write a backup while no desk runs; its path. Raises DeskRefused."""
    settings = read_settings(folder)
    target = _folder(settings)
    with hold_vault(folder):
        vault = open_desk_vault(folder, settings, stretch_desk_key(desk_passphrase, settings.salt), new_disk=True)
        try:
            beside = kept_beside(folder)
            day = int(time.time() // DAY)
            keep, unit_id = settings.keep_backups, settings.unit_id
            return str(write_backup(vault, target, unit_id, keep, beside, day=day, new_disk=True))
        finally:
            vault.close()


def verify(folder: Path, desk_passphrase: str, file: Path | None) -> BackupVerified:
    """Check a backup, the newest if none is named. Raises DeskRefused."""
    settings = read_settings(folder)
    path = file or newest_backup(_folder(settings), settings.unit_id)
    refuse_other_file(path, settings.unit_id)
    present = folder / VAULT_FILE
    key = stretch_desk_key(desk_passphrase, settings.salt)
    found = verify_backup(path, key, present if present.exists() else None)
    return BackupVerified(str(path), day_of(backup_day(path, key)), **found)


def restore_vault(
    folder: Path,
    desk_passphrase: str,
    file: Path | None,
    *,
    replace: bool,
    source: Path | None = None,
    although_old: bool = False,
) -> VaultRestored:
    """Put a backup, the newest if none is named, in the vault's place. Raises DeskRefused.

    A present vault is given up only with ``replace``. ``source`` is the folder of backups when the desk's own folder is
    lost: settings and anchor are taken from there too. One of more than OLDEST days is put back only ``although_old``.
    """
    with _settings_taken(folder, source, file):
        return _restore_vault(folder, desk_passphrase, file, replace, source, although_old)


def _restore_vault(
    folder: Path, desk_passphrase: str, file: Path | None, replace: bool, source: Path | None, although_old: bool
) -> VaultRestored:
    settings = read_settings(folder)
    path = file or newest_backup(source or _folder(settings), settings.unit_id)
    refuse_other_file(path, settings.unit_id)
    with hold_vault(folder):
        if (folder / VAULT_FILE).exists() and not replace:
            raise VaultUnusable("There is a vault here. If it is to be given up for the backup, say so with --replace.")
        desk_key = stretch_desk_key(desk_passphrase, settings.salt)
        verify_backup(path, desk_key)
        made, today = _fit_to_restore(path, desk_key, although_old)
        known = HoldingsFile(folder, keyring_key(desk_key), os.urandom).read()
        restore_files(path.parent, settings.unit_id, folder)
        gone = restore_backup(path, folder, desk_key, today, offline_pen(folder, desk_key), known)
    return VaultRestored(str(path), day_of(made), (folder / KEYRING_FILE).exists(), gone)


def _fit_to_restore(path: Path, desk_key: bytes, although_old: bool) -> tuple[int, int]:
    """The day of a backup, 0 where it does not say it, and this one. Raises BackupFailed."""
    made, today = backup_day(path, desk_key), int(time.time() // DAY)
    if 0 < made < today - OLDEST and not although_old:
        raise BackupFailed(TOO_OLD.format(days=today - made))
    return made, today


def try_restore(
    folder: Path, desk_passphrase: str, file: Path | None, *, source: Path | None = None, although_old: bool = False
) -> RestoreTried:
    """Restore a backup, the newest if none is named, into a folder that goes again; a desk may run beside it. Raises
    DeskRefused."""
    with scratch(TRY, folder if folder.is_dir() else None) as home:
        present = (folder / SETTINGS_FILE).exists()
        with _settings_taken(home, None if present else source, file):
            settings = read_settings(folder if present else home)
        path = file or newest_backup(source or _folder(settings), settings.unit_id)
        refuse_other_file(path, settings.unit_id)
        desk_key = stretch_desk_key(desk_passphrase, settings.salt)
        verify_backup(path, desk_key)
        made, today = _fit_to_restore(path, desk_key, although_old)
        known = HoldingsFile(folder, keyring_key(desk_key), os.urandom).read()
        gone = restore_backup(path, home, desk_key, today, offline_pen(home, desk_key), known)
        found = verify_backup(home / VAULT_FILE, desk_key)
        files = stored_beside(path.parent, settings.unit_id)
    return RestoreTried(str(path), day_of(made), files=files, withdrawn=gone, **found)


def day_of(day: int) -> str:
    """The ISO date of a day of unix time; empty where a backup of an earlier release does not say it."""
    return iso_day(day, DAY) if day else ""


@contextmanager
def _settings_taken(folder: Path, source: Path | None, file: Path | None) -> Iterator[None]:
    """Make the desk's folder again with the copies that lie beside the backups, where it has no settings. When the
    block fails they go again: those of another desk would keep the right backup from opening. Raises BackupFailed."""
    if source is None or (folder / SETTINGS_FILE).exists():
        yield
        return
    found = {name: copies_beside(source, name, file) for name in (SETTINGS_FILE, ANCHOR_FILE)}
    if any(len(paths) != 1 for paths in found.values()):
        raise BackupFailed(
            f"{source} holds the settings of no desk, or of several. Name one of this desk's backups with --file."
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        for name, (path,) in found.items():
            shutil.copyfile(path, folder / name)
            (folder / name).chmod(0o600)
        yield
    except BaseException:
        for name in found:
            (folder / name).unlink(missing_ok=True)
        raise
