# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-admin status``: counts, without content."""

import asyncio
import json
import shutil
from pathlib import Path

import click

from dropbox.server.config import ServerConfig, load_config
from dropbox.server.store.sql import open_store

from .refusal import in_one_line


async def count(config: ServerConfig) -> dict[str, int | None]:
    """How many of what the server keeps."""
    store = open_store(config.database)
    try:
        return {
            "directory_version": await store.newest_directory_version(),
            "newest_closed_period": await store.newest_closed(),
            "oldest_closed_period": await store.oldest_closed(),
            **await store.counts(),
            "disk_free": shutil.disk_usage(config.data_dir).free,
            "disk_reserve": config.disk_reserve,
        }
    finally:
        await store.close_store()


@click.command(epilog="Example:  dropbox-admin status --config /var/lib/dropbox/server.toml --json")
@click.option("--config", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
@in_one_line
def status(config: Path, as_json: bool) -> None:
    """How much is kept: counts and sizes, never content."""
    counts = asyncio.run(count(load_config(config)))
    if as_json:
        click.echo(json.dumps(counts))
        return
    for name, value in counts.items():
        click.echo(f"{name.replace('_', ' '):30} {'none yet' if value is None else value}")
