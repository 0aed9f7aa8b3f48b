# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-admin upgrade``: the database brought up to this release, behind a backup of before; never back."""

import asyncio
import time
from pathlib import Path

import click

from dropbox.command_line.output import say_done
from dropbox.server.config import ConfigRefused, ServerConfig, load_config
from dropbox.server.store.revision import NEEDED, found_revision, refuse_later
from dropbox.server.store.schema import upgrade as migrate
from dropbox.server.store.sql import open_store

from .alone import alone
from .backup import chosen, write_backups
from .backups.refused import BackupRefused
from .init import make_folders
from .published import EARLIER_LIST, ISSUE_ANEW, EarlierList, published

RUNS = "a server runs on this database: stop it first (`systemctl stop dropbox-server`), then run this again"
NO_BACKUP = (
    "nothing was changed, for no backup was written first: {why}. Name a folder and a recipient, or say "
    "--without-backup where another copy of everything is kept"
)


async def _keep(config: ServerConfig) -> str:
    """Raises BackupRefused."""
    try:
        written = await write_backups(config, time.time(), again=True, stopped=True)
    except BackupRefused as refused:
        raise BackupRefused(NO_BACKUP.format(why=refused.message)) from None
    return f"kept everything as it was: {written.backup} and {written.standby}"


async def _list_line(config: ServerConfig) -> list[str]:
    store = open_store(config.database)
    try:
        await published(store)
    except EarlierList:
        return [f"LOOK: {EARLIER_LIST}; {ISSUE_ANEW}"]
    finally:
        await store.close_store()
    return []


async def bring_up(config: ServerConfig, *, without_backup: bool) -> list[str]:
    """What was done, in lines. Raises ConfigRefused, BackupRefused."""
    found = await found_revision(config.database)
    refuse_later(found)
    if found is None:
        raise ConfigRefused("there is no database of a server here: `dropbox-admin init` makes one")
    if found == NEEDED:
        return [f"the database is of this release already (schema {NEEDED})", *await _list_line(config)]
    async with alone(config) as held:
        if not held:
            raise ConfigRefused(RUNS)
        lines = ["no backup was written, as you said"] if without_backup else [await _keep(config)]
        make_folders(config)
        await asyncio.to_thread(migrate, config.database)
    return [*lines, f"the database is brought up: schema {found} became {NEEDED}", *await _list_line(config)]


@click.command("upgrade", epilog="Example:  dropbox-admin upgrade --config /etc/dropbox/server.toml")
@click.option("--config", required=True, type=click.Path(dir_okay=False, path_type=Path), help="server.toml")
@click.option("--to", type=click.Path(file_okay=False, path_type=Path), help="A folder, in place of `backup`.")
@click.option("--recipient", help="An age recipient (age1…), in place of `backup_recipient`.")
@click.option("--without-backup", is_flag=True, help="Write none first: another copy of everything is kept.")
def upgrade(config: Path, to: Path | None, recipient: str | None, without_backup: bool) -> None:
    """Bring the database of a stopped server up to this release, behind a backup. There is no way back but that backup,
    restored with the release of before."""
    settings = chosen(load_config(config), to, recipient)
    say_done("\n".join(asyncio.run(bring_up(settings, without_backup=without_backup))))
