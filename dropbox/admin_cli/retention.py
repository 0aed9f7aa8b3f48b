# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-admin retention``: remove what is older than the policy allows. It goes by what is stored, by no clock."""

import asyncio
import json
from pathlib import Path

import click

from dropbox.command_line.output import say_done
from dropbox.server.config import ServerConfig, load_config
from dropbox.server.ports import STORED, blobs_name, segment_name
from dropbox.server.publishing.lived_periods import first_kept
from dropbox.server.store.local_objects import LocalObjects
from dropbox.server.store.sql import open_store

from .published import published


async def apply_retention(config: ServerConfig) -> list[int]:
    """The periods whose segments and blobs were removed. Raises ClickException where no list of today's form is
    published."""
    store = open_store(config.database)
    try:
        found = await published(store)
        if found is None:
            raise click.ClickException("no directory is published, so there is nothing to remove")
        policy = found[1].policy
        newest = await store.newest_closed()
        kept = 0 if newest is None else first_kept(newest + 1, policy.retention, await store.skips())
        dropped = await store.drop_segments(kept)
        await store.trim_batches(STORED)
        objects = LocalObjects(config.data_dir)
        for period in dropped:
            await objects.remove(segment_name(period, closed=True))
            await objects.remove(blobs_name(period))
        return dropped
    finally:
        await store.close_store()


@click.command(epilog="Example:  dropbox-admin retention --config /etc/dropbox/server.toml")
@click.option("--config", required=True, type=click.Path(dir_okay=False, path_type=Path), help="server.toml")
@click.option("--json", "as_json", is_flag=True, help="Print the removed periods as JSON.")
def retention(config: Path, as_json: bool) -> None:
    """Remove segments and batches past their retention. A running server does it by itself at each close."""
    dropped = asyncio.run(apply_retention(load_config(config)))
    say_done(json.dumps({"removed": dropped}) if as_json else f"removed {len(dropped)} segments")
