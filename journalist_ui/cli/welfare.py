# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk welfare``: whether you see pages of files blurred first."""

from pathlib import Path

import click

from journalist_ui.shapes.welfare import SetWelfare, ShowWelfare, Welfare
from journalist_ui.words.welfare import said

from .asking import ask_signed_in, json_option, session_option, show, show_done


@click.command()
@click.option("--on/--off", "on", default=None, help="Blur them first, or do not.")
@session_option
@json_option
def welfare(on: bool | None, session: Path, as_json: bool) -> None:
    """Say whether pages of files are blurred and grey for you until you ask for each, or change it, for yourself alone,
    on page and terminal.

    \b
    Examples:
      dropbox-desk welfare --session ada.session
      dropbox-desk welfare --off --session ada.session
    """
    if on is None:
        show(ask_signed_in(session, ShowWelfare()), as_json, _lines)
    else:
        show_done(ask_signed_in(session, SetWelfare(on)), as_json, _lines)


def _lines(found: Welfare) -> list[str]:
    return [said(found)]
