# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-keys directory``: the signed list of units and the service's numbers."""

import json
import time
from collections.abc import Iterable
from dataclasses import MISSING, asdict, fields, replace
from pathlib import Path
from typing import Any

import click

from dropbox.command_line.lost import show_lost, typed_word
from dropbox.command_line.output import say_written, seen_first
from dropbox.forces import force_names
from dropbox.protocol.anchors import verify_head
from dropbox.protocol.armour import DIRECTORY, armour
from dropbox.protocol.constants import MAX_PERIOD, MAX_PERIOD_BLOBS
from dropbox.protocol.directory import (
    Directory,
    UntrustedDirectory,
    parse_directory,
    parse_signed_directory,
    verify_directory,
)
from dropbox.protocol.encoding import Reader
from dropbox.protocol.errors import HeadExpired, Malformed, ProtocolError, TrustError, WrongVersion
from dropbox.protocol.policy import PRODUCTION, Policy, read_policy
from dropbox.protocol.primitives import sha256
from dropbox.protocol.units import NO_UNIT, Unit
from dropbox.shown.signed_list import Said, signers, span
from dropbox.shown.six_lines import Before, SixLines, six_lines
from keys.errors import StepRefused
from keys.issue import add_anchor, body_of, new_directory, reissue, sign_directory
from keys.keyfiles import keep_signed, kept_below, note_signed, open_root, read_armoured, read_file, write_armoured
from keys.version_one import parse_version_one, within_budget

from .anchor import read_anchor
from .asking import When, issuing_day, passphrase, signing_day

_FILE = click.Path(path_type=Path)
WORD = "sign"
since_option = click.option(
    "--since",
    type=_FILE,
    help="The published list, or another: say how this one differs from it. Default: the one kept beside.",
)
yes_option = click.option("--yes", is_flag=True, help="Do not ask about what the list takes away, for scripts.")
directory_option = click.option("--directory", "path", required=True, type=_FILE)


@click.group()
def directory() -> None:
    """What the roots sign: units, their keys, and the policy."""


def read_directory(path: Path) -> UntrustedDirectory:
    """Raises FileProblem, Malformed."""
    return parse_signed_directory(read_armoured(path, DIRECTORY))


def write_directory(
    path: Path, listing: UntrustedDirectory, when: When, before: UntrustedDirectory | None = None
) -> None:
    """Write the file, and say the day, which version it now is, how long it holds and who signed it. ``before`` is the
    list that it replaces: a signed one is kept beside it."""
    version, body = listing.head.head.dir_version, body_of(listing)
    if before is not None and before.head.signatures and before.head.head.dir_version != version:
        keep_signed(path, before.head.head.dir_version, armour(DIRECTORY, before.encode()))
    write_armoured(path, DIRECTORY, listing.encode(), replace=before is not None)
    holds = f"version {version}, {span(listing, body.policy.period, time.time())}"
    signed = signers(listing.anchors[-1].anchor, (one.index for one in listing.head.signatures))
    say_written("\n".join((when.said(), holds, signed)), path)


def say_all(said: Iterable[Said]) -> None:
    """Remarks, one a line; what loses something stands out."""
    for one in said:
        click.echo(f"{'LOOK: ' if one.loses else ''}{one.text}")


def _before(path: Path, listing: UntrustedDirectory, since: Path | None) -> Before | None:
    """The list that ``path`` is held against: the one that a person names, else the newest one kept beside it that
    enough roots signed, for no other was ever published."""
    if since is not None:
        held = read_directory(since)
        return Before(held, of_today(held), "as you gave it", is_signed(listing, held))
    for found in kept_below(path, listing.head.head.dir_version):
        held = read_directory(found)
        if is_signed(listing, held):
            return Before(held, of_today(held), f"kept as {found.name}")
    return None


def is_signed(listing: UntrustedDirectory, held: UntrustedDirectory) -> bool:
    """Whether enough roots of an anchor that ``listing`` stands under signed ``held``."""
    try:
        verify_head([one.anchor for one in listing.anchors], held.head)
    except TrustError:
        return False
    return sha256(held.body) == held.head.head.directory_hash


