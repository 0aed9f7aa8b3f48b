# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-keys unit``: what becomes of a unit that is listed: paused, merged into another, retired, revoked."""

from dataclasses import replace
from pathlib import Path

import click

from dropbox.protocol.constants import HASH, MAX_PERIOD
from dropbox.protocol.directory import Directory
from keys.errors import StepRefused
from keys.issue import with_unit
from keys.revoke import merged, paused, retired, revoked, unit_of

from .asking import When, issuing_day
from .directory import directory_option
from .unit import change_list, check_forces, slug_option, unit

__all__ = ["unit"]


@unit.command()
@directory_option
@slug_option
@issuing_day
def pause(path: Path, slug: str, when: When) -> None:
    """Stop new reports to a unit; it goes on posting its replies.

    \b
    Example:
      dropbox-keys unit pause --directory service.directory --slug north
    """
    change_list(path, when, lambda body, _: paused(body, slug, True))


@unit.command()
@directory_option
@slug_option
@issuing_day
def resume(path: Path, slug: str, when: When) -> None:
    """Let a paused unit receive reports again.

    \b
    Example:
      dropbox-keys unit resume --directory service.directory --slug north
    """
    change_list(path, when, lambda body, _: paused(body, slug, False))


@unit.command()
@directory_option
@slug_option
@click.option("--force", "forces", multiple=True, help="Slug of a force that it serves from now on; repeat.")
@click.option("--none", is_flag=True, help="It serves no force any more.")
@issuing_day
def serve(path: Path, slug: str, forces: tuple[str, ...], none: bool, when: When) -> None:
    """Set which forces a unit serves, in place of all that it served before.

    \b
    Example:
      dropbox-keys unit serve --directory service.directory --slug north --force cumbria --force northumbria
    """
    if bool(forces) == none:
        raise click.UsageError("Say --force or --none.")
    check_forces(*forces)

    def change(body: Directory, _: int) -> Directory:
        held = unit_of(body, slug)
        barred = sorted(set(forces) & set(held.conflicts))
        if barred:
            raise StepRefused(f"{slug} must not get reports about {', '.join(barred)}.")
        return with_unit(body, replace(held, forces=forces))

    change_list(path, when, change)


@unit.command()
@directory_option
@slug_option
@click.option("--into", required=True, help="Short name of the unit that goes on for it.")
@issuing_day
def merge(path: Path, slug: str, into: str, when: When) -> None:
    """Let another unit go on for one that is merged or closed: that one is paused and answers until it is empty, its
    forces are served by the other, and sources who come back are shown it.

    \b
    Example:
      dropbox-keys unit merge --directory service.directory --slug north --into east
    """
    change_list(path, when, lambda body, _: merged(body, slug, into))


@unit.command()
@directory_option
@slug_option
@click.option("--last-period", required=True, type=click.IntRange(0, MAX_PERIOD), help="Of its newest batch.")
@click.option("--last-hash", required=True, help="Hash of that batch's manifest, hex; `dropbox-admin status` shows it.")
@issuing_day
def retire(path: Path, slug: str, last_period: int, last_hash: str, when: When) -> None:
    """End a paused unit that has nothing left to post; its board stays readable.

    \b
    Example:
      dropbox-keys unit retire --directory service.directory --slug north --last-period 20450 --last-hash 9f…
    """
    try:
        digest = bytes.fromhex(last_hash)
    except ValueError:
        digest = b""
    if len(digest) != HASH:
        raise StepRefused("--last-hash takes 64 hex digits, as `dropbox-admin status` shows them.")
    change_list(path, when, lambda body, _: retired(body, slug, last_period, digest))


@unit.command()
@directory_option
@slug_option
@issuing_day
def revoke(path: Path, slug: str, when: When) -> None:
    """Take a unit whose key is in wrong hands off the board at once.

    \b
    Example:
      dropbox-keys unit revoke --directory service.directory --slug north
    """
    change_list(path, when, lambda body, _: revoked(body, slug))
