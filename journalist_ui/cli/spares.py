# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk member recovery-codes``: ten codes that sign in once each, in place of those of a lost telephone."""

from collections.abc import Sequence
from pathlib import Path

import click

from dropbox.command_line.output import say_once
from dropbox.command_line.screen import give_secret
from dropbox.command_line.secret_lines import secret_line
from journalist_ui.shapes.spares import CountSpares, MakeSpares
from journalist_ui.socket.codec import to_json
from journalist_ui.words.spares import ABOUT, left

from .asking import ask_signed_in, json_option, session_option, show
from .prompts import MEMBER

WRITTEN = "they are on paper"


def give_spares(spares: Sequence[str]) -> None:
    """Shown once; from a terminal they are cleared away. Raises OutputLost."""
    give_secret("\n".join(("Recovery codes:", *(f"  {one}" for one in spares), ABOUT)), WRITTEN)


@click.command("recovery-codes")
@session_option
@click.option("--left", "count", is_flag=True, help="Say how many are left; make none.")
@json_option
def recovery_codes(session: Path, count: bool, as_json: bool) -> None:
    """Make ten recovery codes. Each signs you in once in place of a one-time code; those of before are good no more.

    Asks for your passphrase, or reads it from stdin; a wrong one ends your sessions.

    \b
    Examples:
      dropbox-desk member recovery-codes --session bob.session
      dropbox-desk member recovery-codes --left --session bob.session --json
    """
    if count:
        show(ask_signed_in(session, CountSpares()), as_json, lambda found: [left(found.left)])
        return
    made = ask_signed_in(session, MakeSpares(secret_line(MEMBER)))
    if as_json:
        say_once(to_json(made))
    else:
        give_spares(made.recovery_codes)