def of_today(listing: UntrustedDirectory) -> Directory | None:
    """The directory in a list; None where it is of an earlier form."""
    try:
        return parse_directory(listing.body)
    except WrongVersion:
        return None


def describe(path: Path, listing: UntrustedDirectory, since: Path | None) -> SixLines:
    """Print the six lines, and give them back."""
    said = six_lines(listing, body_of(listing), force_names(), time.time(), _before(path, listing, since))
    click.echo("\n".join(said.lines))
    show_lost(said.lost)
    return said


def confirm_lost(said: SixLines, yes: bool) -> None:
    """Raises StepRefused unless somebody says that what is lost may be lost."""
    if yes or not said.lost or typed_word(WORD, "This list takes away what stands behind LOOK."):
        return
    raise StepRefused("Nothing was signed. In a script say --yes, once you have read the lines behind LOOK.")


def read_policy_file(path: Path) -> Policy:
    """A JSON object with the policy's fields, whole numbers; those kept for later may be left out. Raises
    StepRefused."""
    names = [field.name for field in fields(Policy)]
    needed = {field.name for field in fields(Policy) if field.default is MISSING}
    try:
        values: Any = json.loads(read_file(path))
        if not needed <= set(values) <= set(names) or not all(type(value) is int for value in values.values()):
            raise StepRefused(f"{path}: must hold exactly these whole numbers: {', '.join(names)}.")
        return read_policy(Reader(Policy(**values).encode(), "policy"))
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError, ProtocolError):
        raise StepRefused(f"{path}: not a policy. `dropbox-keys directory policy` prints one to start from.") from None


@directory.command()
def policy() -> None:
    """Print the production policy as JSON, to start from.

    \b
    Example:
      dropbox-keys directory policy > policy.json
    """
    click.echo(json.dumps(asdict(PRODUCTION), indent=2))


@directory.command()
@click.option("--anchor", required=True, type=_FILE)
@click.option("--policy", "policy_file", type=_FILE, help="JSON; default: the production policy.")
@click.option("--out", required=True, type=_FILE)
@issuing_day
def new(anchor: Path, policy_file: Path | None, out: Path, when: When) -> None:
    """Begin a directory without units.

    \b
    Example:
      dropbox-keys directory new --anchor service.anchor --out service.directory
    """
    chosen = read_policy_file(policy_file) if policy_file else PRODUCTION
    write_directory(out, new_directory(read_anchor(anchor), chosen, when.issue(chosen, None)), when)


@directory.command()
@directory_option
@click.option(
    "--above",
    type=click.IntRange(0, MAX_PERIOD - 1),
    help="A version that a root has signed already: the new one is the next above it.",
)
@click.option(
    "--blobs-per-period",
    type=click.IntRange(0, MAX_PERIOD_BLOBS),
    help="From now on so many blobs of files a period, of 256 KiB each; 0 takes no files.",
)
@click.option(
    "--close-after",
    type=click.IntRange(0, MAX_PERIOD - 1),
    help="From now on a conversation ends so many periods after its source closed it; 0 for never.",
)
@issuing_day
def issue(path: Path, above: int | None, blobs_per_period: int | None, close_after: int | None, when: When) -> None:
    """Issue the same directory afresh, with a later end: the next version, to be signed again.

    \b
    Example:
      dropbox-keys directory issue --directory service.directory
    """
    listing = read_directory(path)
    body = body_of(listing)
    given = {"blobs_per_period": blobs_per_period, "close_after": close_after}
    chosen = {name: value for name, value in given.items() if value is not None}
    body = replace(body, policy=replace(body.policy, **chosen))
    issued = when.issue(body.policy, listing.head.head.issued)
    write_directory(path, reissue(listing, body, issued, above or 0), when, listing)


@directory.command()
@directory_option
@issuing_day
def upgrade(path: Path, when: When) -> None:
    """Issue a list of the first form anew in today's, as the next version, to be signed again.

    \b
    Example:
      dropbox-keys directory upgrade --directory service.directory
    """
    listing = read_directory(path)
    try:
        body = parse_version_one(listing.body)
    except Malformed:
        raise StepRefused("This list is not of the first form. `directory issue` makes its next version.") from None
    fitting, lowered = within_budget(body)
    issued = when.issue(body.policy, listing.head.head.issued)
    write_directory(path, reissue(listing, fitting, issued), when, listing)
    if lowered:
        click.echo(f"LOOK: fewer rows than their quotas of before would have: {', '.join(lowered)}")


