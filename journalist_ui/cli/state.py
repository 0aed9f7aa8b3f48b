# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk state``: say what a case is."""

from pathlib import Path

import click

from journalist_ui.shapes.cases import SetState

from . import terminal
from .asking import ask_signed_in, json_option, session_option, show


@click.command("state")
@click.argument("case", type=click.IntRange(1, 2**31 - 1))
@click.argument("wanted", metavar="new|assessing", type=click.Choice(["new", "assessing"]))
@session_option
@json_option
def state(case: int, wanted: str, session: Path, as_json: bool) -> None:
    """Mark a case as new or as being assessed, for all members. Opening a case marks nothing.

    \b
    Example:
      dropbox-desk state 3 assessing --session ada.session
    """
    show(ask_signed_in(session, SetState(case, wanted)), as_json, terminal.marked)
