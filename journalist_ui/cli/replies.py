# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk reply``: write to the source of a case."""

from pathlib import Path

import click

from journalist_ui.shapes.replies import Replied, Reply
from journalist_ui.words.counts import counted

from .asking import ask_signed_in, json_option, read_text, session_option, show_done


@click.command()
@click.argument("case", type=click.IntRange(min=1))
@session_option
@click.option("--text-file", required=True, help='A UTF-8 text file, or "-" for stdin.')
@click.option(
    "--again",
    is_flag=True,
    help="Send although the source or a colleague has written since you opened the case, or the unit wrote exactly "
    "this before.",
)
@json_option
def reply(case: int, session: Path, text_file: str, again: bool, as_json: bool) -> None:
    """Write to the source; the text leaves with the desk's next batches. At most 8 parts of 884 bytes.

    Nothing is sent when the source or another member has written since you last opened the case, or when the unit
    wrote exactly this text there before: look, and say --again if it should go out all the same.

    \b
    Examples:
      dropbox-desk reply 3 --session ada.session --text-file answer.txt
      echo "Thank you. Which day was it?" | dropbox-desk reply 3 --session ada.session --text-file -
    """
    asked = Reply(case, read_text(text_file, session), again)
    show_done(ask_signed_in(session, asked), as_json, _replied)


def _replied(fields: Replied) -> list[str]:
    return [
        f"The text waits to be sent, in {counted(fields.parts, 'part')}. `dropbox-desk show` tells when it was read."
    ]
