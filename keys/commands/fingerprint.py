# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-keys fingerprint``: what two people read to each other."""

from pathlib import Path

import click

from dropbox.protocol.armour import dearmour
from dropbox.protocol.errors import BadArmour
from keys.errors import FileProblem
from keys.fingerprints import KINDS, fingerprint_of, grouped
from keys.keyfiles import read_file


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def fingerprint(file: Path) -> None:
    """The fingerprint of an anchor, enrolment, directory, pages or root public file. Signatures do not change it.

    \b
    Example:
      dropbox-keys fingerprint service.anchor
    """
    data = read_file(file)
    for kind in KINDS:
        try:
            click.echo(f"{kind.lower()}: {grouped(fingerprint_of(kind, dearmour(kind, data)))}")
            return
        except BadArmour:
            continue
    raise FileProblem(f"{file}: not a whole anchor, enrolment, directory, pages or root public file.")
