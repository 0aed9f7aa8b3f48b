# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-keys cosign`` and ``join``: a root that is elsewhere signs, and its signature alone travels."""

from pathlib import Path

import click
import segno

from dropbox.command_line.inputs import as_text
from dropbox.command_line.output import say_written, seen_first
from dropbox.protocol.armour import ANCHOR
from dropbox.shown.signed_list import signers
from dropbox.shown.square import square_lines
from keys.cosign import Cosignature, cosign_anchor, cosign_directory, join_anchor, join_directory, read_cosignature
from keys.issue import body_of
from keys.keyfiles import note_signed, open_root, read_file, refuse_taken, write_armoured, write_file

from .anchor import read_anchor
from .asking import When, passphrase, signing_day, typed_line
from .directory import confirm_lost, describe, read_directory, since_option, write_directory, yes_option

_FILE = click.Path(path_type=Path)
_directory = click.option("--directory", "path", type=_FILE, help="The list to sign.")
_anchor = click.option("--anchor", type=_FILE, help="The anchor to sign.")
_previous = click.option("--previous", type=_FILE, help="The anchor before it, when it is not the first.")


def _one_of(path: Path | None, anchor: Path | None) -> None:
    if (path is None) == (anchor is None):
        raise click.UsageError("Say --directory or --anchor.")


@click.command()
@_directory
@_anchor
@_previous
@click.option("--root-key", required=True, type=_FILE)
@since_option
@yes_option
@click.option("--out", type=_FILE, help="Write the signature to this file too.")
@signing_day
def cosign(
    path: Path | None,
    anchor: Path | None,
    previous: Path | None,
    root_key: Path,
    since: Path | None,
    yes: bool,
    out: Path | None,
    when: When,
) -> None:
    """Sign a list or an anchor that lies elsewhere: its copy here stays as it is, and the signature is shown as letters
    and as a square code, for `dropbox-keys join` at the other place.

    \b
    Example:
      dropbox-keys cosign --directory service.directory --root-key r2.key --out r2.signature
    """
    _one_of(path, anchor)
    refuse_taken(*([out] if out else []))
    made = (
        _of_list(path, root_key, since, yes, when)
        if path is not None
        else _of_anchor(Path(str(anchor)), previous, root_key, when)
    )
    if out is not None:
        write_file(out, "\n".join([*made.lines(), ""]).encode(), mode=0o644)
    square = square_lines(segno.make_qr(made.code(), error="m").matrix_iter(border=2))
    say_written("\n".join([when.said(), *square, *made.lines()]), *([out] if out else [root_key]))


def _of_list(path: Path, root_key: Path, since: Path | None, yes: bool, when: When) -> Cosignature:
    listing = read_directory(path)
    when.check(listing.head.head.issued * body_of(listing).policy.period, "the list's issue")
    with seen_first():
        confirm_lost(describe(path, listing, since), yes)
    key = open_root(root_key, passphrase())
    day = when.check_signer(key)
    made = cosign_directory(listing, key.seed, key.public)
    note_signed(key, "directory", listing.head.head.dir_version, listing.head.head.encode(), day)
    return made


def _of_anchor(path: Path, previous: Path | None, root_key: Path, when: When) -> Cosignature:
    held, before = read_anchor(path), read_anchor(previous) if previous else None
    key = open_root(root_key, passphrase())
    day = when.check_signer(key)
    made = cosign_anchor(held, before, key.seed, key.public)
    note_signed(key, "anchor", held.anchor.version, held.anchor.encode(), day)
    return made


@click.command()
@_directory
@_anchor
@_previous
@click.option("--signature", type=_FILE, help="The file; default: one line of standard input, typed or scanned.")
@signing_day
def join(path: Path | None, anchor: Path | None, previous: Path | None, signature: Path | None, when: When) -> None:
    """Add a signature that a root made elsewhere. It is checked against the root before it is added.

    \b
    Example:
      dropbox-keys join --directory service.directory --signature r2.signature
    """
    _one_of(path, anchor)
    typed = typed_line("Signature, in one line: ") if signature is None else as_text(read_file(signature), "signature")
    given = read_cosignature(typed)
    if path is not None:
        listing = read_directory(path)
        write_directory(path, join_directory(listing, given)[0], when, listing)
        return
    file = Path(str(anchor))
    signed, _ = join_anchor(read_anchor(file), read_anchor(previous) if previous else None, given)
    write_armoured(file, ANCHOR, signed.encode(), replace=True)
    say_written(signers(signed.anchor, (one.index for one in signed.by_own)), file)
