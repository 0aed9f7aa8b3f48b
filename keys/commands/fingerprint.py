# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-keys fingerprint``: what two people read to each other."""

from pathlib import Path

import click

from dropbox.protocol.armour import dearmour
from dropbox.protocol.errors import BadArmour
from keys.errors import FileProblem
from keys.fingerprints import KINDS, fingerprint_of, grouped, word_lines
from keys.keyfiles import read_file


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--words", is_flag=True, help="As twenty words too, which are easier to say and hear.")
def fingerprint(file: Path, words: bool) -> None:
    """The fingerprint of an anchor, enrolment, directory, pages or root public file. Signatures do not change it.

    \b
    Example:
      dropbox-keys fingerprint service.anchor --words
    """
    data = read_file(file)
    for kind in KINDS:
        try:
            digest = fingerprint_of(kind, dearmour(kind, data))
        except BadArmour:
            continue
        click.echo(f"{kind.lower()}: {grouped(digest)}")
        for line in word_lines(digest) if words else ():
            click.echo(line)
        return
    raise FileProblem(f"{file}: not a whole anchor, enrolment, directory, pages or root public file.")
