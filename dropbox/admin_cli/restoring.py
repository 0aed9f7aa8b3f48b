# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a service is put back from its backups: what is refused, in which order it is written, what is lost."""

import asyncio
import re
import shutil
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from dropbox.local.whole_file import write_whole
from dropbox.protocol.anchors import SignedAnchor
from dropbox.protocol.armour import ANCHOR, armour
from dropbox.protocol.inert import inert_line
from dropbox.server.config import ConfigRefused, ServerConfig, load_config, parse_config, parse_database, parse_listen
from dropbox.server.ports import BLOBS, BOARD, SEGMENTS
from dropbox.server.publishing.lived_periods import LONGEST_STOP
from dropbox.server.store import put_back
from dropbox.server.store.local_objects import LocalObjects
from dropbox.server.store.put_back import half_restored, is_used
from dropbox.server.store.revision import NEEDED, found_revision
from dropbox.server.store.schema import upgrade
from dropbox.server.store.sql import open_store
from dropbox.shown.days import DAY, day_of, day_of_time

from .backups import age, folder
from .backups.archive import CLOSED, STANDBY
from .backups.putting_back import Restored
from .backups.reading import Nowhere, Summary, take_in
from .backups.refused import BackupRefused

_OURS = re.compile(rf"({'|'.join((SEGMENTS, BLOBS, BOARD))}|told\.json|server\.sqlite(-wal|-shm|-journal)?|\.new-.*)\Z")
DATA, HALF = "data", "data.restoring"
"""The folder of data under that of the service, and what it is called until all of it is there."""


@dataclass(frozen=True)
class Source:
    """What is opened: a backup, the standby copy that goes with it if there is one, and what with."""

    backup: Path
    standby: Path | None
    identity: age.Identity
    anchor: SignedAnchor


@dataclass(frozen=True)
class Outcome:
    """What came back. ``lost``: a sentence about what did not."""

    closed: Summary
    standby: Summary | None
    lost: str


def newest_of(where: Path) -> Path:
    """Raises BackupRefused."""
    found = folder.backups(where)
    if not found:
        raise BackupRefused(f"{where} holds no backup: is its disk mounted, and is it the right folder?")
    return found[-1].path


def refuse_old(summary: Summary, present: float, although_old: bool) -> None:
    """Raises BackupRefused unless it is of these days, or somebody says that there is none newer."""
    about = summary.about
    days = (present - about.open_period * about.period) / DAY
    if days < -1:
        raise BackupRefused(
            f"it is of {_day(summary)}, and this machine says {day_of_time(present)}: set the clock, then try again"
        )
    if days * DAY > max(LONGEST_STOP, 2 * about.period) and not although_old:
        raise BackupRefused(
            f"it is {int(days)} days old, and what came since is not in it: take a newer one, or say --although-old "
            "where there is none"
        )


def _day(summary: Summary) -> str:
    return day_of(summary.about.newest_closed, summary.about.period)


def refuse_version(summary: Summary) -> None:
    """Raises BackupRefused for what a later release wrote."""
    if summary.about.schema > NEEDED:
        raise BackupRefused(
            f"a later release wrote it (schema {summary.about.schema}, this one has {NEEDED}): install that release, "
            "and restore with it"
        )


async def look(source: Source) -> tuple[Summary, Summary | None]:
    """Read both to the end, and write nothing. Raises BackupRefused."""
    pinned = source.anchor.anchor
    closed = await take_in(source.backup, source.identity, CLOSED, pinned, Nowhere())
    refuse_version(closed)
    standby = None
    if source.standby is not None:
        standby = await take_in(source.standby, source.identity, STANDBY, pinned, Nowhere())
    return closed, standby


def fits(closed: Summary, standby: Summary | None) -> Summary | None:
    """The standby copy, where it goes on from that backup."""
    return standby if standby and standby.about.newest_closed == closed.about.newest_closed else None


def what_is_lost(closed: Summary, standby: Summary | None) -> str:
    """In a sentence."""
    about = closed.about
    since = day_of(about.open_period, about.period)
    if standby is None:
        return (
            f"lost: every report, file and batch that came from {since} on. Whoever sent one was told that it is "
            "stored; it is never marked as collected, and they can send it again"
        )
    moment = day_of_time(standby.about.shown)
    clock = f"{standby.about.shown % DAY // 3_600:02}:{standby.about.shown % 3_600 // 60:02}"
    return (
        f"lost: what came after {moment} {clock} UTC, up to the loss. Whoever sent it was told that it is stored; it "
        "is never marked as collected, and they can send it again"
    )


class _Stands(Enum):
    """What is at the place of a database."""

    NOTHING, EMPTY, HALF, USED = range(4)


