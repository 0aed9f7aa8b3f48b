# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-keys anchor``: who the roots are and how many must sign."""

import json
import secrets
from pathlib import Path

import click

from dropbox.command_line.output import say_written
from dropbox.protocol.anchors import SignedAnchor, parse_signed_anchor
from dropbox.protocol.armour import ANCHOR, ROOT_PUBLIC
from dropbox.protocol.constants import KEY
from dropbox.shown.signed_list import roots, signers
from keys.errors import FileProblem
from keys.fingerprints import grouped
from keys.issue import new_anchor, next_anchor, sign_anchor
from keys.keyfiles import note_signed, open_root, read_armoured, write_armoured

from .asking import When, passphrase, signing_day

_FILE = click.Path(path_type=Path)
_public = click.option("--root-public", "publics", multiple=True, required=True, type=_FILE, help="Once for each root.")
_threshold = click.option("--threshold", default=2, show_default=True, type=int, help="How many roots must sign.")
_out = click.option("--out", required=True, type=_FILE)


@click.group()
def anchor() -> None:
    """The file that every client pins."""


def read_anchor(path: Path) -> SignedAnchor:
    """Raises FileProblem, Malformed."""
    return parse_signed_anchor(read_armoured(path, ANCHOR))


def _read_publics(paths: tuple[Path, ...]) -> list[bytes]:
    found = [read_armoured(path, ROOT_PUBLIC) for path in paths]
    if any(len(public) != KEY for public in found):
        raise FileProblem("A root's public file is damaged. Take it again from its root.")
    return found


@anchor.command()
@_public
@_threshold
@_out
def new(publics: tuple[Path, ...], threshold: int, out: Path) -> None:
    """Begin a service: its first anchor, with a new random service id.

    \b
    Example:
      dropbox-keys anchor new --root-public r1.key.pub --root-public r2.key.pub --root-public r3.key.pub \\
        --threshold 2 --out service.anchor
    """
    made = new_anchor(_read_publics(publics), threshold, secrets.token_bytes)
    write_armoured(out, ANCHOR, made.encode())
    say_written(grouped(made.anchor.fingerprint), out)


@anchor.command("next")
@click.option("--anchor", "before", required=True, type=_FILE, help="The present anchor.")
@_public
@_threshold
@_out
def next_(before: Path, publics: tuple[Path, ...], threshold: int, out: Path) -> None:
    """Change the roots: the anchor after the present one. Old and new roots must sign it.

    \b
    Example:
      dropbox-keys anchor next --anchor service.anchor --root-public r2.key.pub --root-public r3.key.pub \\
        --root-public r4.key.pub --out service-2.anchor
    """
    made = next_anchor(read_anchor(before), _read_publics(publics), threshold)
    write_armoured(out, ANCHOR, made.encode())
    say_written(grouped(made.anchor.fingerprint), out)


@anchor.command()
@click.option("--anchor", "path", required=True, type=_FILE)
@click.option("--previous", type=_FILE, help="The anchor before it, when it is not the first.")
@click.option("--root-key", required=True, type=_FILE)
@signing_day
def sign(path: Path, previous: Path | None, root_key: Path, when: When) -> None:
    """Add this root's signature; the passphrase is asked, or one line of standard input.

    \b
    Example:
      dropbox-keys anchor sign --anchor service.anchor --root-key r1.key
    """
    held, before = read_anchor(path), read_anchor(previous) if previous else None
    key = open_root(root_key, passphrase())
    day = when.check_signer(key)
    signed = sign_anchor(held, before, key.seed, key.public)
    note_signed(key, "anchor", signed.anchor.version, signed.anchor.encode(), day)
    write_armoured(path, ANCHOR, signed.encode(), replace=True)
    say_written(f"{when.said()}\n{signers(signed.anchor, (one.index for one in signed.by_own))}", path)


@anchor.command()
@click.option("--anchor", "path", required=True, type=_FILE)
@click.option("--json", "as_json", is_flag=True)
def show(path: Path, as_json: bool) -> None:
    """What an anchor file says, and who signed it.

    \b
    Example:
      dropbox-keys anchor show --anchor service.anchor
    """
    signed = read_anchor(path)
    values = {
        "service_id": signed.anchor.service_id.hex(),
        "version": signed.anchor.version,
        "threshold": signed.anchor.threshold,
        "roots": [root.hex() for root in signed.anchor.roots],
        "signed_by": [one.index for one in signed.by_own],
        "signed_by_previous": [one.index for one in signed.by_previous],
        "fingerprint": grouped(signed.anchor.fingerprint),
    }
    if as_json:
        click.echo(json.dumps(values))
        return
    click.echo(f"anchor version {signed.anchor.version}, service {signed.anchor.service_id.hex()}")
    click.echo(signers(signed.anchor, (one.index for one in signed.by_own)))
    if signed.by_previous:
        click.echo(f"signed by {roots([one.index for one in signed.by_previous])} of the anchor before it")
    for number, public in enumerate(signed.anchor.roots, start=1):
        click.echo(f"root {number}: {public.hex()}")
    click.echo(f"fingerprint: {values['fingerprint']}")
