# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-admin status``: whether all is well, or what to do; then what is kept, as counts without content."""

import asyncio
import json
import time
from dataclasses import asdict
from pathlib import Path

import click

from dropbox.server.config import ServerConfig, load_config
from dropbox.server.store.sql import open_store
from dropbox.shown.days import day_of

from .duties import Duty, Facts, duties, standby_hour, state_of
from .looking import Holds, Newest, Seen, look_at

Counts = dict[str, int | bool | None]
_EPILOG = """\b
Exit code 0: well. 1: something is to be done soon. 2: something is to be done now.
Examples:
  dropbox-admin status --config /etc/dropbox/server.toml
  dropbox-admin status --config /etc/dropbox/server.toml --json
"""


async def look(config: ServerConfig, now: float) -> tuple[Counts, Seen]:
    """How many of what the server keeps, and all else that is said of it."""
    store = open_store(config.database)
    try:
        found = await look_at(config, store, now)
        counts: Counts = {
            "directory_version": await store.newest_directory_version(),
            "directory_expires": found.holds.expires,
            "directory_days_left": found.holds.days_left,
            "newest_closed_period": found.facts.newest_closed,
            "oldest_closed_period": await store.oldest_closed(),
            **await store.counts(),
            "fullest_segment": await store.fullest(),
            "flooded": found.facts.flooded,
            "disk_free": found.facts.disk_free,
            "disk_reserve": config.disk_reserve,
        }
        return counts, found
    finally:
        await store.close_store()


def headlines(found: list[Duty]) -> list[str]:
    """``well``, or what is to be done, the most urgent first."""
    return [one.line() for one in found] or ["well"]


def _backups(facts: Facts) -> str:
    found = facts.backup
    if found is None or found.trouble or not found.day:
        return "none" if found is None else found.trouble or "none yet"
    standby = (
        "no standby copy" if found.standby is None else f"standby copy of {standby_hour(facts.now - found.standby)}"
    )
    return f"newest of {found.day}, {standby}"


def _unit_line(unit: Newest, holds: Holds) -> str:
    if unit.last_period is None:
        return "no batch yet"
    return f"{unit.last_period} {unit.last_hash} of {day_of(unit.last_period, holds.period)}"


@click.command(epilog=_EPILOG)
@click.option("--config", required=True, type=click.Path(dir_okay=False, path_type=Path), help="server.toml")
@click.option("--brief", is_flag=True, help="Only whether all is well, and what is to be done.")
@click.option("--json", "as_json", is_flag=True, help="Print all of it as JSON.")
def status(config: Path, brief: bool, as_json: bool) -> None:
    """Whether all is well, or what is to be done and by whom; then how much is kept, and each unit's newest batch:
    counts, sizes and hashes, never content."""
    counts, found = asyncio.run(look(load_config(config), time.time()))
    owed = duties(found.facts)
    if as_json:
        told = {"state": state_of(owed), "duties": [asdict(one) for one in owed], **counts}
        backup = asdict(found.facts.backup) if found.facts.backup else None
        click.echo(json.dumps({**told, "backup": backup, "units": [asdict(unit) for unit in found.units]}))
    else:
        lines = headlines(owed)
        lines += [] if brief else [f"list of units: {found.holds.words}", f"backups: {_backups(found.facts)}"]
        for name, value in () if brief else counts.items():
            shown = "none yet" if value is None else ("yes" if value else "no") if isinstance(value, bool) else value
            lines.append(f"{name.replace('_', ' '):30} {shown}")
        lines += [] if brief else [f"unit {unit.slug:25} {_unit_line(unit, found.holds)}" for unit in found.units]
        click.echo("\n".join(lines))
    raise SystemExit(state_of(owed).code)
