# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-admin doctor``: looks for what would lose or betray a report, and says how to mend it."""

import asyncio
import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path

import click

from dropbox.protocol.policy import Policy
from dropbox.server.config import ConfigRefused, ServerConfig, load_config

from . import file_checks, machine_checks, store_checks, supply_checks, support_checks, tor_checks
from .findings import Finding, Level, serious

_JOURNAL = {Level.WARNING: "<4>", Level.SERIOUS: "<3>"}


def _machine() -> list[Finding]:
    return [
        machine_checks.check_core_dumps(),
        machine_checks.check_swap(),
        machine_checks.check_umask(),
        machine_checks.check_time_service(),
        machine_checks.check_owners(),
    ]


def _front(config: ServerConfig, policy: Policy | None, torrc: Path) -> list[Finding]:
    """What stands before a Unix socket. With several onion services each is looked at."""
    if config.listen.path is None:
        return []
    found, services = tor_checks.check_front(config.listen.path, config.front, torrc)
    found += [tor_checks.check_streams(one) for one in services]
    if policy is not None:
        firsts = supply_checks.firsts_a_second(policy)
        found += [tor_checks.check_price(one, firsts) for one in services]
    return found


async def _service(path: Path, config: ServerConfig, now: float, torrc: Path) -> list[Finding]:
    found = [file_checks.check_config_file(path), *file_checks.check_config(config)]
    if config.data_dir.is_dir():
        found += [file_checks.check_user(config), file_checks.check_disk(config), *file_checks.check_writing(config)]
    found += [*file_checks.check_folders(config), machine_checks.check_clock(now, [path, config.data_dir])]
    found += support_checks.check_support(config.support, datetime.fromtimestamp(now, UTC).date())
    found += (database := await store_checks.check_database(config))
    policy = None
    if all(one.level is not Level.SERIOUS for one in database):
        published, policy = await store_checks.check_published(config, now)
        found += published
    if policy is not None:
        found += [
            supply_checks.check_supply(policy),
            supply_checks.check_blobs(policy),
            supply_checks.check_room(config, policy),
        ]
    return found + _front(config, policy, torrc)


def examine(path: Path, now: float, torrc: Path = tor_checks.TORRC) -> list[Finding]:
    """Every finding, the good ones too."""
    found = _machine()
    try:
        config = load_config(path)
    except ConfigRefused as error:
        return [*found, serious("config", str(error), "mend the file, then run this again")]
    return found + asyncio.run(_service(path, config, now, torrc))


@click.command(
    epilog="Example:  dropbox-admin doctor --config /etc/dropbox/server.toml",
)
@click.option("--config", required=True, type=click.Path(dir_okay=False, path_type=Path), help="server.toml")
@click.option(
    "--torrc",
    default=tor_checks.TORRC,
    show_default=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Tor's settings, looked at where the server listens on a Unix socket.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(config: Path, torrc: Path, as_json: bool) -> None:
    """Check machine, files, settings and database. Exit code 1 when anything is serious."""
    found = examine(config, time.time(), torrc)
    if as_json:
        click.echo(json.dumps({"findings": [one.as_json() for one in found]}))
    elif "JOURNAL_STREAM" in os.environ:
        # Started by systemd: its journal keeps what is marked as a warning or worse.
        for one in found:
            if one.level is not Level.OK:
                click.echo(f"{_JOURNAL[one.level]}{one.level} {one.check}: {one.what} -> {one.fix}")
    else:
        for one in found:
            click.echo(f"{one.level:8} {one.check}: {one.what}")
            if one.fix:
                click.echo(f"{'':8} -> {one.fix}")
    if any(one.level is Level.SERIOUS for one in found):
        raise SystemExit(1)
