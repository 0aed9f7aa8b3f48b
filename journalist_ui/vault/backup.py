# SPDX-License-Identifier: AGPL-3.0-or-later
"""Backups: whole copies of the vault under the same key, never the keyring. Only the newest is for restoring."""

import os
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DatabaseError

from journalist_ui.refusals import BackupFailed, BackupsGone, VaultUnusable

from . import audit, cipher, tables
from .audit_sealing import Pen
from .cipher import DriverError
from .database import VAULT_FILE, Vault, open_vault, read_meta, write_meta
from .holdings import hold_to
from .places import STORED_FILES
from .schema import is_current, migrate

_UNIT_DIGITS = 8
_STAMP = 0
"""The time that copies of files bear, as the files do."""
_BACKUP = re.compile(rf"(vault-[0-9a-f]{{{_UNIT_DIGITS}}})-[0-9]{{8}}\.db")
OLDEST = 35
"""Days after which a backup is destroyed, once there is a newer one, and is not put back: it opens to members who have
left since, and who may hold a copy of it with their keys."""
BACKUP_DAY = "backup_day"
_WRITTEN_INTO = "backup_folder"
"""The folder that the newest backup was written into."""


def _stem(unit_id: bytes) -> str:
    return f"vault-{unit_id.hex()[:_UNIT_DIGITS]}"


def _name(unit_id: bytes, number: int) -> str:
    return f"{_stem(unit_id)}-{number:08d}.db"


def _number(backup: Path) -> int:
    return int(backup.stem.rsplit("-", 1)[1])


