# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-keys directory``: the signed list of units and the service's numbers."""

import json
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import click

from dropbox.protocol.directory import (
    PRODUCTION,
    Policy,
    Unit,
    UntrustedDirectory,
    parse_signed_directory,
    read_policy,
    verify_directory,
)
from dropbox.protocol.encoding import Reader
from dropbox.protocol.errors import ProtocolError
from keys.errors import StepRefused
from keys.issue import add_anchor, body_of, new_directory, reissue, sign_directory
from keys.keyfiles import DIRECTORY, note_signed, open_root, read_armoured, read_file, write_armoured

from .anchor import read_anchor
from .asking import passphrase, period_option, present

_FILE = click.Path(path_type=Path)
directory_option = click.option("--directory", "path", required=True, type=_FILE)


@click.group()
def directory() -> None:
    """What the roots sign: units, their keys, and the policy."""


def read_directory(path: Path) -> UntrustedDirectory:
    """Raises FileProblem, Malformed."""
    return parse_signed_directory(read_armoured(path, DIRECTORY))


def write_directory(path: Path, draft: UntrustedDirectory, replace: bool = True) -> None:
    """Write the file and say which version it now is."""
    write_armoured(path, DIRECTORY, draft.encode(), replace)
    click.echo(f"version {draft.head.head.dir_version}, {len(draft.head.signatures)} signatures")


def read_policy_file(path: Path) -> Policy:
    """A JSON object with exactly the policy's fields, whole numbers. Raises StepRefused."""
    names = [field.name for field in fields(Policy)]
    try:
        values: Any = json.loads(read_file(path))
        if sorted(values) != sorted(names) or not all(type(value) is int for value in values.values()):
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
@period_option
@click.option("--out", required=True, type=_FILE)
def new(anchor: Path, policy_file: Path | None, period: int | None, out: Path) -> None:
    """Begin a directory without units.

    \b
    Example:
      dropbox-keys directory new --anchor service.anchor --out service.directory
    """
    chosen = read_policy_file(policy_file) if policy_file else PRODUCTION
    write_directory(out, new_directory(read_anchor(anchor), chosen, present(chosen, period)), replace=False)


@directory.command()
@directory_option
@period_option
def issue(path: Path, period: int | None) -> None:
    """Issue the same directory afresh, with a later end: the next version, to be signed again.

    \b
    Example:
      dropbox-keys directory issue --directory service.directory
    """
    draft = read_directory(path)
    body = body_of(draft)
    write_directory(path, reissue(draft, body, present(body.policy, period)))


@directory.command("anchor")
@directory_option
@click.option("--anchor", required=True, type=_FILE, help="The anchor that follows the directory's last one.")
@period_option
def add(path: Path, anchor: Path, period: int | None) -> None:
    """Take changed roots into the directory; from then on the new ones sign it.

    \b
    Example:
      dropbox-keys directory anchor --directory service.directory --anchor service-2.anchor
    """
    draft = read_directory(path)
    write_directory(path, add_anchor(draft, read_anchor(anchor), present(body_of(draft).policy, period)))


@directory.command()
@directory_option
@click.option("--root-key", required=True, type=_FILE)
def sign(path: Path, root_key: Path) -> None:
    """Add this root's signature; the passphrase is asked, or one line of standard input.

    \b
    Example:
      dropbox-keys directory sign --directory service.directory --root-key r1.key
    """
    draft = read_directory(path)
    key = open_root(root_key, passphrase())
    signed = sign_directory(draft, key.seed, key.public)
    note_signed(key, "directory", signed.head.head.dir_version, signed.head.head.encode())
    write_directory(path, signed)


def unit_values(unit: Unit) -> dict[str, Any]:
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
        "quota": unit.board_quota,
        "paused": unit.paused,
    }


@directory.command()
@directory_option
@click.option("--json", "as_json", is_flag=True)
def show(path: Path, as_json: bool) -> None:
    """What a directory file says, and who signed it.

    \b
    Example:
      dropbox-keys directory show --directory service.directory --json
    """
    draft = read_directory(path)
    body, head = body_of(draft), draft.head.head
    values = {
        "version": head.dir_version,
        "issued": head.issued,
        "expires": head.expires,
        "signed_by": [one.index for one in draft.head.signatures],
        "policy": asdict(body.policy),
        "units": [unit_values(unit) for unit in body.units],
        "retired": [unit_values(one.unit) for one in body.retired],
        "revoked": [unit_id.hex() for unit_id in body.revoked],
    }
    if as_json:
        click.echo(json.dumps(values))
        return
    click.echo(f"version {head.dir_version}, periods {head.issued} to {head.expires}, signed by {values['signed_by']}")
    for unit in body.units:
        state = "paused" if unit.paused else "receiving"
        click.echo(f"{unit.slug}: {unit.name}, quota {unit.board_quota}, {state}, serves {len(unit.forces)} forces")


@directory.command()
@directory_option
@click.option("--anchor", required=True, type=_FILE, help="The anchor that a client pins.")
def verify(path: Path, anchor: Path) -> None:
    """Check a directory as a client does that pins this anchor.

    \b
    Example:
      dropbox-keys directory verify --directory service.directory --anchor service.anchor
    """
    found = verify_directory(read_anchor(anchor).anchor, read_directory(path))
    click.echo(f"version {found.signed_head.head.dir_version} holds, {len(found.directory.units)} units")
