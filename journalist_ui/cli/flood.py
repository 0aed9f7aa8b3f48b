# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk flood``: what came on a day after so many new cases that the rest share a box."""

from pathlib import Path

import click

from journalist_ui.shapes.flood import (
    DeclareFlood,
    Flood,
    FloodDeclared,
    FloodMoved,
    MoveFlood,
    ShowFlood,
    TakenOut,
    TakeOut,
)
from journalist_ui.words.counts import counted
from journalist_ui.words.flood import moved, taken

from .asking import ask_signed_in, json_option, session_option, show, show_done
from .handling import case_argument
from .terminal import inert

cases_argument = click.argument("cases", metavar="[CASE]...", nargs=-1, type=click.IntRange(1, 2**31 - 1))
all_option = click.option("--all", "everything", is_flag=True, help="All that there is.")


@click.group()
def flood() -> None:
    """The flood box: list it, take a case out of it, set cases of it aside, or back."""


@flood.command("list")
@click.option("--page", type=click.IntRange(1, 100_000), default=1, show_default=True, help="A hundred at a time.")
@session_option
@json_option
def list_flood(page: int, session: Path, as_json: bool) -> None:
    """List what is in the flood box, a hundred at a time, those in which somebody is at risk first. It stands in no
    other list, and no search finds it.

    \b
    Example:
      dropbox-desk flood list --session ada.session
    """
    show(ask_signed_in(session, ShowFlood(page)), as_json, _lines)


def _lines(found: Flood) -> list[str]:
    head = f"{counted(found.total, 'case')} in the flood box, {found.urgent} at risk, {found.aside} set aside"
    lines = [f"{head}. Page {found.page} of {found.pages}."]
    if not found.declared:
        lines.append("Say first that nothing keeps you from looking: `dropbox-desk flood declare`.")
    risk = ("", "URGENT; ")
    lines += [f"{one.case}; {risk[one.urgent]}sent {one.day}: {inert(one.excerpt)}" for one in found.cases]
    return lines


@flood.command("declare")
@session_option
@json_option
def declare(session: Path, as_json: bool) -> None:
    """Say that nothing keeps you from looking at what is in the flood box.

    A report that speaks of a member, as far as the desk can tell, is never in it. If you come upon one from which
    something keeps you all the same, leave it to a colleague.

    \b
    Example:
      dropbox-desk flood declare --session ada.session
    """

    def words(_: FloodDeclared) -> list[str]:
        return ["`dropbox-desk flood list` shows how each begins."]

    show_done(ask_signed_in(session, DeclareFlood()), as_json, words)


@flood.command("take")
@case_argument
@session_option
@json_option
def take(case: int, session: Path, as_json: bool) -> None:
    """Make a case of the flood box one of its own, in the inbox, with a key of its own.

    \b
    Example:
      dropbox-desk flood take 482913 --session ada.session
    """

    def words(done: TakenOut) -> list[str]:
        return [taken(done)]

    show_done(ask_signed_in(session, TakeOut(case)), as_json, words)


@flood.command("aside")
@cases_argument
@all_option
@session_option
@json_option
def aside(cases: tuple[int, ...], everything: bool, session: Path, as_json: bool) -> None:
    """Set cases of the flood box aside: nothing is posted to their sources, and nothing is deleted. With --all those in
    which somebody is at risk stay.

    \b
    Examples:
      dropbox-desk flood aside 482913 --session ada.session
      dropbox-desk flood aside --all --session ada.session
    """
    _move(MoveFlood(cases, everything, aside=True), session, as_json)


@flood.command("back")
@cases_argument
@all_option
@session_option
@json_option
def back(cases: tuple[int, ...], everything: bool, session: Path, as_json: bool) -> None:
    """Put cases that were set aside back into the flood box.

    \b
    Example:
      dropbox-desk flood back --all --session ada.session
    """
    _move(MoveFlood(cases, everything, aside=False), session, as_json)


def _move(asked: MoveFlood, session: Path, as_json: bool) -> None:
    def words(done: FloodMoved) -> list[str]:
        return [moved(done)]

    show_done(ask_signed_in(session, asked), as_json, words)
