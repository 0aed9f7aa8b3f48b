# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk cases`` and ``state``: the cases you can open, and what a person says of one."""

from pathlib import Path

import click

from journalist_ui.shapes.cases import CaseLine, Cases, SetState, StateSet

from .asking import ask_signed_in, json_option, session_option, show, show_done, tell


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
    show(found.cases, as_json, _lines)


def _lines(cases: tuple[CaseLine, ...]) -> list[str]:
    if not cases:
        return ["No cases."]
    rows = [("case", "state", "opened", "unread", "draft", "categories")]
    rows += [
        (
            str(one.case),
            one.state,
            one.opened,
            str(one.unread),
            one.draft,
            ", ".join(one.categories) or "none given",
        )
        for one in cases
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return ["  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[5]]) for row in rows]


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
    show_done(ask_signed_in(session, SetState(case, wanted)), as_json, _marked)


def _marked(fields: StateSet) -> list[str]:
    return [f"Case {fields.case} is marked as {fields.state}, for all members."]
