# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk closing``: what a source that closes its conversation is told."""

from pathlib import Path

import click

from dropbox.protocol.constants import CLOSED_KINDS
from dropbox.shown.told import meanings
from journalist_ui.shapes.closings import ClosingTold, TellClosing

from .asking import ask_signed_in, json_option, session_option, show_done
from .handling import case_argument
from .terminal import quoted


@click.command()
@case_argument
@click.option("--tell", "kind", required=True, type=click.Choice(CLOSED_KINDS), help="What the source is told.")
@click.option(
    "--again", is_flag=True, help="Tell them although the source or a colleague has written since you opened the case."
)
@session_option
@json_option
def closing(case: int, kind: str, again: bool, session: Path, as_json: bool) -> None:
    """Tell a source who closes the conversation that the unit knows. Where they ask the unit to delete what it may,
    say that it deletes that, or that it keeps it; else say closing.

    It ends by itself on the day that `show` names, told or not, unless the source writes before. Nothing at the desk is
    deleted by it: the case stays by its retention.

    \b
    Example:
      dropbox-desk closing 482913 --tell closing --session ada.session
    """
    show_done(ask_signed_in(session, TellClosing(case, kind, None, again)), as_json, _told)


def _told(fields: ClosingTold) -> list[str]:
    lines = ["The source will read:", *quoted("\n".join(meanings([fields.told])))]
    if fields.leaves:
        lines.append(f"It leaves by {fields.leaves}; the source can read it from then, where the board has room.")
    return lines
