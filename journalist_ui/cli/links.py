# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk link`` and ``unlink``: which cases belong together."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from journalist_ui.shapes.links import Link, Linked

from .asking import ask_signed_in, json_option, session_option, show_done
from .handling import case_argument

other_argument = click.argument("other", metavar="CASE", type=click.IntRange(1, 2**31 - 1))


def _linking(name: str, undo: bool, does: str) -> Callable[..., Any]:
    example = f'  dropbox-desk {name} 482913 771204 --reason "The same sergeant" --session ada.session'

    @click.command(name, help=f"{does}\n\n\b\nExample:\n{example}")
    @case_argument
    @other_argument
    @click.option("--reason", required=True, help="Why; who opens both cases can read it.")
    @session_option
    @json_option
    def command(case: int, other: int, reason: str, session: Path, as_json: bool) -> None:
        show_done(ask_signed_in(session, Link(case, other, reason, undo)), as_json, _linked)

    return command


def _linked(fields: Linked) -> list[str]:
    return [f"Cases {fields.case} and {fields.other} are {'linked' if fields.linked else 'not linked any more'}."]


link = _linking(
    "link",
    False,
    "Link two cases that you can open. Only who opens both sees the link and its reason; who opens one of them is told "
    "nothing, since that would tell of the other.",
)
unlink = _linking("unlink", True, "Take a link of two cases back. That there was one stays in their timelines.")
