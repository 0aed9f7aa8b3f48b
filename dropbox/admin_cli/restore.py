# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-admin restore`` and ``verify-backup``: the server from its backups, tried, or for good."""

import asyncio
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

from dropbox.command_line.output import say_done
from dropbox.local.scratch import scratch
from dropbox.server.config import read_anchor
from dropbox.server.store.sql import open_store
from dropbox.shown.days import day_of
from dropbox.shown.signed_list import counted, joined

from .backup_key import asked
from .backups import age, folder
from .backups.reading import Summary
from .backups.refused import BackupRefused
from .init import refuse_anothers, refuse_password
from .restoring import Outcome, Source, fits, look, newest_of, restore_into, what_is_lost

_FILE = click.Path(dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)
TRY = "dropbox-try-"
UNSIGNED = (
    "LOOK: read {path}, and brand.toml and support.toml beside it: nobody signed them. A program for `alarm` is to be "
    "named again"
)
_EPILOG = """\b
Examples:
  dropbox-admin restore --from /mnt/backup --key backup.key --anchor service.anchor --dir /var/lib/dropbox \\
    --config /etc/dropbox/server.toml
  dropbox-admin restore --try --from /mnt/backup --key backup.key --anchor service.anchor
"""


@dataclass(frozen=True)
class Counts:
    """How many of what is in a backup, or in a standby copy; ``reports`` are envelopes."""

    reports: int
    blobs: int
    batches: int

    def words(self) -> str:
        return joined(
            [
                counted(self.reports, "envelope", "envelopes"),
                f"{counted(self.blobs, 'blob', 'blobs')} of files",
                counted(self.batches, "batch", "batches"),
            ]
        )


def _counts_in(summary: Summary) -> Counts:
    return Counts(summary.reports, summary.blobs, summary.batches)


@dataclass(frozen=True)
class Told:
    """What is printed of a backup. ``units`` is None where its list is of an earlier form, ``standby`` where no copy
    goes on from it."""

    file: str
    day: str
    newest_closed_period: int
    list_version: int
    units: int | None
    closed_periods: int
    kept: Counts
    standby: Counts | None
    lost: str

    def lines(self) -> list[str]:
        units = "a list of an earlier form" if self.units is None else counted(self.units, "unit", "units")
        periods = counted(self.closed_periods, "closed period", "closed periods")
        standby = f"{self.standby.words()} of the day after" if self.standby else "none that goes on from there"
        return [
            f"{self.file}, up to the end of {self.day}: list version {self.list_version} with {units}; {periods} with "
            f"{self.kept.words()}",
            f"standby copy: {standby}",
            self.lost,
        ]


def told(path: Path, closed: Summary, standby: Summary | None) -> Told:
    """As it is printed."""
    about = closed.about
    return Told(
        file=path.name,
        day=day_of(about.newest_closed, about.period),
        newest_closed_period=about.newest_closed,
        list_version=about.list_version,
        units=closed.units,
        closed_periods=len(about.closed),
        kept=_counts_in(closed),
        standby=_counts_in(standby) if standby else None,
        lost=what_is_lost(closed, standby),
    )


def source_of(where: Path, file: Path | None, key: Path, anchor: Path, without_standby: bool) -> Source:
    """Raises BackupRefused, ConfigRefused, InputRefused."""
    pinned = read_anchor(anchor)
    backup = (where / file.name if file and not file.is_absolute() and not file.exists() else file) or newest_of(where)
    if not backup.is_file():
        raise BackupRefused(f"there is no backup {backup}: check its name")
    standby = None if without_standby else folder.newest_standby(where)
    return Source(backup, standby, age.read_key(key, asked), pinned)


def _shared(command: Any) -> Any:
    """Options of both commands."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print what is in it as JSON."),
        click.option("--without-standby", is_flag=True, help="Leave the standby copy out, as where it is damaged."),
        click.option("--anchor", required=True, type=_FILE, help="The service's anchor, from the roots."),
        click.option("--key", required=True, type=_FILE, help="The backup key; its passphrase is asked for."),
        click.option("--file", type=_FILE, help="Another backup than the newest."),
        click.option("--from", "where", required=True, type=_FOLDER, help="The folder of backups."),
    ):
        command = option(command)
    return command


@click.command("verify-backup", epilog="Example:  dropbox-admin verify-backup --from /mnt/backup --key k --anchor a")
@_shared
def verify_backup(
    where: Path, file: Path | None, key: Path, anchor: Path, without_standby: bool, as_json: bool
) -> None:
    """Read a backup, the newest if none is named, and its standby copy to the end; writes nothing."""
    source = source_of(where, file, key, anchor, without_standby)
    closed, standby = asyncio.run(look(source))
    _say(source.backup, closed, fits(closed, standby), as_json, "whole: ")


def _say(path: Path, closed: Summary, standby: Summary | None, as_json: bool, head: str, look: str = "") -> None:
    found = told(path, closed, standby)
    *first, lost = found.lines()
    lines = [head + first[0], *first[1:], *([look] if look else []), lost]
    say_done(json.dumps(asdict(found)) if as_json else "\n".join(lines))


async def _counts(url: str) -> dict[str, int]:
    store = open_store(url)
    try:
        return await store.counts()
    finally:
        await store.close_store()


def _tried(source: Source, now: float, although_old: bool) -> Outcome:
    """Restored into a folder that goes again, and counted there. Raises BackupRefused."""
    with scratch(TRY) as home:
        url = f"sqlite:///{home / 'data' / 'server.sqlite'}"
        outcome = restore_into(
            source, home, home / "server.toml", now, database=url, listen="127.0.0.1:0", although_old=although_old
        )
        counts = asyncio.run(_counts(url))
    waiting = outcome.standby.reports if outcome.standby else 0
    stored = (counts["envelopes_in_closed_segments"], counts["envelopes_waiting"])
    if stored != (outcome.closed.reports, waiting):
        raise BackupRefused("what was restored is not what was read: see to the disk, and try again")
    return outcome


@click.command("restore", epilog=_EPILOG)
@_shared
@click.option("--dir", "home", type=_FOLDER, help="The service's folder, as for `init`.")
@click.option("--config", "path", type=_FILE, help="Where the settings are written; those that are there stay.")
@click.option("--database", help="A URL, in place of the one in the backup's settings.")
@click.option("--listen", help="In place of the one in the backup's settings.")
@click.option("--although-old", is_flag=True, help="Take a backup of more than three days: there is no newer one.")
@click.option("--try", "tried", is_flag=True, help="Restore into a folder that goes again, and say what came back.")
def restore(
    where: Path,
    file: Path | None,
    key: Path,
    anchor: Path,
    without_standby: bool,
    as_json: bool,
    home: Path | None,
    path: Path | None,
    database: str | None,
    listen: str | None,
    although_old: bool,
    tried: bool,
) -> None:
    """Make the service again from its newest backup and standby copy, and say what is lost."""
    if not tried and home is None:
        raise click.UsageError("say where with --dir, or --try to try it")
    refuse_password(database)
    source = source_of(where, file, key, anchor, without_standby)
    if tried or home is None:
        outcome = _tried(source, time.time(), although_old)
        _say(source.backup, outcome.closed, outcome.standby, as_json, "opened, and let go again: ")
        return
    home = home.resolve()
    refuse_anothers(home)
    path = path.resolve() if path else home / "server.toml"
    outcome = restore_into(source, home, path, time.time(), database=database, listen=listen, although_old=although_old)
    _say(
        source.backup,
        outcome.closed,
        outcome.standby,
        as_json,
        f"restored into {home}: ",
        UNSIGNED.format(path=path),
    )
