# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-keys unit``: take a desk into the directory, change it, end it."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from dropbox.command_line.output import seen_first
from dropbox.forces import force_names, nearest_force
from dropbox.protocol.armour import ENROLMENT
from dropbox.protocol.constants import (
    LEAST_MARKS,
    LEAST_ROWS,
    MAX_MARKS,
    MAX_PERIOD,
    MAX_ROWS,
    UnitKind,
)
from dropbox.protocol.directory import Directory
from dropbox.protocol.enrolment import Enrolment, verify_enrolment
from dropbox.protocol.inert import inert_line
from dropbox.protocol.primitives import check_sealing_key
from dropbox.protocol.units import Unit, UnitKey
from dropbox.shown.signed_list import Said, changes, remarks
from keys.errors import StepRefused
from keys.issue import body_of, reissue, with_unit
from keys.keyfiles import read_armoured
from keys.revoke import takes_files, unit_of

from .asking import When, issuing_day
from .directory import directory_option, read_directory, say_all, write_directory
from .first_words import promised_option, read_words, words_option

_KINDS = {kind.name.lower().replace("_", "-"): kind for kind in UnitKind}
slug_option = click.option("--slug", required=True, help="The unit's short name: lower-case words joined by hyphens.")
_YEARS_10 = 3_653


class _PowerOfTwo(click.IntRange):
    """What an index can be made of."""

    name = "power of two"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        number = int(super().convert(value, param, ctx))
        if number & (number - 1):
            self.fail(f"{number} is not a power of two, as 8, 16, 32.", param, ctx)
        return number


def _quota(**more: Any) -> Callable[[Any], Any]:
    return click.option(
        "--quota",
        type=_PowerOfTwo(LEAST_ROWS, MAX_ROWS),
        show_default=True,
        help="Rows a batch: 8, 16, 32, ...; 32 carry some 12 reports a month, 64 a report a day.",
        **more,
    )


_marks = click.option(
    "--marks", type=_PowerOfTwo(LEAST_MARKS, MAX_MARKS), help="Marks a batch; default: twice the quota."
)


def marks_for(quota: int) -> int:
    """A mark for each conversation, as they come with the reports that so many rows carry."""
    return min(2 * quota, MAX_MARKS)


@click.group()
def unit() -> None:
    """The desks that receive reports."""


def change_list(path: Path, when: When, change: Callable[[Directory, int], Directory]) -> None:
    """Say what changes, in words, and write the next version."""
    listing = read_directory(path)
    body = body_of(listing)
    at = when.issue(body.policy, listing.head.head.issued)
    changed = change(body, at)
    issued = reissue(listing, changed, at)
    with seen_first():
        say_all(changes(body, changed, force_names()) or [Said("nothing changes but the version and the days")])
        say_all(one for one in remarks(issued, changed, force_names(), time.time()) if one.loses)
    write_directory(path, issued, when, listing)


def check_forces(*slugs: str) -> None:
    """Raises StepRefused, with the nearest name: a force that is misspelt would have nobody."""
    known = force_names()
    for slug in slugs:
        if slug not in known:
            near = nearest_force(slug)
            meant = f" Did you mean {near.slug} ({near.name})?" if near else ""
            raise StepRefused(f"No force has the slug {inert_line(slug)}.{meant} `dropbox-keys forces` lists them all.")


def _check_new(body: Directory, found: Enrolment, slug: str) -> None:
    """Raises StepRefused for a desk or a short name that the list has or had."""
    if found.unit_id in body.revoked:
        raise StepRefused(
            "This desk was revoked, and a revoked desk never comes back. Make a new one: `dropbox-desk init`."
        )
    for unit in body.units:
        if unit.slug == slug or unit.unit_id == found.unit_id:
            raise StepRefused(f"{slug}, or this desk, is in the directory already. Use `unit rotate` for a new key.")
    for one in body.retired:
        if one.unit.unit_id == found.unit_id:
            raise StepRefused(f"This desk is retired, as {one.unit.slug}. Make a new one: `dropbox-desk init`.")
        if one.unit.slug == slug:
            raise StepRefused(f"The short name {slug} is spent: a retired unit has it. Choose another, as {slug}-2.")


def _enrolled(path: Path, body: Directory) -> Enrolment:
    found = verify_enrolment(read_armoured(path, ENROLMENT))
    if found.service_id != body.service_id:
        raise StepRefused("This enrolment is for another service. Give the desk this service's anchor and enrol again.")
    return found


