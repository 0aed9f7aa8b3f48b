# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk reply``: write to the source of a case."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from journalist_ui.shapes.replies import Preview, Previewed, Replied, Reply
from journalist_ui.shapes.reply_marks import ReplyMark
from journalist_ui.words.counts import counted
from journalist_ui.words.decisions import AHEAD
from journalist_ui.words.lengths import length
from journalist_ui.words.reply_marks import mark_kind

from .asking import ask_signed_in, json_option, read_text, session_option, show, show_done
from .terminal import inert

Command = TypeVar("Command", bound=Callable[..., Any])


def allowing_options(command: Command) -> Command:
    """What lets a text go that the checker marks."""
    for option in (
        click.option("--officer", default="", help="Name and rank of the officer who gave it, at most 80 letters."),
        click.option(
            "--authorisation",
            default="",
            help="For a text that tasks the source: the reference of an authorisation from outside the desk, at most "
            "60 letters. It is kept with the text.",
        ),
        click.option("--read-marks", is_flag=True, help="Send although something is marked: you have read the marks."),
    ):
        command = option(command)
    return command


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
@click.option("--check", is_flag=True, help="Say what is marked in the text and how it would leave. Nothing is sent.")
@allowing_options
@json_option
def reply(
    case: int,
    session: Path,
    text_file: str,
    again: bool,
    check: bool,
    read_marks: bool,
    authorisation: str,
    officer: str,
    as_json: bool,
) -> None:
    """Write to the source; the text leaves with the desk's next batches. At most 8 parts of 884 bytes.

    Nothing is sent when the source or another member has written since you last opened the case, or when the unit
    wrote exactly this text there before: look, and say --again if it should go out all the same.

    A checker marks what could give the source away, asks who they are, fixes a meeting or leads out of this service:
    such a text is sent with --read-marks. One that asks the source to get, find out, record or watch something is
    sent with --authorisation and --officer alone, since a desk cannot authorise it. --check shows the marks.

    \b
    Examples:
      dropbox-desk reply 3 --session ada.session --text-file answer.txt
      echo "Thank you. Which day was it?" | dropbox-desk reply 3 --session ada.session --text-file -
      dropbox-desk reply 3 --session ada.session --text-file answer.txt --check
    """
    text = read_text(text_file, session)
    if check:
        show(ask_signed_in(session, Preview(case, text)), as_json, _checked)
        return
    asked = Reply(*(case, text, again), authorisation=authorisation, officer=officer, read_marks=read_marks)
    show_done(ask_signed_in(session, asked), as_json, _replied)


def _checked(fields: Previewed) -> list[str]:
    size = f"{length(fields.parts, fields.batches)}: {counted(fields.parts, 'part')}, {counted(fields.bytes, 'byte')}."
    lines = [f"{size} It would leave by {fields.next_batch}. Nothing was sent."]
    lines += [f"{inert(name)} is writing in this case too." for name in fields.writing]
    return [*lines, *([AHEAD] if fields.ahead else []), *marked(fields.marks)]


def marked(marks: Sequence[ReplyMark]) -> list[str]:
    """What the checker says of a text."""
    if not marks:
        return ["The checker marks nothing."]
    lines = [f"The checker marks {counted(len(marks), 'thing')}:"]
    return lines + [f'  {mark_kind(one.kind)}: "{inert(one.words)}". {one.reason}' for one in marks]


def _replied(fields: Replied) -> list[str]:
    lines = [
        f"The text waits to be sent, in {counted(fields.parts, 'part')}. `dropbox-desk show` tells when it was read."
    ]
    if fields.leaves:
        lines.append(f"It leaves by {fields.leaves}; the source can read it from then, where the board has room.")
    if fields.next_to_answer:
        lines.append(f"Next to answer: case {fields.next_to_answer}.")
    return lines
