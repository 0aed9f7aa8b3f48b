# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk ask`` and ``dropbox-desk questions``: what a unit asks its sources."""

import json
from pathlib import Path

import click

from dropbox.protocol.constants import CATEGORIES
from journalist_ui.refusals import BadInput
from journalist_ui.shapes.questions import (
    AskPreviewed,
    AskSource,
    KeepSet,
    PreviewAsk,
    QuestionLine,
    QuestionSet,
    QuestionSets,
    RemoveSet,
    SetKept,
    SetRemoved,
    ShowSet,
    SourceAsked,
)
from journalist_ui.socket.codec import read_shape
from journalist_ui.words.counts import counted
from journalist_ui.words.decisions import AHEAD

from .asking import agree, ask_signed_in, json_option, read_text, session_option, show, show_done
from .canned import ANY
from .handling import case_argument
from .replies import allowing_options, marked
from .terminal import inert, quoted

SURE_HOW = "This set is offered no more. Say --yes where nobody can be asked. Nothing was removed."
NOT_JSON = "The file is no JSON list of questions, each with id, ask, kind and, of a choice, options. Nothing was done."
_slug = click.argument("slug")


def _read_questions(path: str, session: Path) -> tuple[QuestionLine, ...]:
    """Raises BadInput."""
    try:
        found = json.loads(read_text(path, session))
    except (ValueError, RecursionError):
        raise BadInput(NOT_JSON) from None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise BadInput(NOT_JSON)
    return tuple(read_shape(QuestionLine, one) for one in found)


@click.command()
@case_argument
@click.option("--set", "slug", default="", help="A set that the unit keeps: `questions list` lists them.")
@click.option("--questions-file", help='Questions of your own: a JSON file as `questions show --json` prints, or "-".')
@click.option("--check", is_flag=True, help="Show what would be asked and what is marked in it. Nothing is sent.")
@click.option("--again", is_flag=True, help="Ask although somebody has written since you opened the case.")
@allowing_options
@session_option
@json_option
def ask(
    case: int,
    slug: str,
    questions_file: str | None,
    check: bool,
    again: bool,
    read_marks: bool,
    authorisation: str,
    officer: str,
    session: Path,
    as_json: bool,
) -> None:
    """Ask the source of a case questions: at most twelve, each answered on a page of its own, skipped, or answered by
    that it would identify the source. They leave as a text does, in at most eight parts; `show` has the answers.

    The checker looks at them as at a reply: questions that task the source are refused.

    \b
    Examples:
      dropbox-desk ask 482913 --set safety --check --session ada.session
      dropbox-desk ask 482913 --set safety --session ada.session
      dropbox-desk ask 482913 --questions-file questions.json --session ada.session
    """
    if bool(slug) == bool(questions_file):
        raise click.UsageError("Give --set or --questions-file.")
    own = _read_questions(questions_file, session) if questions_file else ()
    if check:
        show(ask_signed_in(session, PreviewAsk(case, slug, own)), as_json, _checked)
        return
    asked = AskSource(
        *(case, slug, own), again=again, authorisation=authorisation, officer=officer, read_marks=read_marks
    )
    show_done(ask_signed_in(session, asked), as_json, _asked)


def _asked(fields: SourceAsked) -> list[str]:
    size = f"{counted(fields.questions, 'question')}, in {counted(fields.parts, 'part')}"
    return [
        f"Stored: {size}. `dropbox-desk show` has the answers once there are any.",
        f"They leave by {fields.leaves}; the source can read them from then, where the board has room.",
    ]


def _lines(questions: tuple[QuestionLine, ...]) -> list[str]:
    lines: list[str] = []
    for one in questions:
        lines += [f"{one.id} ({one.kind}):", *quoted(one.ask)]
        lines += [f"  {option.id}: {inert(option.label)}" for option in one.options]
    return lines


def _checked(fields: AskPreviewed) -> list[str]:
    size = f"{counted(fields.parts, 'part')}. They would leave by {fields.next_batch}. Nothing was sent."
    return [*_lines(fields.questions), size, *([AHEAD] if fields.ahead else []), *marked(fields.marks)]


@click.group()
def questions() -> None:
    """Sets of questions kept ready for any source: list, show, edit, remove. None is sent by itself."""


@questions.command("list")
@session_option
@json_option
def list_sets(session: Path, as_json: bool) -> None:
    """List the sets that are offered.

    \b
    Example:
      dropbox-desk questions list --session ada.session
    """
    show(ask_signed_in(session, QuestionSets()).sets, as_json, _sets)


def _sets(sets: tuple[QuestionSet, ...]) -> list[str]:
    return [f"{one.slug}  {inert(one.title)} ({_about(one)})" for one in sets] or ["None."]


def _about(one: QuestionSet) -> str:
    return f"{one.category or ANY}; {counted(len(one.questions), 'question')}; {_origin(one)}"


def _origin(one: QuestionSet) -> str:
    return "shipped" if one.shipped else f"version {one.version}, {inert(one.by)}, {one.day}"


@questions.command("show")
@_slug
@session_option
@json_option
def show_set(slug: str, session: Path, as_json: bool) -> None:
    """Show a set with every version that was kept, the newest first.

    \b
    Example:
      dropbox-desk questions show safety --session ada.session
    """
    show(ask_signed_in(session, ShowSet(slug)).versions, as_json, _versions)


def _versions(versions: tuple[QuestionSet, ...]) -> list[str]:
    lines: list[str] = []
    for one in versions:
        if one.gone:
            lines.append(f"Removed by {inert(one.by)} on {one.day}")
            continue
        lines += [f"{inert(one.title)} ({one.category or ANY}; {_origin(one)})", *_lines(one.questions)]
    return lines


@questions.command("edit")
@_slug
@session_option
@click.option("--title", required=True, help="What members know it by, at most 80 letters.")
@click.option("--questions-file", required=True, help='JSON as `questions show --json` prints, or "-" for stdin.')
@click.option(
    "--category",
    default=ANY,
    type=click.Choice([ANY, *CATEGORIES]),
    show_default=True,
    help="In which cases it is offered.",
)
@json_option
def edit(slug: str, session: Path, title: str, questions_file: str, category: str, as_json: bool) -> None:
    """Keep a new version of a set, or a new set. Every version stays.

    \b
    Example:
      dropbox-desk questions edit safety --session ada.session --title "Danger" --questions-file questions.json
    """
    own = _read_questions(questions_file, session)
    asked = KeepSet(slug, title, own, "" if category == ANY else category)
    show_done(ask_signed_in(session, asked), as_json, _kept)


def _kept(fields: SetKept) -> list[str]:
    return [f"The set {fields.slug} is kept as version {fields.version}. Cases offer it."]


@questions.command("remove")
@_slug
@session_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def remove(slug: str, session: Path, yes: bool, as_json: bool) -> None:
    """Offer a set no more; its versions stay.

    \b
    Example:
      dropbox-desk questions remove safety --session ada.session --yes
    """
    newest, *_ = ask_signed_in(session, ShowSet(slug)).versions
    if not yes:
        agree(f'Offer "{inert(newest.title)}" no more?', SURE_HOW)
    show_done(ask_signed_in(session, RemoveSet(slug)), as_json, _removed)


def _removed(fields: SetRemoved) -> list[str]:
    return [f"The set {fields.slug} is offered no more. Its versions stay."]
