# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-admin clock confirm``: say that the machine's clock is right, after a long stop or a wrong clock."""

import asyncio
import time
from pathlib import Path

import click

from dropbox.command_line.dates import check_today
from dropbox.command_line.output import say_done
from dropbox.server.config import ServerConfig, load_config
from dropbox.server.store.sql import open_store
from dropbox.shown.days import day_of

from .published import published


async def _confirm(config: ServerConfig, now: float) -> str:
    store = open_store(config.database)
    try:
        found = await published(store)
        if found is None:
            raise click.ClickException("no directory is published, so nothing goes by the clock yet")
        policy = found[1].policy
        period, newest = int(now // policy.period), await store.newest_closed()
        await store.confirm(period)
    finally:
        await store.close_store()
    if newest is None or newest + 1 == period:
        return "the stored periods agree with this day"
    if newest >= period:
        ahead = f"{day_of(period, policy.period)} to {day_of(newest, policy.period)}"
        return f"what was closed ahead, {ahead}, is taken back; no envelope is lost by it"
    return f"the periods since {day_of(newest + 1, policy.period)} are closed; every envelope that waits is kept"


@click.command("confirm", epilog="Example:  dropbox-admin clock confirm --config /etc/dropbox/server.toml")
@click.option("--config", required=True, type=click.Path(dir_okay=False, path_type=Path), help="server.toml")
@click.option("--today", help="Today's date as YYYY-MM-DD, by a clock that you trust; asked for if left out.")
def confirm(config: Path, today: str | None) -> None:
    """Say that this machine's clock is right now. The server then goes on, or takes back what it closed ahead."""
    settings = load_config(config)
    check_today(today or click.prompt("Today's date by a clock that you trust (YYYY-MM-DD)"), time.time())
    confirmed = asyncio.run(_confirm(settings, time.time()))
    say_done(f"confirmed: {confirmed}\na running server does this within seconds, a stopped one at its next start")
