# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk lock``: end a session."""

import json
from pathlib import Path

import click

from journalist_ui.desk.client import ask_desk
from journalist_ui.refusals import DeskNotRunning

from . import terminal
from .asking import ends_in_one_line, session_option


@click.command()
@session_option
@ends_in_one_line
def lock(session: Path) -> None:
    """End your session and remove its file. A session that is over already is no error.

    \b
    Example:
      dropbox-desk lock --session ada.session
    """
    try:
        held = json.loads(session.read_text(encoding="utf-8"))
        ask_desk(Path(held["socket"]), "lock", {"token": held["token"]})
    except (FileNotFoundError, ValueError, KeyError, TypeError, DeskNotRunning):
        # Without the desk, or without a token, there is no session.
        pass
    session.unlink(missing_ok=True)
    click.echo(terminal.LOCKED, err=True)
