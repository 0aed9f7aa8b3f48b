# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk totals``: how many cases there are, for members who open none."""

from collections.abc import Iterator
from pathlib import Path

import click

from journalist_ui.shapes.totals import CaseTotals, Totals
from journalist_ui.words.counts import counted

from .asking import ask_signed_in, json_option, session_option, show


@click.command()
@session_option
@json_option
def totals(session: Path, as_json: bool) -> None:
    """Say about how many cases there are, each number rounded to five by itself: for a custodian or administrator who
    opens no case.

    \b
    Example:
      dropbox-desk totals --session eve.session
    """
    show(ask_signed_in(session, Totals()), as_json, _lines)


def _lines(found: CaseTotals) -> Iterator[str]:
    yield f"About {counted(found.cases, 'case')}."
    for one in found.states:
        yield f"{one.state}: about {one.cases:,}"
