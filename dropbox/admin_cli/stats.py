# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-admin stats``: how much each closed day brought; nothing of the open one."""

import asyncio
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from dropbox.server.config import ServerConfig, load_config
from dropbox.server.store.sql import open_store
from dropbox.server.store.take_out import closed_state
from dropbox.shown.days import DAY, day_of

from .published import EarlierList, published


@dataclass(frozen=True)
class DayCount:
    """A closed period, the day on which it began, and what it brought; ``reports`` are envelopes, decoys too."""

    period: int
    day: str
    reports: int
    blobs: int


async def closed_days(config: ServerConfig) -> list[DayCount]:
    """Those that are kept, the oldest first."""
    store = open_store(config.database)
    try:
        state = await store.database.read(closed_state)
        try:
            found = await published(store)
        except EarlierList:
            found = None
    finally:
        await store.close_store()
    span = found[1].policy.period if found else DAY
    rows = state.segments if state else ()
    return [DayCount(one.period, day_of(one.period, span), one.count, one.blobs) for one in rows]


@click.command("stats", epilog="Example:  dropbox-admin stats --config /etc/dropbox/server.toml")
@click.option("--config", required=True, type=click.Path(dir_okay=False, path_type=Path), help="server.toml")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def stats(config: Path, as_json: bool) -> None:
    """How many envelopes and blobs each closed day brought. Units see these numbers too; most envelopes say nothing."""
    found = asyncio.run(closed_days(load_config(config)))
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found]))
        return
    click.echo("\n".join(f"{one.day} {one.reports:9} {one.blobs:7}" for one in found) or "no day is closed yet")
