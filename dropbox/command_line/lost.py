# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an act takes away: shown so that nobody overlooks it, and a word typed before it is done."""

import sys
from collections.abc import Sequence

import click

_LONGEST_WORD = 64


def show_lost(lost: Sequence[str]) -> None:
    """A line that says ``nothing``, or a line each behind LOOK, red on a terminal."""
    click.echo("lost:" if lost else "lost: nothing")
    for one in lost:
        click.secho(f"  LOOK: {one}", fg="red", bold=True)


def typed_word(word: str, why: str) -> bool:
    """Ask for ``word`` on the next line of standard input; whether that was it. ``why`` is a whole sentence."""
    click.echo(f'{why} Type "{word}" to go on: ', nl=False)
    sys.stdout.flush()
    # A line of bounded length; empty when standard input has ended.
    line = sys.stdin.buffer.readline(_LONGEST_WORD).decode(errors="replace")
    return line.strip().lower() == word
