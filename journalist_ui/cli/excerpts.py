# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk excerpts``: whether lists show you the beginnings of reports."""

from pathlib import Path

import click

from journalist_ui.shapes.excerpts import Excerpts, SetExcerpts, ShowExcerpts
from journalist_ui.words.excerpts import said

from .asking import ask_signed_in, json_option, session_option, show, show_done


@click.command()
@click.option("--on/--off", "on", default=None, help="Show them, or do not.")
@session_option
@json_option
def excerpts(on: bool | None, session: Path, as_json: bool) -> None:
    """Say whether lists show you the beginnings of reports, or change it, for yourself alone, on page and terminal.

    \b
    Examples:
      dropbox-desk excerpts --session ada.session
      dropbox-desk excerpts --off --session ada.session
    """
    if on is None:
        show(ask_signed_in(session, ShowExcerpts()), as_json, _lines)
    else:
        show_done(ask_signed_in(session, SetExcerpts(on)), as_json, _lines)


def _lines(found: Excerpts) -> list[str]:
    return [said(found)]