def is_too_old(path: Path, day: int) -> bool:
    """Whether a copy was written more than OLDEST days before a ``day`` of unix time, 0 for none."""
    return 0 < int(path.stat().st_mtime // audit.DAY) < day - OLDEST


def list_backups(folder: Path, unit_id: bytes) -> list[Path]:
    """This unit's backups in the folder, oldest first. Raises BackupFailed when the folder cannot be read."""
    try:
        found = [(_BACKUP.fullmatch(path.name), path) for path in folder.iterdir()]
        return sorted(path for named, path in found if named and named[1] == _stem(unit_id))
    except OSError:
        raise BackupFailed(f"The backup folder {folder} cannot be read. Is its disk there?") from None


def write_backup(
    vault: Vault,
    folder: Path,
    unit_id: bytes,
    keep: int,
    beside: Sequence[Path] = (),
    *,
    day: int = 0,
    new_disk: bool = False,
) -> Path:
    """A new backup of a ``day`` of unix time, on the disk when this returns; only the newest ``keep`` stay. Raises
    BackupFailed, and BackupsGone unless a person has said that this is a ``new_disk``. With it go those of more than
    OLDEST days, but for the one before it.

    The files ``beside`` it are copied too, each once and not secret: settings without which it could not be opened. Of
    a folder beside it what is not there yet is copied; what is gone stays as long as a backup that may need it.
    The folder is never made here: an unmounted disk must be noticed.
    """
    if not new_disk:
        refuse_other_disk(vault, folder, unit_id)
    before = list_backups(folder, unit_id)
    with vault.writing() as connection:
        # It stands in the copy: whoever must choose one sees of which day it is.
        previous = read_meta(connection, BACKUP_DAY, "0")
        write_meta(connection, BACKUP_DAY, day)
    try:
        target = _copied(vault, folder, unit_id, before, beside)
        # The one before is left whatever the day: a clock that ran ahead once leaves two.
        for old in before:
            if old in [*before, target][:-keep] or (old != before[-1] and is_too_old(old, day)):
                old.unlink()
    except (OSError, DatabaseError, DriverError) as error:
        with vault.writing() as connection:
            write_meta(connection, BACKUP_DAY, previous)
        raise BackupFailed(
            f"The backup into {folder} failed ({type(error).__name__}). Check that its disk is there and has room."
        ) from None
    with vault.writing() as connection:
        write_meta(connection, _WRITTEN_INTO, str(folder))
    return target


def _copied(vault: Vault, folder: Path, unit_id: bytes, before: Sequence[Path], beside: Sequence[Path]) -> Path:
    """Under the number after those of ``before``, whole and on the disk. Raises OSError, DatabaseError, DriverError."""
    number = _number(before[-1]) + 1 if before else 1
    target = folder / _name(unit_id, number)
    part = target.with_suffix(".part")
    # What a backup that was cut short left behind.
    for stale in folder.glob(f"{_stem(unit_id)}-*.part"):
        stale.unlink()
    for path in beside:
        beside_it = folder / f"{_stem(unit_id)}.{path.name}"
        if path.is_dir():
            _copy_folder(path, beside_it, [_number(one) for one in before])
        else:
            _copy_beside(path, beside_it)
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    cipher.copy_into(vault.engine, part)
    sync_path(part)
    os.rename(part, target)
    sync_path(folder)
    return target


def refuse_other_disk(vault: Vault, folder: Path, unit_id: bytes) -> None:
    """A folder to mount a disk on is there without that disk too, and takes what is written. Raises BackupsGone,
    BackupFailed."""
    with vault.reading() as connection:
        known = read_meta(connection, _WRITTEN_INTO, "") == str(folder)
    if known and not list_backups(folder, unit_id):
        raise BackupsGone(
            f"{folder} holds none of the backups that this desk wrote there: its disk is not mounted, or is another. "
            "Mount it; where this is a new disk, run `dropbox-desk backup` once."
        )


def _copy_beside(path: Path, target: Path, stamp: int | None = None) -> None:
    if target.exists() and target.read_bytes() == path.read_bytes():
        return
    fresh = target.with_name(f"{target.name}.part")
    shutil.copyfile(path, fresh)
    fresh.chmod(0o600)
    if stamp is not None:
        os.utime(fresh, (stamp, stamp))
    sync_path(fresh)
    os.rename(fresh, target)


def _copy_folder(path: Path, target: Path, backups: Sequence[int]) -> None:
    """What is in it never changes, so that a name that is there is whole. What is gone gets the number of the newest of
    the ``backups`` before, and goes once all that are kept are newer: until then a restored vault may need it."""
    target.mkdir(mode=0o700, exist_ok=True)
    here = {one.name for one in path.iterdir() if not one.name.startswith(".")}
    there = {one.name for one in target.iterdir()}
    for name in sorted(here - there):
        _copy_beside(path / name, target / name, _STAMP)
    for name in there - here:
        number = name.partition(".")[2]
        if number == "part" or (number and int(number) < min(backups, default=0)):
            (target / name).unlink()
        elif not number:
            os.rename(target / name, target / f"{name}.{max(backups, default=0)}")
    os.utime(target, (_STAMP, _STAMP))
    sync_path(target)


def stored_beside(source: Path, unit_id: bytes) -> int:
    """How many files that messages brought lie beside the backups in ``source``, whole."""
    copies = source / f"{_stem(unit_id)}.{STORED_FILES}"
    return sum(not one.name.endswith(".part") for one in copies.iterdir()) if copies.is_dir() else 0


def restore_files(source: Path, unit_id: bytes, folder: Path) -> None:
    """Put the files that messages brought back into a desk's ``folder``, from beside its backups in ``source``. Those
    that are there stay. Raises OSError."""
    copies, own = source / f"{_stem(unit_id)}.{STORED_FILES}", folder / STORED_FILES
    if copies.is_dir():
        own.mkdir(mode=0o700, exist_ok=True)
        for copy in copies.iterdir():
            if not copy.name.endswith(".part"):
                _copy_beside(copy, own / copy.stem, _STAMP)


def copies_beside(folder: Path, name: str, backup: Path | None) -> list[Path]:
    """Copies of the file called ``name`` in a backup folder; only that of the desk of ``backup`` when it is given."""
    found = sorted(folder.glob(f"vault-*.{name}"))
    return [path for path in found if backup is None or backup.name.startswith(path.name.removesuffix(name)[:-1] + "-")]


def sync_path(path: Path) -> None:
    """Wait until a file's content, or a folder's names, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def try_folder(folder: Path) -> None:
    """Write a file there and take it away again: a folder that is missing, full or read-only is found before a backup
    is needed. Raises BackupFailed."""
    probe = folder / ".tried"
    try:
        probe.touch(0o600)
        probe.write_bytes(b"tried")
        sync_path(probe)
        probe.unlink()
    except OSError as error:
        raise BackupFailed(
            f"Nothing can be written into the backup folder {folder} ({os.strerror(error.errno or 0)}). Is its disk "
            "there, and does the desk's unit file allow it?"
        ) from None


def newest_backup(folder: Path, unit_id: bytes) -> Path:
    """Raises BackupFailed when there is none."""
    found = list_backups(folder, unit_id)
    if not found:
        raise BackupFailed(f"There is no backup of this desk in {folder}.")
    return found[-1]


def refuse_other_file(path: Path, unit_id: bytes) -> None:
    """Before a passphrase is blamed for it: a backup that is not there, or is another desk's by its name. Raises
    BackupFailed."""
    if not path.is_file():
        raise BackupFailed(f"There is no backup {path}. Check its name.")
    named = _BACKUP.fullmatch(path.name)
    if named and named[1] != _stem(unit_id):
        raise BackupFailed(f"{path.name} is a backup of another desk: those of this one begin with {_stem(unit_id)}.")


def verify_backup(path: Path, desk_key: bytes, present: Path | None = None) -> dict[str, int]:
    """Open a backup, check every page, structure and audit chain, and that its audit log is how the log of the
    ``present`` vault begins; how much is in it. Raises VaultUnusable."""
    vault = open_vault(path, desk_key, read_only=True)
    try:
        found = cipher.faults(vault.engine)
        if found:
            raise VaultUnusable(f"The backup {path.name} is damaged: {found[0]}. Use another, and check its disk.")
        with vault.reading() as connection:
            broken = audit.first_break(connection)
            if broken:
                raise VaultUnusable(
                    f"The audit log in {path.name} does not hold from row {broken} on. Keep it for inquiry."
                )
            if present is not None and not _begins(connection, present, desk_key):
                raise VaultUnusable(
                    f"The audit log in {path.name} is not how the desk's own log begins: one was changed or cut short, "
                    "or the vault was restored from an older backup. Keep both, and tell whoever oversees this desk."
                )
            return {
                name: connection.execute(select(func.count()).select_from(table)).scalar_one()
                for name, table in (("cases", tables.cases), ("members", tables.members), ("audit", tables.audit))
            }
    finally:
        vault.close()


def _begins(backup: Connection, present: Path, desk_key: bytes) -> bool:
    """Whether the log of a backup is how the desk's log begins: that one only grows, unless rows are taken out."""
    vault = open_vault(present, desk_key, older=True)
    try:
        with vault.reading() as later:
            return audit.is_beginning_of(backup, later)
    finally:
        vault.close()


def backup_day(path: Path, desk_key: bytes) -> int:
    """The day of unix time on which a backup was made; 0 where one of an earlier release does not say it."""
    vault = open_vault(path, desk_key, read_only=True)
    try:
        with vault.reading() as connection:
            return int(read_meta(connection, BACKUP_DAY, "0"))
    finally:
        vault.close()


def restore_backup(
    backup: Path,
    folder: Path,
    desk_key: bytes,
    day: int,
    pen: Pen | None = None,
    known: Mapping[str, tuple[int, ...]] | None = None,
) -> int:
    """Put a copy of ``backup`` in the place of the folder's vault. The caller holds the vault's lock.

    The copy is whole and opens under the desk key before it takes the name; the row that tells of it is written with
    the ``pen``. Raises VaultUnusable, BackupFailed.
    """
    fresh, present = folder / f"{VAULT_FILE}.new", folder / VAULT_FILE
    _remove(fresh)
    try:
        shutil.copyfile(backup, fresh)
        fresh.chmod(0o600)
        sync_path(fresh)
    except OSError as error:
        raise BackupFailed(
            f"The backup could not be copied ({type(error).__name__}). Check the room on the disk."
        ) from None
    vault = open_vault(fresh, desk_key, older=True)
    try:
        # The backup itself is the copy from before.
        if not is_current(vault):
            migrate(vault, day)
        vault.take_pen(pen or Pen())
        with vault.writing() as connection:
            audit.record(connection, day, "", audit.RESTORE, backup.name)
            gone = hold_to(connection, known, day) if known is not None else 0
        vault.truncate_wal()
    finally:
        vault.close()
    # The old log must never be read into the restored file.
    for ending in ("-wal", "-shm"):
        _remove(Path(f"{present}{ending}"))
        _remove(Path(f"{fresh}{ending}"))
    os.rename(fresh, present)
    sync_path(folder)
    return gone


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
