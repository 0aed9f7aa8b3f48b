# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk outcome``: what becomes of a case, and telling its source."""

from pathlib import Path

import click

from dropbox.command_line.inputs import STANDARD_INPUT
from dropbox.shown.told import meanings
from journalist_ui.refusals import DeskRefused
from journalist_ui.shapes.outcomes import (
    OutcomePreviewed,
    OutcomeReleased,
    OutcomeSet,
    PreviewOutcome,
    ReleaseOutcome,
    SetOutcome,
)
from journalist_ui.words.counts import counted
from journalist_ui.words.outcomes import KINDS, outcome as in_words

from .asking import ask_signed_in, json_option, read_text, session_option, show, show_done
from .handling import case_argument
from .replies import allowing_options, marked
from .terminal import quoted

IS_SET = "The outcome is set, and not released. {say}"


@click.command()
@case_argument
@click.option(
    "--kind", "kinds", multiple=True, type=click.Choice(list(KINDS)), help="Which; several times for several."
)
@click.option("--reason-file", help='Why: a UTF-8 text file, or "-" for stdin.')
@click.option("--say-file", help="What the source is to be told with it: a text file. It is kept until the release.")
@click.option("--release", is_flag=True, help="Send the outcome to the source; a supervisor does.")
@click.option("--check", is_flag=True, help="Say what a release would send, and what is marked in it. Nothing is done.")
@click.option(
    "--again", is_flag=True, help="Release although the source or a colleague has written since you opened the case."
)
@allowing_options
@session_option
@json_option
def outcome(
    case: int,
    kinds: tuple[str, ...],
    reason_file: str | None,
    say_file: str | None,
    release: bool,
    check: bool,
    again: bool,
    read_marks: bool,
    authorisation: str,
    officer: str,
    session: Path,
    as_json: bool,
) -> None:
    """Set the outcome of a case, for all members, or release it to the source. Investigation, safeguarding and recorded
    may hold together; not-for-us stands alone.

    Setting it anew replaces it, and the history of the case keeps both. Nothing is sent by it: until the outcome is
    released, which a supervisor does, the list of cases says that it is not told. With --kind and --release both are
    done, one after the other. The checker looks at what is to be told as at a reply: --check shows its marks.

    \b
    Examples:
      dropbox-desk outcome 482913 --kind investigation --reason-file why.txt --session ada.session
      dropbox-desk outcome 482913 --kind safeguarding --kind recorded --say-file say.txt --session ada.session
      dropbox-desk outcome 482913 --release --session ada.session
    """
    sets = bool(kinds or reason_file or say_file)
    if reason_file == say_file == STANDARD_INPUT:
        raise click.UsageError('Only one of --reason-file and --say-file can be "-".')
    if sets and not kinds:
        raise click.UsageError("--reason-file and --say-file go with --kind.")
    if check and (sets or not release):
        raise click.UsageError("--check goes with --release, and not with --kind.")
    if not sets and not release:
        raise click.UsageError("Say which --kind, or --release.")
    if check:
        show(ask_signed_in(session, PreviewOutcome(case)), as_json, _checked)
        return
    if sets:
        reason, say = (read_text(path, session).rstrip("\n") if path else "" for path in (reason_file, say_file))
        done = ask_signed_in(session, SetOutcome(case, kinds, reason, say))
        if not release:
            show_done(done, as_json, _set)
            return
    asked = ReleaseOutcome(*(case, 0, None, again), authorisation=authorisation, officer=officer, read_marks=read_marks)
    try:
        sent = ask_signed_in(session, asked)
    except DeskRefused as error:
        if sets:
            error.say = IS_SET.format(say=error.say)
        raise
    show_done(sent, as_json, _released)


def _set(fields: OutcomeSet) -> list[str]:
    return [f"Outcome of case {fields.case}: {in_words(fields.outcomes)}, for all members. The source is not told yet."]


def _released(fields: OutcomeReleased) -> list[str]:
    lines = [
        f"Outcome of case {fields.case}: {in_words(fields.outcomes)}. It waits to be sent, in "
        f"{counted(fields.parts, 'part')}. `dropbox-desk show` tells when it was read."
    ]
    if fields.leaves:
        lines.append(f"It leaves by {fields.leaves}; the source can read it from then, where the board has room.")
    return lines


def _checked(fields: OutcomePreviewed) -> list[str]:
    lines = ["The source would read:", *quoted("\n".join(meanings(fields.kinds)))]
    lines += ["The unit's words with it:", *quoted(fields.say)] if fields.say else []
    lines.append(f"{counted(fields.parts, 'part')}. It would leave by {fields.next_batch}. Nothing was sent.")
    return [*lines, *marked(fields.marks)]
