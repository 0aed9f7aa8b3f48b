# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk lock``: end a session."""

from contextlib import suppress
from pathlib import Path

import click

from journalist_ui.refusals import DeskNotRunning
from journalist_ui.shapes.sessions import Lock
from journalist_ui.socket.client import ask_desk

from . import terminal
from .asking import held_session, refuse_other_file, session_option


@click.command()
@session_option
def lock(session: Path) -> None:
    """End your session and remove its file. A session that is over already is no error.

    \b
    Example:
      dropbox-desk lock --session ada.session
    """
    refuse_other_file(session)
    held = held_session(session)
    if held is not None:
        # Without the desk there is no session.
        with suppress(DeskNotRunning):
            ask_desk(held[0], Lock(held[1]))
    session.unlink(missing_ok=True)
    click.echo(terminal.LOCKED, err=True)