@unit.command()
@directory_option
@click.option("--enrolment", required=True, type=click.Path(path_type=Path), help="From `dropbox-desk init`.")
@slug_option
@click.option("--kind", type=click.Choice(list(_KINDS)), default="force-unit", show_default=True)
@click.option("--force", "forces", multiple=True, help="Slug of a force that it serves; repeat.")
@click.option("--conflict", "conflicts", multiple=True, help="Slug of a force whose reports it must not get; repeat.")
@_quota(default=32)
@_marks
@click.option("--not-after", type=click.IntRange(0, MAX_PERIOD), help="Last period; default: ten years of days.")
@words_option
@promised_option
@issuing_day
def add(
    path: Path,
    enrolment: Path,
    slug: str,
    kind: str,
    forces: tuple[str, ...],
    conflicts: tuple[str, ...],
    quota: int,
    marks: int | None,
    not_after: int | None,
    words: tuple[str, ...],
    promised: int | None,
    when: When,
) -> None:
    """Add a desk. Compare the enrolment's fingerprint with the desk's officer first.

    \b
    Example:
      dropbox-keys unit add --directory service.directory --enrolment north.enrolment --slug north \\
        --force cumbria --quota 32
    """

    def change(body: Directory, at: int) -> Directory:
        found = _enrolled(enrolment, body)
        _check_new(body, found, slug)
        last = not_after if not_after is not None else min(at + _YEARS_10 * 86_400 // body.policy.period, MAX_PERIOD)
        keys = (UnitKey(found.signing_public, at),)
        added = Unit(
            *(found.unit_id, slug, found.name, _KINDS[kind], forces, keys, found.contact_pk),
            first_period=at,
            not_after=last,
            rows=quota,
            marks=marks or marks_for(quota),
            conflicts=conflicts,
            promised_days=promised or 0,
            first_words=said,
        )
        return with_unit(body, added)

    said = read_words(words)

    check_forces(*forces, *conflicts)
    change_list(path, when, change)


@unit.command()
@directory_option
@click.option("--enrolment", required=True, type=click.Path(path_type=Path), help="With the desk's new key.")
@slug_option
@click.option(
    "--first-period", type=click.IntRange(0, MAX_PERIOD), help="From when the new key signs; default: the next period."
)
@issuing_day
def rotate(path: Path, enrolment: Path, slug: str, first_period: int | None, when: When) -> None:
    """Give a desk a new signing key, for instance after it lost its keyring.

    \b
    Example:
      dropbox-keys unit rotate --directory service.directory --enrolment north-2.enrolment --slug north
    """

    def change(body: Directory, at: int) -> Directory:
        held, found = unit_of(body, slug), _enrolled(enrolment, body)
        if found.unit_id != held.unit_id:
            raise StepRefused(f"This enrolment is of another desk than {slug}.")
        if any(key.public == found.signing_public for key in held.keys):
            raise StepRefused(
                f"The list has this key of {slug} already: the enrolment file is an old one. Take the one that "
                "`dropbox-desk replace-keyring` wrote last."
            )
        key = UnitKey(found.signing_public, first_period if first_period is not None else at + 1)
        return with_unit(body, replace(held, keys=(*held.keys, key)))

    change_list(path, when, change)


@unit.command()
@directory_option
@slug_option
@_quota(required=True)
@_marks
@issuing_day
def quota(path: Path, slug: str, quota: int, marks: int | None, when: When) -> None:
    """Give a unit more room on the board, or less; its desk goes by it from its next batch on.

    \b
    Example:
      dropbox-keys unit quota --directory service.directory --slug north --quota 64
    """

    def change(body: Directory, _: int) -> Directory:
        return with_unit(body, replace(unit_of(body, slug), rows=quota, marks=marks or marks_for(quota)))

    change_list(path, when, change)


@unit.command("words")
@directory_option
@slug_option
@words_option
@click.option("--no-first-words", "none", is_flag=True, help="Take them away.")
@promised_option
@issuing_day
def set_words(path: Path, slug: str, words: tuple[str, ...], none: bool, promised: int | None, when: When) -> None:
    """Set what a unit says to each source whose report it has collected, in place of all that it said before, and the
    days within which it says that it answers. What is not named stays.

    \b
    Example:
      dropbox-keys unit words --directory service.directory --slug north --first-words en=words.txt --promised-days 5
    """
    if not words and not none and promised is None:
        raise click.UsageError("Say --first-words, --no-first-words or --promised-days.")
    if words and none:
        raise click.UsageError("Only one of --first-words and --no-first-words.")
    said = read_words(words)

    def change(body: Directory, _: int) -> Directory:
        held = unit_of(body, slug)
        days = held.promised_days if promised is None else promised
        first = said if words or none else held.first_words
        return with_unit(body, replace(held, first_words=first, promised_days=days))

    change_list(path, when, change)


@unit.command()
@directory_option
@slug_option
@click.option(
    "--enrolment", type=click.Path(path_type=Path), help="From `dropbox-desk contact-key make`, with the unit's key."
)
@click.option("--none", is_flag=True, help="Take the key away: the unit takes no contact details any more.")
@issuing_day
def contact(path: Path, slug: str, enrolment: Path | None, none: bool, when: When) -> None:
    """Put a unit's key for contact details into the list, in place of the one that it has. Compare the file's
    fingerprint with the desk's officer first.

    \b
    Example:
      dropbox-keys unit contact --directory service.directory --enrolment contact.enrolment --slug north
    """
    if (enrolment is None) != none:
        raise click.UsageError("Say --enrolment or --none.")

    def change(body: Directory, at: int) -> Directory:
        held = unit_of(body, slug)
        if enrolment is None:
            return with_unit(body, replace(held, contact_pk=b""))
        found = _enrolled(enrolment, body)
        if found.unit_id != held.unit_id:
            raise StepRefused(f"This file is of another desk than {slug}.")
        if found.signing_public != held.keys[-1].public:
            raise StepRefused(
                f"This file is not signed with the newest key of {slug} in the list. Let the desk write it again: "
                "`dropbox-desk contact-key file`."
            )
        if not found.contact_pk:
            raise StepRefused("This enrolment has no key for contact details. `dropbox-desk contact-key` writes one.")
        check_sealing_key(found.contact_pk)
        return with_unit(body, replace(held, contact_pk=found.contact_pk))

    change_list(path, when, change)


@unit.command()
@directory_option
@slug_option
@click.option("--take", required=True, type=click.Choice(("yes", "no")), help="Whether it takes files.")
@issuing_day
def files(path: Path, slug: str, take: str, when: When) -> None:
    """Say whether files can be sent to a unit. Its desk fetches the files of all units, or none at all.

    \b
    Example:
      dropbox-keys unit files --directory service.directory --slug north --take no
    """
    change_list(path, when, lambda body, _: takes_files(body, slug, take == "yes"))
