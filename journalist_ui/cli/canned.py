# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk canned``: texts that the unit keeps ready for any source."""

from pathlib import Path

import click

from dropbox.protocol.constants import CATEGORIES
from journalist_ui.shapes.canned import (
    CannedKept,
    CannedRemoved,
    CannedText,
    CannedTexts,
    KeepCanned,
    RemoveCanned,
    ShowCanned,
)

from .asking import agree, ask_signed_in, json_option, read_text, session_option, show, show_done
from .terminal import inert, quoted

ANY = "any"
SURE_HOW = "This text is offered no more. Say --yes where nobody can be asked. Nothing was removed."
_number = click.argument("number", type=click.IntRange(1, 2**31 - 1))


@click.group()
def canned() -> None:
    """Texts kept ready for any source: list, show, edit, remove. None is sent by itself."""


@canned.command("list")
@session_option
@json_option
def list_texts(session: Path, as_json: bool) -> None:
    """List the texts that the reply box offers.

    \b
    Example:
      dropbox-desk canned list --session ada.session
    """
    show(ask_signed_in(session, CannedTexts()).texts, as_json, _lines)


def _lines(texts: tuple[CannedText, ...]) -> list[str]:
    return [f"{one.number}  {inert(one.title)} ({one.category or ANY}; {_origin(one)})" for one in texts] or ["None."]


def _origin(one: CannedText) -> str:
    return "shipped" if one.shipped else f"version {one.version}, {inert(one.by)}, {one.day}"


@canned.command("show")
@_number
@session_option
@json_option
def show_text(number: int, session: Path, as_json: bool) -> None:
    """Show a text with every version that was kept, the newest first.

    \b
    Example:
      dropbox-desk canned show 1 --session ada.session
    """
    show(ask_signed_in(session, ShowCanned(number)).versions, as_json, _versions)


def _versions(versions: tuple[CannedText, ...]) -> list[str]:
    lines: list[str] = []
    for one in versions:
        if one.gone:
            lines.append(f"Removed by {inert(one.by)} on {one.day}")
            continue
        lines += [f"{inert(one.title)} ({one.category or ANY}; {_origin(one)})", *quoted(one.text)]
    return lines


@canned.command("edit")
@click.argument("number", type=click.IntRange(1, 2**31 - 1), required=False)
@session_option
@click.option("--title", required=True, help="What members know it by, at most 80 letters.")
@click.option("--text-file", required=True, help='A UTF-8 text file of at most 2,000 letters, or "-" for stdin.')
@click.option(
    "--category",
    default=ANY,
    type=click.Choice([ANY, *CATEGORIES]),
    show_default=True,
    help="In which cases it is offered.",
)
@json_option
def edit(number: int | None, session: Path, title: str, text_file: str, category: str, as_json: bool) -> None:
    """Keep a new version of a text, or without a number a new text. Every version stays.

    \b
    Examples:
      dropbox-desk canned edit --session ada.session --title "We have your report" --text-file text.txt
      dropbox-desk canned edit 1 --session ada.session --title "We have your report" --text-file text.txt --json
    """
    text = read_text(text_file, session)
    asked = KeepCanned(title, text, "" if category == ANY else category, number)
    show_done(ask_signed_in(session, asked), as_json, _kept)


def _kept(fields: CannedKept) -> list[str]:
    return [f"Canned text {fields.number} is kept as version {fields.version}. Reply boxes offer it."]


@canned.command("remove")
@_number
@session_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def remove(number: int, session: Path, yes: bool, as_json: bool) -> None:
    """Offer a text no more; its versions stay.

    \b
    Example:
      dropbox-desk canned remove 1000 --session ada.session --yes
    """
    newest, *_ = ask_signed_in(session, ShowCanned(number)).versions
    if not yes:
        agree(f'Offer "{inert(newest.title)}" no more?', SURE_HOW)
    show_done(ask_signed_in(session, RemoveCanned(number)), as_json, _removed)


def _removed(fields: CannedRemoved) -> list[str]:
    return [f"Canned text {fields.number} is offered no more. Its versions stay."]
