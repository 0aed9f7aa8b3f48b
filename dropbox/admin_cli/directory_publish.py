# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-admin directory publish``: put a directory that the roots signed on the server."""

import asyncio
import sys
import time
from pathlib import Path

import click

from dropbox.command_line.inputs import read_bytes
from dropbox.command_line.output import say_done, seen_first
from dropbox.forces import force_names
from dropbox.protocol.armour import DIRECTORY, dearmour
from dropbox.protocol.batches import UnitBoard
from dropbox.protocol.directory import (
    Directory,
    UntrustedDirectory,
    VerifiedDirectory,
    board_budget,
    parse_directory,
    parse_signed_directory,
    verify_directory,
)
from dropbox.protocol.errors import BoardAltered, WrongVersion
from dropbox.protocol.proofs import prove_unit
from dropbox.server.config import ServerConfig, load_config, read_anchor
from dropbox.server.store.sql import SqlStore, open_store
from dropbox.shown.days import day_of, day_of_time
from dropbox.shown.signed_list import Said, changes, described, remarks

WORD = "publish"
_LONGEST_WORD = 64
_LARGEST = 4 << 20
"""Bytes: base64 of the largest directory, and more."""


async def _check_board(store: SqlStore, verified: VerifiedDirectory) -> None:
    for place in verified.directory.places():
        stored = await store.newest_batches(place.unit.unit_id, 1)
        upload = stored[0].upload() if stored else None
        part = UnitBoard(place.unit.unit_id, upload.batch if upload else None)
        try:
            prove_unit(verified.service_id, place, part, upload.rows if upload else b"")
        except BoardAltered as error:
            raise click.ClickException(
                f"unit {place.unit.slug}: its batch on the board does not verify under this directory ({error}); "
                "keep its keys, or pause and retire it first"
            ) from None


async def _check_history(store: SqlStore, verified: VerifiedDirectory) -> None:
    version = verified.signed_head.head.dir_version
    for body in await store.newest_directories(1):
        before = parse_signed_directory(body)
        if version <= before.head.head.dir_version:
            raise click.ClickException(
                f"the server has version {before.head.head.dir_version}, this file is version {version}: "
                "publish a newer one"
            )
        if len(verified.raw.anchors) < len(before.anchors):
            raise click.ClickException("this file leaves out anchors that the server already shows: sign it again")


def _check_days(verified: VerifiedDirectory, now: float) -> None:
    """Either the roots' machine or this one has a wrong date when the list is not of these days."""
    head, policy = verified.signed_head.head, verified.policy
    period = int(now // policy.period)
    here = f"this machine says {day_of_time(now)}"
    if head.expires < period:
        raise click.ClickException(
            f"the list is out of date: it ended on {day_of(head.expires, policy.period)}, and {here}; "
            "have the roots issue it again, or set the clock"
        )
    if head.issued > period + policy.clock_slack:
        raise click.ClickException(
            f"{here}, and the list was issued on {day_of(head.issued, policy.period)}: one of the two dates is wrong; "
            "set the clock, or have the roots issue the list again"
        )


def _check_budget(verified: VerifiedDirectory) -> None:
    for what, found, most in board_budget(verified.directory):
        if found > most:
            raise click.ClickException(
                f"all units together have {found} {what}, at most {most} may be on the board: lower some quotas"
            )


async def _differs(store: SqlStore, verified: VerifiedDirectory, now: float) -> list[Said]:
    """What changes against the present list, and what may be a mistake in this one."""
    names, before = force_names(), await store.newest_directories(1)
    present = parse_signed_directory(before[0]) if before else None
    said = changes(_of_today(present), verified.directory, names)
    if present and present.head.head.expires > verified.signed_head.head.expires:
        was = day_of(present.head.head.expires, verified.policy.period)
        said.append(Said(f"it ends sooner than the present list, which ends on {was}", loses=True))
    return said + remarks(verified.raw, verified.directory, names, now)


def _of_today(present: UntrustedDirectory | None) -> Directory | None:
    """The present list; none where it is of an earlier form, with which this one cannot be compared."""
    try:
        return parse_directory(present.body) if present else None
    except WrongVersion:
        click.echo("the present list is of an earlier form: what this one changes against it is not said")
        return None


def _show(verified: VerifiedDirectory, said: list[Said], now: float) -> None:
    for line in described(verified.raw, verified.directory, force_names(), now):
        click.echo(line)
    click.echo("what changes:")
    for one in said or [Said("nothing but the version and the days")]:
        click.echo(f"  {'LOOK: ' if one.loses else ''}{one.text}")


def _ask(said: list[Said], yes: bool) -> None:
    """Raises ClickException unless somebody says that what is lost may be lost."""
    if yes or not any(one.loses for one in said):
        return
    click.echo(f'Lines that begin with LOOK take something away. Type "{WORD}" to go on: ', nl=False)
    sys.stdout.flush()
    if _line().strip().lower() != WORD:
        raise click.ClickException("nothing was published; in a script say --yes once you have read those lines")


def _line() -> str:
    """One bounded line of standard input; empty when it has ended."""
    return sys.stdin.buffer.readline(_LONGEST_WORD).decode(errors="replace")


async def publish_directory(config: ServerConfig, text: bytes, now: float, yes: bool = False) -> int:
    """The version that is now published. ``yes`` asks nobody about what is lost. Raises ProtocolError, ClickException,
    ConfigRefused."""
    pinned = read_anchor(config.anchor).anchor
    verified = verify_directory(pinned, parse_signed_directory(dearmour(DIRECTORY, text)))
    _check_days(verified, now)
    _check_budget(verified)
    store = open_store(config.database)
    try:
        await _check_history(store, verified)
        await _check_board(store, verified)
        said = await _differs(store, verified, now)
        with seen_first():
            _show(verified, said, now)
            _ask(said, yes)
        if not await store.add_directory(verified.signed_head.head.dir_version, verified.raw.encode()):
            raise click.ClickException("another directory was published at the same moment: look, and try again")
    finally:
        await store.close_store()
    return verified.signed_head.head.dir_version


@click.command(
    "publish",
    epilog="Example:  dropbox-admin directory publish --config /etc/dropbox/server.toml --directory directory.txt",
)
@click.option("--config", required=True, type=click.Path(dir_okay=False, path_type=Path), help="server.toml")
@click.option(
    "--directory",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Signed by the roots, from `dropbox-keys`.",
)
@click.option("--yes", is_flag=True, help="Do not ask about what the list takes away, for scripts.")
def publish(config: Path, directory: Path, yes: bool) -> None:
    """Check a signed directory, say what it changes, and put it on the server, which takes it up by itself."""
    text = read_bytes(directory, _LARGEST, "directory file")
    version = asyncio.run(publish_directory(load_config(config), text, time.time(), yes))
    say_done(f"published directory version {version}")
