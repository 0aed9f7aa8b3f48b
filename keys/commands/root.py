# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-keys root``: make a root key."""

import secrets
from pathlib import Path

import click

from dropbox.command_line.output import check_output, say_written
from dropbox.protocol.armour import ROOT_PUBLIC
from dropbox.protocol.constants import KEY
from dropbox.protocol.primitives import ed25519_public, sha256
from keys.fingerprints import grouped
from keys.keyfiles import medium_keeps_permissions, open_root, refuse_taken, seal_root, write_armoured, write_file

from .asking import passphrase

NO_PERMISSIONS = (
    "keeps no permissions, as a FAT or exFAT stick does not: whoever holds the medium can copy the key, and nothing "
    "but its passphrase protects it."
)


@click.group()
def root() -> None:
    """The offline keys that everything else follows from."""


@root.command()
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The key file; its public file gets .pub.")
def new(out: Path) -> None:
    """Make a root key, sealed under a passphrase.

    \b
    Example:
      dropbox-keys root new --out /media/root-1/root-1.key
    """
    beside = out.with_name(out.name + ".pub")
    refuse_taken(out, beside)
    check_output()
    if not medium_keeps_permissions(out.parent):
        click.echo(f"dropbox-keys: {out.parent} {NO_PERMISSIONS}", err=True)
    seed = secrets.token_bytes(KEY)
    sealed = seal_root(seed, passphrase(new=True), secrets.token_bytes)
    public = ed25519_public(seed)
    write_file(out, sealed)
    write_armoured(beside, ROOT_PUBLIC, public)
    say_written(f"{beside} {grouped(sha256(public))}", out, beside)


@root.command("passphrase")
@click.option("--root-key", required=True, type=click.Path(path_type=Path))
def change(root_key: Path) -> None:
    """Seal a root key under another passphrase. The old one is asked, then the new one: two prompts, or two lines of
    standard input. Every copy that was made before still opens with the old one.

    \b
    Example:
      dropbox-keys root passphrase --root-key /media/root-1/root-1.key
    """
    key = open_root(root_key, passphrase())
    check_output()
    sealed = seal_root(key.seed, passphrase(new=True, prompt="New passphrase of this root"), secrets.token_bytes)
    write_file(root_key, sealed, replace=True)
    say_written("sealed under the new passphrase; destroy the copies that open with the old one", root_key)
