# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk tag``: words by which members find cases again."""

from pathlib import Path

import click

from journalist_ui.shapes.tags import Tag, Tagged

from .asking import ask_signed_in, json_option, session_option, show_done
from .handling import case_argument
from .terminal import inert


@click.command()
@case_argument
@click.option("--add", multiple=True, help="A tag to add; several times for several.")
@click.option("--remove", multiple=True, help="A tag to take away.")
@session_option
@json_option
def tag(case: int, add: tuple[str, ...], remove: tuple[str, ...], session: Path, as_json: bool) -> None:
    """Add tags to a case or take some away, for all members; sealed like everything in it.

    \b
    Examples:
      dropbox-desk tag 482913 --add "custody suite" --session ada.session
      dropbox-desk cases --tag "custody suite" --session ada.session
    """
    if not add and not remove:
        raise click.UsageError("Say --add or --remove.")
    show_done(ask_signed_in(session, Tag(case, add, remove)), as_json, _tagged)


def _tagged(fields: Tagged) -> list[str]:
    return [f"Tags of case {fields.case}: {', '.join(map(inert, fields.tags)) or 'none'}."]