@directory.command("anchor")
@directory_option
@click.option("--anchor", required=True, type=_FILE, help="The anchor that follows the directory's last one.")
@issuing_day
def add(path: Path, anchor: Path, when: When) -> None:
    """Take changed roots into the directory; from then on the new ones sign it.

    \b
    Example:
      dropbox-keys directory anchor --directory service.directory --anchor service-2.anchor
    """
    listing = read_directory(path)
    issued = when.issue(body_of(listing).policy, listing.head.head.issued)
    write_directory(path, add_anchor(listing, read_anchor(anchor), issued), when, listing)


@directory.command()
@directory_option
@click.option("--root-key", required=True, type=_FILE)
@since_option
@yes_option
@signing_day
def sign(path: Path, root_key: Path, since: Path | None, yes: bool, when: When) -> None:
    """Show what the list says and add this root's signature; the passphrase is asked, or one line of standard input.

    \b
    Example:
      dropbox-keys directory sign --directory service.directory --root-key r1.key
    """
    listing = read_directory(path)
    when.check(listing.head.head.issued * body_of(listing).policy.period, "the list's issue")
    with seen_first():
        confirm_lost(describe(path, listing, since), yes)
    key = open_root(root_key, passphrase())
    day = when.check_signer(key)
    signed = sign_directory(listing, key.seed, key.public)
    note_signed(key, "directory", signed.head.head.dir_version, signed.head.head.encode(), day)
    write_directory(path, signed, when, listing)


def unit_values(unit: Unit) -> dict[str, object]:
    """A unit's fields for printing."""
    return {
        "slug": unit.slug,
        "name": unit.name,
        "kind": unit.kind.name.lower().replace("_", "-"),
        "unit_id": unit.unit_id.hex(),
        "forces": list(unit.forces),
        "conflicts": list(unit.conflicts),
        "keys": [{"public": key.public.hex(), "first_period": key.first_period} for key in unit.keys],
        "first_period": unit.first_period,
        "not_after": unit.not_after,
        "quota": unit.rows,
        "marks": unit.marks,
        "paused": unit.paused,
        "successor": "" if unit.successor == NO_UNIT else unit.successor.hex(),
        "files": not unit.takes_no_files,
        "promised_days": unit.promised_days,
        "first_words": dict(unit.first_words),
    }


@directory.command()
@directory_option
@since_option
@click.option("--json", "as_json", is_flag=True)
def show(path: Path, since: Path | None, as_json: bool) -> None:
    """What a directory file says, how long it holds, and who signed it.

    \b
    Example:
      dropbox-keys directory show --directory service.directory --json
    """
    listing = read_directory(path)
    body, head = body_of(listing), listing.head.head
    values = {
        "version": head.dir_version,
        "issued": head.issued,
        "expires": head.expires,
        "signed_by": [one.index for one in listing.head.signatures],
        "policy": asdict(body.policy),
        "units": [unit_values(unit) for unit in body.units],
        "retired": [unit_values(one.unit) for one in body.retired],
        "revoked": [unit_id.hex() for unit_id in body.revoked],
    }
    if as_json:
        click.echo(json.dumps(values))
        return
    describe(path, listing, since)


@directory.command()
@directory_option
@click.option("--anchor", required=True, type=_FILE, help="The anchor that a client pins.")
@since_option
@signing_day
def verify(path: Path, anchor: Path, since: Path | None, when: When) -> None:
    """Check a directory as a client does that pins this anchor and has this machine's date.

    \b
    Example:
      dropbox-keys directory verify --directory service.directory --anchor service.anchor
    """
    found = verify_directory(read_anchor(anchor).anchor, read_directory(path))
    head, period = found.signed_head.head, found.policy.period
    now = when.check(head.issued * period, "the list's issue", longest=(head.expires - head.issued + 1) * period)
    if now // period > head.expires:
        raise HeadExpired("by this machine's clock")
    click.echo(when.said())
    click.echo(f"version {head.dir_version} holds: who pins this anchor believes it")
    describe(path, found.raw, since)
