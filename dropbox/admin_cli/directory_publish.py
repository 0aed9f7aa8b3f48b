# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-admin directory publish``: put a directory that the roots signed on the server."""

import asyncio
import time
from pathlib import Path

import click

from dropbox.protocol.anchors import parse_signed_anchor, verify_first_anchor
from dropbox.protocol.armour import dearmour
from dropbox.protocol.batch import UnitBoard, prove_unit, read_batch
from dropbox.protocol.constants import BOARD_QUOTA_BUDGET, EPOCH_CERT
from dropbox.protocol.directory import (
    Directory,
    RetiredUnit,
    Unit,
    VerifiedDirectory,
    parse_signed_directory,
    verify_directory,
)
from dropbox.protocol.encoding import Reader
from dropbox.protocol.errors import BoardAltered, HeadExpired
from dropbox.server.config import ServerConfig, load_config
from dropbox.server.store.sql import SqlStore, open_store


def board_budget(directory: Directory, period: int) -> int:
    """Sum of quota x window over the units, and over retired ones for a window after their last period."""
    window = directory.policy.window
    shown = list(directory.units)
    shown += [one.unit for one in directory.retired if one.last_period + window >= period]
    return sum(unit.board_quota * window for unit in shown)


async def _check_board(store: SqlStore, verified: VerifiedDirectory) -> None:
    places: tuple[Unit | RetiredUnit, ...] = verified.directory.units + verified.directory.retired
    window = verified.policy.window
    for place in places:
        unit = place.unit if isinstance(place, RetiredUnit) else place
        stored = await store.newest_batches(unit.unit_id, window)
        certs = (stored[-1].certs[:EPOCH_CERT], stored[-1].certs[EPOCH_CERT:]) if stored else ()
        batches = tuple(read_batch(Reader(one.body, "batch")) for one in stored)
        try:
            prove_unit(verified.service_id, place, UnitBoard(unit.unit_id, certs, batches), window)
        except BoardAltered as error:
            raise click.ClickException(
                f"unit {unit.slug}: its batches on the board do not verify under this directory ({error}); "
                "keep its keys and its window, or pause and retire it first"
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


async def publish_directory(config: ServerConfig, text: bytes, now: float) -> int:
    """The version that is now published. Raises ProtocolError, ClickException."""
    pinned = verify_first_anchor(parse_signed_anchor(dearmour("ANCHOR", config.anchor.read_bytes())))
    verified = verify_directory(pinned, parse_signed_directory(dearmour("DIRECTORY", text)))
    head, period = verified.signed_head.head, int(now // verified.policy.period)
    if head.expires < period:
        raise HeadExpired("published too late")
    needed = board_budget(verified.directory, period)
    if needed > BOARD_QUOTA_BUDGET:
        raise click.ClickException(
            f"quota x window adds up to {needed}, at most {BOARD_QUOTA_BUDGET} may be on the board: lower some quotas"
        )
    store = open_store(config.database)
    try:
        await _check_history(store, verified)
        await _check_board(store, verified)
        if not await store.add_directory(head.dir_version, verified.raw.encode()):
            raise click.ClickException("another directory was published at the same moment: look, and try again")
    finally:
        await store.close_store()
    return head.dir_version


@click.command(
    "publish",
    epilog="Example:  dropbox-admin directory publish --config /var/lib/dropbox/server.toml --directory directory.txt",
)
@click.option("--config", required=True, type=click.Path(dir_okay=False, path_type=Path), help="server.toml")
@click.option(
    "--directory",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Signed by the roots, from `dropbox-keys`.",
)
def publish(config: Path, directory: Path) -> None:
    """Check a signed directory and put it on the server; a running server takes it up by itself."""
    version = asyncio.run(publish_directory(load_config(config), directory.read_bytes(), time.time()))
    click.echo(f"published directory version {version}")
