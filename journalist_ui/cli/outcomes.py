# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk outcome``: what becomes of a case."""

from pathlib import Path

import click

from dropbox.command_line.inputs import STANDARD_INPUT
from journalist_ui.shapes.outcomes import OutcomeSet, SetOutcome
from journalist_ui.words.outcomes import KINDS, outcome as in_words

from .asking import ask_signed_in, json_option, read_text, session_option, show_done
from .handling import case_argument


@click.command()
@case_argument
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    required=True,
    type=click.Choice(list(KINDS)),
    help="Which; several times for several.",
)
@click.option("--reason-file", help='Why: a UTF-8 text file, or "-" for stdin.')
@click.option("--say-file", help="A draft of what the source is to be told: a text file. It is kept, and not sent.")
@session_option
@json_option
def outcome(
    case: int, kinds: tuple[str, ...], reason_file: str | None, say_file: str | None, session: Path, as_json: bool
) -> None:
    """Set the outcome of a case, for all members. Investigation, safeguarding and recorded may hold together;
    not-for-us stands alone.

    Setting it anew replaces it, and the history of the case keeps both. Nothing is sent: until the source was told, the
    list of cases says that the outcome is not told.

    \b
    Examples:
      dropbox-desk outcome 482913 --kind investigation --reason-file why.txt --session ada.session
      dropbox-desk outcome 482913 --kind safeguarding --kind recorded --say-file say.txt --session ada.session
    """
    if reason_file == say_file == STANDARD_INPUT:
        raise click.UsageError('Only one of --reason-file and --say-file can be "-".')
    reason, say = (read_text(path, session).rstrip("\n") if path else "" for path in (reason_file, say_file))
    show_done(ask_signed_in(session, SetOutcome(case, kinds, reason, say)), as_json, _set)


def _set(fields: OutcomeSet) -> list[str]:
    return [f"Outcome of case {fields.case}: {in_words(fields.outcomes)}, for all members. The source is not told yet."]
