# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-admin watch``: what `status` says first, handed to a program of this machine when it changes."""

import asyncio
import json
import subprocess
import time
from pathlib import Path

import click

from dropbox.command_line.refused import InputRefused
from dropbox.local.whole_file import write_whole
from dropbox.server.config import ServerConfig, load_config
from dropbox.shown.days import day_of_time

from .duties import Duty, State, duties, state_of
from .looking import seen
from .status import headlines

TOLD = "told.json"
PATIENCE = 60.0
"""Seconds that the program has."""
WELL_AGAIN = "well again: nothing is to be done"


class AlarmLost(click.ClickException):
    """The program did not take it; it is handed to it again at the next look."""


def _keys(found: list[Duty]) -> list[str]:
    """What a thing to do is known by: not by numbers, which change each hour."""
    return sorted({f"{one.state} {one.page} {one.who}" for one in found})


def _told(path: Path) -> tuple[list[str], str]:
    """What was handed on last, and on which day."""
    try:
        found = json.loads(path.read_bytes())
        return [str(one) for one in found["keys"]], str(found["day"])
    except (OSError, ValueError, TypeError, KeyError):
        return [], ""


def text_for(found: list[Duty], before: list[str], day_before: str, today: str) -> str:
    """What is to be handed on: what is new, that all is well again, and once a day what is to be done now; empty for
    nothing."""
    keys = _keys(found)
    if not keys:
        return WELL_AGAIN if before else ""
    again = state_of(found) is State.NOW and day_before != today
    return "\n".join(headlines(found)) if set(keys) - set(before) or again else ""


def hand_on(command: tuple[str, ...], text: str) -> None:
    """Raises AlarmLost."""
    try:
        told = f"{text}\n".encode()
        subprocess.run(command, input=told, timeout=PATIENCE, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - the operator's own words
    except (OSError, subprocess.SubprocessError) as error:
        raise AlarmLost(f"the program that `alarm` names took nothing ({type(error).__name__}): {text}") from None


def _look(config: ServerConfig, now: float) -> list[Duty]:
    """What is to be done, of which what is new is handed on. Raises AlarmLost."""
    found = duties(asyncio.run(seen(config, now)).facts)
    path, today = config.data_dir / TOLD, day_of_time(now)
    before, day = _told(path)
    text = text_for(found, before, day, today)
    if text and config.alarm:
        hand_on(config.alarm, text)
    if text or before != _keys(found):
        write_whole(path, json.dumps({"keys": _keys(found), "day": today}).encode())
    return found


@click.command("watch", epilog="Example:  dropbox-admin watch --config /etc/dropbox/server.toml")
@click.option("--config", required=True, type=click.Path(dir_okay=False, path_type=Path), help="server.toml")
@click.option("--try", "tried", is_flag=True, help="Hand a line to the program now, to see that it arrives.")
def watch(config: Path, tried: bool) -> None:
    """Say what is to be done, and hand it to the program that `alarm` in server.toml names when it changes. A timer
    runs this each quarter of an hour. Exit codes are those of `status`."""
    settings = load_config(config)
    if tried:
        if not settings.alarm:
            raise InputRefused("server.toml names no program: set `alarm`")
        hand_on(settings.alarm, "a trial: nothing is to be done")
        click.echo("handed on")
        return
    try:
        found = _look(settings, time.time())
    except AlarmLost as lost:
        click.echo(f"Error: {lost.message}", err=True)
        raise SystemExit(State.NOW.code) from None
    click.echo("\n".join(headlines(found)))
    raise SystemExit(state_of(found).code)
