# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-admin status``: counts, without content."""

import asyncio
import json
import shutil
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from dropbox.protocol.directory import Directory, UntrustedDirectory
from dropbox.protocol.policy import Policy
from dropbox.server.config import ServerConfig, load_config
from dropbox.server.store.sql import SqlStore, open_store
from dropbox.shown.days import DAY, day_of
from dropbox.shown.signed_list import ending, seconds_left, span

from .published import EarlierList, published

Counts = dict[str, int | bool | None]


@dataclass(frozen=True)
class Newest:
    """A unit's newest batch: what `dropbox-keys unit retire` asks for. None before the first."""

    slug: str
    last_period: int | None = None
    last_hash: str | None = None


async def _units(store: SqlStore, directory: Directory) -> list[Newest]:
    found = []
    for unit in directory.on_board():
        newest = await store.newest_batches(unit.unit_id, 1)
        found.append(Newest(unit.slug, newest[0].period, newest[0].hash.hex()) if newest else Newest(unit.slug))
    return found


@dataclass(frozen=True)
class Holds:
    """How long the published list holds: its last period, whole days left, the same in words, and seconds a period."""

    expires: int | None = None
    days_left: int | None = None
    words: str = "none is published yet"
    period: int = DAY


def _holds(listing: UntrustedDirectory, policy: Policy, now: float) -> Holds:
    period = policy.period
    left = int(seconds_left(listing, period, now) // DAY)
    end = ending(listing.head.head, policy, now)
    said = f"; {end.text}: have the roots sign it anew" if end else ""
    return Holds(listing.head.head.expires, left, span(listing, period, now) + said, period)


async def _listed(store: SqlStore, now: float) -> tuple[Holds, list[Newest]]:
    try:
        found = await published(store)
    except EarlierList as error:
        return Holds(words=error.message), []
    if found is None:
        return Holds(), []
    listing, directory = found
    return _holds(listing, directory.policy, now), await _units(store, directory)


async def look(config: ServerConfig, now: float) -> tuple[Counts, Holds, list[Newest]]:
    """How many of what the server keeps, how long the list holds, and the units' newest batches."""
    store = open_store(config.database)
    try:
        holds, units = await _listed(store, now)
        counts: Counts = {
            "directory_version": await store.newest_directory_version(),
            "directory_expires": holds.expires,
            "directory_days_left": holds.days_left,
            "newest_closed_period": await store.newest_closed(),
            "oldest_closed_period": await store.oldest_closed(),
            **await store.counts(),
            "fullest_segment": await store.fullest(),
            "flooded": await store.flooded(),
            "disk_free": shutil.disk_usage(config.data_dir).free,
            "disk_reserve": config.disk_reserve,
        }
        return counts, holds, units
    finally:
        await store.close_store()


@click.command(epilog="Example:  dropbox-admin status --config /etc/dropbox/server.toml --json")
@click.option("--config", required=True, type=click.Path(dir_okay=False, path_type=Path), help="server.toml")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def status(config: Path, as_json: bool) -> None:
    """How much is kept, and each unit's newest batch: counts, sizes and hashes, never content."""
    counts, holds, units = asyncio.run(look(load_config(config), time.time()))
    if as_json:
        click.echo(json.dumps({**counts, "units": [asdict(unit) for unit in units]}))
        return
    click.echo(f"list of units: {holds.words}")
    for name, value in counts.items():
        shown = "none yet" if value is None else ("yes" if value else "no") if isinstance(value, bool) else value
        click.echo(f"{name.replace('_', ' '):30} {shown}")
    for unit in units:
        newest = "no batch yet"
        if unit.last_period is not None:
            newest = f"{unit.last_period} {unit.last_hash} of {day_of(unit.last_period, holds.period)}"
        click.echo(f"unit {unit.slug:25} {newest}")
