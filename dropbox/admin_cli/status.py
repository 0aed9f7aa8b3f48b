# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-admin status``: counts, without content."""

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import click

from dropbox.protocol.batch import read_batch
from dropbox.protocol.directory import parse_directory, parse_signed_directory
from dropbox.protocol.encoding import Reader
from dropbox.server.config import ServerConfig, load_config
from dropbox.server.store.sql import SqlStore, open_store

Counts = dict[str, int | None]


async def _units(store: SqlStore) -> list[dict[str, Any]]:
    """Each unit's newest batch: what `dropbox-keys unit retire` asks for."""
    found = []
    for body in await store.newest_directories(1):
        for unit in parse_directory(parse_signed_directory(body).body).on_board():
            newest = await store.newest_batches(unit.unit_id, 1)
            found.append(
                {
                    "slug": unit.slug,
                    "last_period": newest[0].period if newest else None,
                    "last_hash": read_batch(Reader(newest[0].body, "batch")).hash.hex() if newest else None,
                }
            )
    return found


async def look(config: ServerConfig) -> tuple[Counts, list[dict[str, Any]]]:
    """How many of what the server keeps, and the units' newest batches."""
    store = open_store(config.database)
    try:
        counts: Counts = {
            "directory_version": await store.newest_directory_version(),
            "newest_closed_period": await store.newest_closed(),
            "oldest_closed_period": await store.oldest_closed(),
            **await store.counts(),
            "disk_free": shutil.disk_usage(config.data_dir).free,
            "disk_reserve": config.disk_reserve,
        }
        return counts, await _units(store)
    finally:
        await store.close_store()


@click.command(epilog="Example:  dropbox-admin status --config /var/lib/dropbox/server.toml --json")
@click.option("--config", required=True, type=click.Path(dir_okay=False, path_type=Path), help="server.toml")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def status(config: Path, as_json: bool) -> None:
    """How much is kept, and each unit's newest batch: counts, sizes and hashes, never content."""
    counts, units = asyncio.run(look(load_config(config)))
    if as_json:
        click.echo(json.dumps({**counts, "units": units}))
        return
    for name, value in counts.items():
        click.echo(f"{name.replace('_', ' '):30} {'none yet' if value is None else value}")
    for unit in units:
        newest = f"{unit['last_period']} {unit['last_hash']}" if unit["last_hash"] else "no batch yet"
        click.echo(f"unit {unit['slug']:25} {newest}")
