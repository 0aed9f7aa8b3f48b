# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk lock``: end a session."""

import json
from pathlib import Path

import click

from dropbox.command_line.inputs import read_text
from dropbox.command_line.refused import InputRefused
from journalist_ui.desk.client import ask_desk
from journalist_ui.refusals import DeskNotRunning

from . import terminal
from .asking import LARGEST_SESSION, session_option


@click.command()
@session_option
def lock(session: Path) -> None:
    """End your session and remove its file. A session that is over already is no error.

    \b
    Example:
      dropbox-desk lock --session ada.session
    """
    try:
        held = json.loads(read_text(session, LARGEST_SESSION, "session file"))
        ask_desk(Path(held["socket"]), "lock", {"token": held["token"]})
    except (InputRefused, ValueError, KeyError, TypeError, RecursionError, DeskNotRunning):
        # Without the desk, or without a token, there is no session.
        pass
    session.unlink(missing_ok=True)
    click.echo(terminal.LOCKED, err=True)
