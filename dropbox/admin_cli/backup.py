# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-admin backup``: keep what is closed, once a period, and a standby copy of what is open."""

import asyncio
import json
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import click

from dropbox.command_line.output import say_done
from dropbox.server.config import ServerConfig, load_config, parse_recipient
from dropbox.server.store.sql import SqlStore, open_store
from dropbox.shown.days import DAY, day_of

from .alone import nobody_serves
from .backups import age, folder
from .backups.archive import pack
from .backups.gather import Spans, gather_closed, gather_standby
from .backups.refused import BackupRefused
from .published import EarlierList, published

_TRIES = 5
_HOUR = 3_600
NOWHERE = (
    "server.toml names no folder for backups, or nobody to whom they are sealed: set `backup` and `backup_recipient`, "
    "or say --to and --recipient"
)
SAME_DISK = "LOOK: the backups lie on the service's own disk, and are lost with it: mount another one"
BUSY = "periods close faster than they can be kept: try again, and see to the backups' disk"


@dataclass(frozen=True)
class Written:
    """What a run did. ``backup`` is "" where the newest closed period was kept already; ``day`` is that period's."""

    backup: str
    day: str
    standby: str
    bytes: int
    same_disk: bool


@dataclass(frozen=True)
class Place:
    """Where backups go, and to whom they are sealed."""

    folder: Path
    recipient: str
    keep: int


def place_of(config: ServerConfig) -> Place:
    """Raises BackupRefused."""
    if config.backup is None or not config.backup_recipient:
        raise BackupRefused(NOWHERE)
    try:
        age.check_recipient(config.backup_recipient)
    except ValueError:
        raise BackupRefused("that is no age recipient: copy the line that begins with age1 once more") from None
    data = config.data_dir.resolve()
    if config.backup.resolve() in (data, *data.parents) or data in config.backup.resolve().parents:
        raise BackupRefused(f"{config.backup} holds the service's own data, or lies in it: name another folder")
    return Place(config.backup, config.backup_recipient, config.keep_backups)


async def _spans(store: SqlStore) -> Spans:
    """By the published list; of one of an earlier form, which is not read here, those of production."""
    try:
        found = await published(store)
    except EarlierList:
        found = None
    return Spans(found[1].policy.period, found[1].policy.collect) if found else Spans(DAY, _HOUR)


async def _keep_closed(config: ServerConfig, store: SqlStore, place: Place, again: bool) -> tuple[int, str, int]:
    """The newest closed period, which is kept now; the file that was written for it, and its size."""
    gathered = await gather_closed(config, store, await _spans(store))
    about = gathered.about
    name = folder.backup_name(about.newest_closed, about.period, about.list_version)
    try:
        if not again and (place.folder / name).exists():
            return about.newest_closed, "", 0
        stamp = about.newest_closed * about.period
        pieces = pack(about, gathered.items)
        size = await asyncio.to_thread(folder.write_sealed, place.folder / name, pieces, place.recipient, stamp)
    finally:
        gathered.close()
    folder.let_go(place.folder, place.keep)
    return about.newest_closed, name, size


async def _keep_open(
    config: ServerConfig, store: SqlStore, place: Place, kept: int, now: float, stopped: bool
) -> int | None:
    """Replace the standby copy; its size. None where a period closed meanwhile, of which there is no backup yet: the
    copy of that one stays until there is."""
    stopped = stopped or await nobody_serves(config)
    gathered = await gather_standby(config, store, await _spans(store), now, stopped=stopped)
    if gathered is None or gathered.about.newest_closed != kept:
        return None
    about = gathered.about
    try:
        pieces = pack(about, gathered.items)
        return await asyncio.to_thread(folder.replace_standby, place.folder, pieces, place.recipient, about.shown)
    except KeyError:
        # What waited was closed while it was read.
        return None
    finally:
        gathered.close()


async def write_backups(config: ServerConfig, now: float, *, again: bool = False, stopped: bool = False) -> Written:
    """Both. ``again``: also where the newest closed period is kept already. ``stopped``: the caller keeps every server
    from running. Raises BackupRefused, ConfigRefused."""
    place = place_of(config)
    store = open_store(config.database)
    try:
        with folder.held(place.folder):
            folder.settle_standby(place.folder)
            names, total = "", 0
            for _ in range(_TRIES):
                kept, name, size = await _keep_closed(config, store, place, again and not names)
                names, total = name or names, total + size
                standby = await _keep_open(config, store, place, kept, now, stopped)
                if standby is not None:
                    spans = await _spans(store)
                    same = folder.same_disk(place.folder, config.data_dir)
                    return Written(names, day_of(kept, spans.period), folder.STANDBY, total + standby, same)
    finally:
        await store.close_store()
    raise BackupRefused(BUSY)


def chosen(config: ServerConfig, to: Path | None, recipient: str | None) -> ServerConfig:
    """The settings, with what was said in their place. Raises ConfigRefused."""
    if to is not None:
        config = replace(config, backup=to.absolute())
    return config if recipient is None else replace(config, backup_recipient=parse_recipient(recipient))


@click.command(epilog="Example:  dropbox-admin backup --config /etc/dropbox/server.toml")
@click.option("--config", required=True, type=click.Path(dir_okay=False, path_type=Path), help="server.toml")
@click.option("--to", type=click.Path(file_okay=False, path_type=Path), help="A folder, in place of `backup`.")
@click.option("--recipient", help="An age recipient (age1…), in place of `backup_recipient`.")
@click.option("--again", is_flag=True, help="Also where the newest closed period is kept already.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
def backup(config: Path, to: Path | None, recipient: str | None, again: bool, as_json: bool) -> None:
    """Keep what is closed, sealed to the backup key, and replace the standby copy of what is open. A timer runs this
    each hour, beside the running server."""
    settings = chosen(load_config(config), to, recipient)
    written = asyncio.run(write_backups(settings, time.time(), again=again))
    if as_json:
        say_done(json.dumps(asdict(written)))
        return
    kept = f"wrote {written.backup}" if written.backup else f"the day {written.day} is kept already"
    lines = [kept, f"the standby copy of what came since is replaced ({written.standby})"]
    say_done("\n".join([*lines, *([SAME_DISK] if written.same_disk else [])]))
