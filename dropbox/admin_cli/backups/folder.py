# SPDX-License-Identifier: AGPL-3.0-or-later
"""The folder of backups: one file for each newest closed period, and one standby copy of the open one.

No file bears a time but that of its period, and a standby copy that of the moment whose reports it holds. A standby
copy is there only until the next: its bytes are overwritten before its name goes.
"""

import fcntl
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dropbox.shown.days import day_of

from . import age
from .refused import BackupRefused

STANDBY = "standby.age"
FRESH = "standby.new"
"""The next standby copy, whole, while the one before is overwritten."""
_PART = ".part"
_BACKUP = re.compile(r"backup-([0-9]{8,10})-([0-9a-z -]+)-list-([0-9]{1,10})\.age")
_WIPED_AT_ONCE = 1 << 20


@dataclass(frozen=True, order=True)
class Found:
    """A backup by its name: the newest closed period in it, and the version of its list."""

    newest_closed: int
    list_version: int
    path: Path


def backup_name(newest_closed: int, period: int, list_version: int) -> str:
    """``period`` in seconds."""
    return f"backup-{newest_closed:08d}-{day_of(newest_closed, period)}-list-{list_version}.age"


def backups(folder: Path) -> list[Found]:
    """Those in a folder, the oldest first. Raises BackupRefused when it cannot be read."""
    try:
        named = [(_BACKUP.fullmatch(path.name), path) for path in folder.iterdir()]
    except OSError as error:
        raise BackupRefused(
            f"the backup folder {folder} cannot be read ({os.strerror(error.errno or 0)}): is its disk mounted?"
        ) from None
    return sorted(Found(int(one[1]), int(one[3]), path) for one, path in named if one)


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Be the only one that writes there. Raises BackupRefused."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise BackupRefused(
            f"the backup folder {folder} cannot be used ({os.strerror(error.errno or 0)}): mount its disk, or make it"
        ) from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise BackupRefused(f"another backup is being written into {folder}: wait for it") from None
    finally:
        os.close(handle)


def write_sealed(target: Path, pieces: Iterable[bytes], recipient: str, stamp: int) -> int:
    """A whole file in place of what has that name, on the disk when this returns; its size. What a run before was
    cut short over is overwritten. ``stamp`` (unix seconds) is the time that it shows."""
    part = target.with_name(target.name + _PART)
    wipe(part)
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
            age.seal(pieces, file, recipient)
            file.flush()
            os.utime(file.fileno(), (stamp, stamp))
            os.fsync(file.fileno())
            size = os.fstat(file.fileno()).st_size
        os.replace(part, target)
        age.sync_folder(target.parent)
    except BaseException:
        wipe(part)
        raise
    return size


def wipe(path: Path) -> None:
    """Overwrite a file, wait for the disk, and take its name away; nothing where there is none."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return
    _overwrite(handle)
    path.unlink()
    age.sync_folder(path.parent)


def _overwrite(handle: int) -> None:
    try:
        left = os.fstat(handle).st_size
        while left:
            left -= os.write(handle, bytes(min(_WIPED_AT_ONCE, left)))
        os.fsync(handle)
    finally:
        os.close(handle)


def settle_standby(folder: Path) -> None:
    """Finish what a run before was cut short over: a whole fresh copy takes the place of the one before."""
    fresh, present = folder / FRESH, folder / STANDBY
    wipe(folder / (FRESH + _PART))
    if fresh.exists():
        wipe(present)
        os.rename(fresh, present)
        age.sync_folder(folder)


def replace_standby(folder: Path, pieces: Iterable[bytes], recipient: str, stamp: int) -> int:
    """At each moment one whole copy is there, and at the end only one."""
    settle_standby(folder)
    size = write_sealed(folder / FRESH, pieces, recipient, stamp)
    settle_standby(folder)
    return size


def newest_standby(folder: Path) -> Path | None:
    """The standby copy that is whole, by its name: a fresh one first, for the other may be half overwritten."""
    return next((one for one in (folder / FRESH, folder / STANDBY) if one.exists()), None)


def let_go(folder: Path, keep: int) -> list[Path]:
    """Remove all but the newest ``keep`` backups, and what was cut short; which went."""
    gone = [one.path for one in backups(folder)[:-keep]] + sorted(folder.glob(f"backup-*{_PART}"))
    for path in gone:
        path.unlink()
    return gone


def same_disk(one: Path, other: Path) -> bool:
    """Whether both go with one disk, as far as their file systems tell."""
    return one.stat().st_dev == other.stat().st_dev