async def _stands(url: str) -> _Stands:
    found = await found_revision(url)
    if found != NEEDED:
        return _Stands.EMPTY if found is None else _Stands.USED
    store = open_store(url)
    try:
        if await store.database.read(half_restored):
            return _Stands.HALF
        return _Stands.USED if await store.database.read(is_used) else _Stands.EMPTY
    finally:
        await store.close_store()


def refuse_used(config: ServerConfig) -> None:
    """What a restore was cut short over may go, and what an empty service has. Raises BackupRefused when anything else
    is there."""
    file = Path(config.database.removeprefix("sqlite:///")) if config.database.startswith("sqlite:") else None
    stands = _Stands.NOTHING if file and not file.exists() else asyncio.run(_stands(config.database))
    if stands is _Stands.USED:
        raise BackupRefused(
            "there is a database in use already: move it away first if it is to be given up, or restore elsewhere"
        )
    found = {one.name for one in config.data_dir.iterdir()} if config.data_dir.is_dir() else set()
    strange = sorted(name for name in found if not _OURS.match(name))
    if strange:
        raise BackupRefused(
            f"{config.data_dir} goes with a restore, and holds what is not the server's: move {inert_line(strange[0])} "
            "away first"
        )
    if stands is not _Stands.HALF and any(config.data_dir.rglob("*.bin")):
        raise BackupRefused(f"{config.data_dir} holds a service's files: move it away first, or restore elsewhere")


def _settings(closed: Summary, home: Path, database: str | None, listen: str | None) -> ServerConfig:
    """Those of the backup, at their new places. Raises BackupRefused, ConfigRefused."""
    try:
        kept = parse_config(closed.settings["server.toml"].decode())
    except (ConfigRefused, UnicodeDecodeError) as error:
        raise BackupRefused(f"the settings in it cannot be used: {error}") from None
    url = parse_database(database) if database else kept.database
    if url.startswith("sqlite:"):
        url = f"sqlite:///{home / DATA / 'server.sqlite'}" if not database else url
    files = {name: home / f"{name}.toml" for name in ("brand", "support") if f"{name}.toml" in closed.settings}
    return replace(
        kept,
        # A program of a machine that is gone, named by a file that nobody signed.
        alarm=(),
        listen=parse_listen(listen) if listen else kept.listen,
        database=url,
        data_dir=home / DATA,
        anchor=home / "anchor.txt",
        brand=files.get("brand"),
        support=files.get("support"),
    )


def restore_into(
    source: Source,
    home: Path,
    path: Path,
    now: float,
    *,
    database: str | None = None,
    listen: str | None = None,
    although_old: bool = False,
) -> Outcome:
    """A service in the folder ``home``, with its settings at ``path``; settings that are there stay. Run again after an
    end in between, it begins anew. Raises BackupRefused, ConfigRefused."""
    closed, standby = asyncio.run(look(source))
    refuse_old(closed, now, although_old)
    standby = fits(closed, standby)
    config = load_config(path) if path.exists() else _settings(closed, home, database, listen)
    refuse_used(config)
    half = config.data_dir.with_name(HALF)
    shutil.rmtree(half, ignore_errors=True)
    for one in (half, half / "segments", half / "blobs", half / "board"):
        one.mkdir(mode=0o700, parents=True)
    url = config.database.replace(str(config.data_dir), str(half))
    upgrade(url)
    asyncio.run(_fill(source, url, half, standby is not None))
    if not path.exists():
        _write_settings(closed, source.anchor, config, path)
    if config.data_dir.exists():
        shutil.rmtree(config.data_dir)
    half.rename(config.data_dir)
    age.sync_folder(config.data_dir.parent)
    # Only now does a server start on it.
    asyncio.run(_finish(closed, config.database, int(now // closed.about.period)))
    return Outcome(closed, standby, what_is_lost(closed, standby))


async def _fill(source: Source, url: str, half: Path, with_standby: bool) -> None:
    store = open_store(url)
    pinned = source.anchor.anchor
    try:
        sink = Restored(store, LocalObjects(half))
        await take_in(source.backup, source.identity, CLOSED, pinned, sink)
        if with_standby and source.standby is not None:
            await take_in(source.standby, source.identity, STANDBY, pinned, sink)
    finally:
        await store.close_store()


async def _finish(closed: Summary, url: str, present: int) -> None:
    """``present``: the period by this machine's clock, up to which a unit's batch may be lost."""
    store, about = open_store(url), closed.about
    try:
        await store.database.write(put_back.finish, about.newest_closed, about.skips, max(present, about.open_period))
        await store.scrub()
    finally:
        await store.close_store()


def _write_settings(closed: Summary, anchor: SignedAnchor, config: ServerConfig, path: Path) -> None:
    """The settings last of these."""
    write_whole(config.anchor, armour(ANCHOR, anchor.encode()))
    for name, target in (("brand.toml", config.brand), ("support.toml", config.support)):
        if target is not None:
            write_whole(target, closed.settings[name])
    write_whole(path, config.encode().encode())
