# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-admin directory show``: the list that the server shows, in the six lines, and as a file for the roots."""

import asyncio
import time
from pathlib import Path

import click

from dropbox.command_line.lost import show_lost
from dropbox.command_line.output import say_written
from dropbox.forces import force_names
from dropbox.local.whole_file import write_whole
from dropbox.protocol.armour import DIRECTORY, armour
from dropbox.protocol.directory import Directory, UntrustedDirectory
from dropbox.server.config import ServerConfig, load_config
from dropbox.server.store.sql import open_store
from dropbox.shown.six_lines import six_lines

from .published import published


async def _newest(config: ServerConfig) -> tuple[UntrustedDirectory, Directory]:
    store = open_store(config.database)
    try:
        found = await published(store)
    finally:
        await store.close_store()
    if found is None:
        raise click.ClickException("no list is published yet; `dropbox-admin directory publish` does that")
    return found


def _write(out: Path, listing: UntrustedDirectory) -> None:
    if out.exists():
        raise click.ClickException(f"{out} is there already: choose another name, or move it away first")
    try:
        write_whole(out, armour(DIRECTORY, listing.encode()), 0o644)
    except OSError as error:
        raise click.ClickException(f"{out}: {error.strerror}; check the folder") from None
    say_written(f"written to {out}; hold the next list against it with `--since` at the roots", out)


@click.command("show", epilog="Example:  dropbox-admin directory show --config /etc/dropbox/server.toml")
@click.option("--config", required=True, type=click.Path(dir_okay=False, path_type=Path), help="server.toml")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write it to this file, for the roots.")
def show(config: Path, out: Path | None) -> None:
    """Say what the published list of units says, in the six lines that the roots and `publish` show too."""
    listing, directory = asyncio.run(_newest(load_config(config)))
    said = six_lines(listing, directory, force_names(), time.time(), None)
    click.echo("\n".join(said.lines))
    show_lost(said.lost)
    if out is not None:
        _write(out, listing)
