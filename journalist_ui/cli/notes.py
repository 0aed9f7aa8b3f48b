# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk note``: what members note in a case, for each other."""

from pathlib import Path

import click

from journalist_ui.shapes.notes import AddNote, Noted

from .asking import ask_signed_in, json_option, read_text, session_option, show_done
from .handling import case_argument


@click.command()
@case_argument
@click.option("--text-file", required=True, help='A UTF-8 text file, or "-" for stdin.')
@click.option("--corrects", type=click.IntRange(min=1), help="The number of an earlier note that this one corrects.")
@session_option
@json_option
def note(case: int, text_file: str, corrects: int | None, session: Path, as_json: bool) -> None:
    """Add a note to a case, for the members who open it. Nobody changes a note or takes it away: another corrects it.

    \b
    Example:
      dropbox-desk note 482913 --text-file - --session ada.session
    """
    text = read_text(text_file, session).rstrip("\n")
    show_done(ask_signed_in(session, AddNote(case, text, corrects or 0)), as_json, _noted)


def _noted(fields: Noted) -> list[str]:
    return [f"Note {fields.note} is kept in case {fields.case}."]
