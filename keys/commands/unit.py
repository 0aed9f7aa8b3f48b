# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-keys unit``: take a desk into the directory, change it, end it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import click

from dropbox.protocol.constants import HASH, MAX_PERIOD, MAX_QUOTA, UnitKind
from dropbox.protocol.directory import Directory, Unit, UnitKey
from dropbox.protocol.enrolment import Enrolment, verify_enrolment
from keys.errors import StepRefused
from keys.issue import body_of, reissue, with_unit
from keys.keyfiles import ENROLMENT, read_armoured
from keys.revoke import paused, retired, revoked, unit_of

from .asking import period_option, present
from .directory import directory_option, read_directory, write_directory

_KINDS = {kind.name.lower().replace("_", "-"): kind for kind in UnitKind}
_slug = click.option("--slug", required=True, help="The unit's short name: lower-case words joined by hyphens.")
_YEARS_10 = 3_653


@click.group()
def unit() -> None:
    """The desks that receive reports."""


def _change(path: Path, period: int | None, change: Callable[[Directory, int], Directory]) -> None:
    draft = read_directory(path)
    body = body_of(draft)
    at = present(body.policy, period)
    write_directory(path, reissue(draft, change(body, at), at))


def _enrolled(path: Path, body: Directory) -> Enrolment:
    found = verify_enrolment(read_armoured(path, ENROLMENT))
    if found.service_id != body.service_id:
        raise StepRefused("This enrolment is for another service. Give the desk this service's anchor and enrol again.")
    return found


@unit.command()
@directory_option
@click.option("--enrolment", required=True, type=click.Path(path_type=Path), help="From `dropbox-desk init`.")
@_slug
@click.option("--kind", type=click.Choice(list(_KINDS)), default="force-unit", show_default=True)
@click.option("--force", "forces", multiple=True, help="Slug of a force that it serves; repeat.")
@click.option("--conflict", "conflicts", multiple=True, help="Slug of a force whose reports it must not get; repeat.")
@click.option("--quota", default=4, show_default=True, type=click.IntRange(1, MAX_QUOTA), help="Entries a batch.")
@click.option("--not-after", type=click.IntRange(0, MAX_PERIOD), help="Last period; default: ten years of days.")
@period_option
def add(
    path: Path,
    enrolment: Path,
    slug: str,
    kind: str,
    forces: tuple[str, ...],
    conflicts: tuple[str, ...],
    quota: int,
    not_after: int | None,
    period: int | None,
) -> None:
    """Add a desk. Compare the enrolment's fingerprint with the desk's officer first.

    \b
    Example:
      dropbox-keys unit add --directory service.directory --enrolment north.enrolment --slug north \\
        --force cumbria --quota 4
    """

    def change(body: Directory, at: int) -> Directory:
        found = _enrolled(enrolment, body)
        if any(one.unit_id == found.unit_id or one.slug == slug for one in body.on_board()):
            raise StepRefused(f"{slug}, or this desk, is in the directory already. Use `unit rotate` for a new key.")
        last = not_after if not_after is not None else min(at + _YEARS_10 * 86_400 // body.policy.period, MAX_PERIOD)
        keys = (UnitKey(found.signing_public, at),)
        added = Unit(
            unit_id=found.unit_id,
            slug=slug,
            name=found.name,
            kind=_KINDS[kind],
            forces=forces,
            keys=keys,
            contact_pk=found.contact_pk,
            first_period=at,
            not_after=last,
            board_quota=quota,
            conflicts=conflicts,
        )
        return with_unit(body, added)

    _change(path, period, change)


@unit.command()
@directory_option
@click.option("--enrolment", required=True, type=click.Path(path_type=Path), help="With the desk's new key.")
@_slug
@click.option(
    "--first-period", type=click.IntRange(0, MAX_PERIOD), help="From when the new key signs; default: the next period."
)
@period_option
def rotate(path: Path, enrolment: Path, slug: str, first_period: int | None, period: int | None) -> None:
    """Give a desk a new signing key, for instance after it lost its keyring.

    \b
    Example:
      dropbox-keys unit rotate --directory service.directory --enrolment north-2.enrolment --slug north
    """

    def change(body: Directory, at: int) -> Directory:
        held, found = unit_of(body, slug), _enrolled(enrolment, body)
        if found.unit_id != held.unit_id:
            raise StepRefused(f"This enrolment is of another desk than {slug}.")
        key = UnitKey(found.signing_public, first_period if first_period is not None else at + 1)
        return with_unit(body, replace(held, keys=(*held.keys, key)))

    _change(path, period, change)


@unit.command()
@directory_option
@_slug
@period_option
def pause(path: Path, slug: str, period: int | None) -> None:
    """Stop new reports to a unit; it goes on posting its replies.

    \b
    Example:
      dropbox-keys unit pause --directory service.directory --slug north
    """
    _change(path, period, lambda body, _: paused(body, slug, True))


@unit.command()
@directory_option
@_slug
@period_option
def resume(path: Path, slug: str, period: int | None) -> None:
    """Let a paused unit receive reports again.

    \b
    Example:
      dropbox-keys unit resume --directory service.directory --slug north
    """
    _change(path, period, lambda body, _: paused(body, slug, False))


@unit.command()
@directory_option
@_slug
@click.option("--last-period", required=True, type=click.IntRange(0, MAX_PERIOD), help="Of its newest batch.")
@click.option("--last-hash", required=True, help="Hash of that batch's manifest, hex; `dropbox-admin status` shows it.")
@period_option
def retire(path: Path, slug: str, last_period: int, last_hash: str, period: int | None) -> None:
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
    _change(path, period, lambda body, _: retired(body, slug, last_period, digest))


@unit.command()
@directory_option
@_slug
@period_option
def revoke(path: Path, slug: str, period: int | None) -> None:
    """Take a unit whose key is in wrong hands off the board at once.

    \b
    Example:
      dropbox-keys unit revoke --directory service.directory --slug north
    """
    _change(path, period, lambda body, _: revoked(body, slug))
