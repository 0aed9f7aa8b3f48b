# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk reply``: write to the source of a case."""

from pathlib import Path

import click

from . import terminal
from .asking import ask_signed_in, json_option, read_text, session_option, show


@click.command()
@click.argument("case", type=click.IntRange(min=1))
@session_option
@click.option("--text-file", required=True, help='A UTF-8 text file, or "-" for stdin.')
@json_option
def reply(case: int, session: Path, text_file: str, as_json: bool) -> None:
    """Write to the source; the text leaves with the desk's next batches. At most 16 parts of 884 bytes.

    \b
    Examples:
      dropbox-desk reply 3 --session ada.session --text-file answer.txt
      echo "Thank you. Which day was it?" | dropbox-desk reply 3 --session ada.session --text-file -
    """
    text = read_text(text_file)
    show(ask_signed_in(session, "reply", {"case": case, "text": text}), as_json, terminal.replied)
