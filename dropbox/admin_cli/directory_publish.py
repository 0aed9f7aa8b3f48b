# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-admin directory publish``: put a directory that the roots signed on the server."""

import asyncio
import time
from pathlib import Path

import click

from dropbox.command_line.inputs import read_bytes
from dropbox.command_line.lost import show_lost, typed_word
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
from dropbox.shown.six_lines import Before, SixLines, six_lines

WORD = "publish"
_LARGEST = 4 << 20
"""Bytes: base64 of the largest directory, and more."""


_NEWER = (
    "has its desk published since its last batch was read? Stop the desk, read `dropbox-admin status` again, and have "
    "the roots retire it with that"
)


async def _check_board(store: SqlStore, verified: VerifiedDirectory) -> None:
    for place in verified.directory.places():
        stored = await store.newest_batches(place.unit.unit_id, 1)
        upload = stored[0].upload() if stored else None
        part = UnitBoard(place.unit.unit_id, upload.batch if upload else None)
        try:
            prove_unit(verified.service_id, place, part, upload.rows if upload else b"")
        except BoardAltered as error:
            ended = place.last_period is not None
            raise click.ClickException(
                f"unit {place.unit.slug}: its batch on the board does not verify under this directory ({error}); "
                + (_NEWER if ended else "keep its keys, or pause and retire it first")
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


async def _said(store: SqlStore, verified: VerifiedDirectory, now: float) -> SixLines:
    """The six lines, against the list that is published now."""
    before = None
    for body in await store.newest_directories(1):
        present = parse_signed_directory(body)
        before = Before(present, _of_today(present), "the published one")
    return six_lines(verified.raw, verified.directory, force_names(), now, before)


def _of_today(present: UntrustedDirectory) -> Directory | None:
    """The directory in a list; None where it is of an earlier form."""
    try:
        return parse_directory(present.body)
    except WrongVersion:
        return None


def _ask(said: SixLines, yes: bool) -> None:
    """Raises ClickException unless somebody says that what is lost may be lost."""
    if yes or not said.lost or typed_word(WORD, "This list takes away what stands behind LOOK."):
        return
    raise click.ClickException("nothing was published; in a script say --yes once you have read those lines")


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
        said = await _said(store, verified, now)
        with seen_first():
            click.echo("\n".join(said.lines))
            show_lost(said.lost)
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
