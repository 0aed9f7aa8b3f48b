# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk show``: read a case."""

from pathlib import Path

import click

from journalist_ui.shapes.conversation import Show

from . import terminal
from .asking import ask_signed_in, json_option, session_option
from .asking import show as print_result


@click.command()
@click.argument("case", type=click.IntRange(min=1))
@session_option
@json_option
def show(case: int, session: Path, as_json: bool) -> None:
    """Show a case: the report, and the conversation with the state of each text.

    What a source wrote stands behind a margin; what is not plainly visible in it stands as its code point.

    \b
    Examples:
      dropbox-desk show 3 --session ada.session
      dropbox-desk show 3 --session ada.session --json
    """
    print_result(ask_signed_in(session, Show(case)).case, as_json, terminal.case)
