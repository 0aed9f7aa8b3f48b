# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-keys pages``: which documents the server shows to a browser."""

from collections.abc import Iterator
from pathlib import Path

import click

from dropbox.command_line.output import say_written
from dropbox.protocol.anchors import Anchor
from dropbox.protocol.armour import PAGES
from dropbox.protocol.pages import SignedPages, parse_signed_pages
from dropbox.shown.days import day_of_time
from dropbox.shown.signed_list import signers
from keys.issue import sign_pages
from keys.keyfiles import note_signed, open_root, read_armoured, write_armoured

from .anchor import read_anchor
from .asking import When, passphrase, signing_day

_FILE = click.Path(path_type=Path)
_pages = click.option("--pages", "path", required=True, type=_FILE, help="From `dropbox-admin pages export`.")
_anchor = click.option("--anchor", "anchor_file", required=True, type=_FILE)


@click.group()
def pages() -> None:
    """Which documents the server shows to a browser, so that anybody can compare them."""


def read_pages(path: Path) -> SignedPages:
    """Raises FileProblem, Malformed."""
    return parse_signed_pages(read_armoured(path, PAGES))


def _said(signed: SignedPages, anchor: Anchor) -> Iterator[str]:
    held = signed.pages
    yield f"made on {day_of_time(held.made)}, with version {held.dir_version} of the list of units"
    for address, digest in held.documents:
        yield f"  {address}  sha256 {digest.hex()}"
    yield signers(anchor, (one.index for one in signed.signatures))


@pages.command()
@_pages
@_anchor
def show(path: Path, anchor_file: Path) -> None:
    """Print the hash of each document, and who signed.

    \b
    Example:
      dropbox-keys pages show --pages service.pages --anchor service.anchor
    """
    for line in _said(read_pages(path), read_anchor(anchor_file).anchor):
        click.echo(line)


@pages.command()
@_pages
@_anchor
@click.option("--root-key", required=True, type=_FILE)
@signing_day
def sign(path: Path, anchor_file: Path, root_key: Path, when: When) -> None:
    """Add this root's signature; the passphrase is asked, or one line of standard input.

    Compare the hashes first with those of an export that you made yourself, from the same release, settings and list.

    \b
    Example:
      dropbox-keys pages sign --pages service.pages --anchor service.anchor --root-key r1.key
    """
    held, anchor = read_pages(path), read_anchor(anchor_file).anchor
    key = open_root(root_key, passphrase())
    day = when.check_signer(key)
    signed = sign_pages(held, anchor, key.seed, key.public)
    note_signed(key, "pages", signed.pages.made, signed.pages.encode(), day)
    write_armoured(path, PAGES, signed.encode(), replace=True)
    say_written("\n".join((when.said(), *_said(signed, anchor))), path)
