# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk cases``: the cases you can open."""

from pathlib import Path

import click

from journalist_ui.shapes.cases import Cases

from . import terminal
from .asking import ask_signed_in, json_option, session_option, show, tell


@click.command()
@session_option
@json_option
def cases(session: Path, as_json: bool) -> None:
    """List the cases that you can open, with the number of messages not yet shown to you.

    \b
    Examples:
      dropbox-desk cases --session ada.session
      dropbox-desk cases --session ada.session --json
    """
    found = ask_signed_in(session, Cases())
    tell(found.notices)
    show(found.cases, as_json, terminal.case_lines)
