# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk cases`` and ``state``: the cases you can open, and what a person says of one."""

from pathlib import Path

import click

from journalist_ui.shapes.cases import CaseLine, Cases, SetState, StateSet
from journalist_ui.words.counts import counted
from journalist_ui.words.outcomes import outcome as in_words
from journalist_ui.words.owed import OWED
from journalist_ui.words.shelves import SHELVES

from .asking import ask_signed_in, json_option, session_option, show, show_done, tell
from .terminal import inert


@click.command()
@session_option
@click.option(
    "--state", type=click.Choice(["new", "assessing", "outcome"]), help="Only cases that a person has marked so."
)
@click.option("--tag", help="Only cases with this tag.")
@click.option("--assigned", metavar="NAME|me", help="Only cases of this member.")
@click.option("--urgent", is_flag=True, help="Only cases in which somebody is at risk.")
@click.option("--search", metavar="WORDS", help="Only cases in which all these words stand.")
@click.option(
    "--shelf",
    type=click.Choice(["inbox", "junk", "closed", "all"]),
    default="all",
    show_default=True,
    help="Where a person has put them.",
)
@json_option
def cases(
    session: Path,
    state: str | None,
    tag: str | None,
    assigned: str | None,
    urgent: bool,
    search: str | None,
    shelf: str,
    as_json: bool,
) -> None:
    """List the cases that you can open: those in which somebody is at risk first, then those whose source has waited
    longest for the unit.

    A search looks through what both sides wrote, notes, reasons and tags. Its words stay on this command line's
    history: where others read it, search on the page.

    \b
    Examples:
      dropbox-desk cases --session ada.session
      dropbox-desk cases --urgent --session ada.session --json
    """
    wanted = {"all": None, "inbox": ""}.get(shelf, shelf)
    asked = Cases(state, tag, assigned, urgent, search, wanted)
    found = ask_signed_in(session, asked)
    tell(found.notices)
    if not found.ready:
        click.echo("The search has not looked through all of your cases yet: search again in a minute.", err=True)
    if found.flood:
        risk = f", {found.flood_urgent} of them at risk" if found.flood_urgent else ""
        click.echo(f"In the flood box: {counted(found.flood, 'case')}{risk}. `dropbox-desk flood list`.", err=True)
    show(found.cases, as_json, _lines)


def _lines(cases: tuple[CaseLine, ...]) -> list[str]:
    if not cases:
        return ["No cases."]
    found = []
    for one in cases:
        marks = [flag.upper() for flag in one.flags] + ([SHELVES[one.shelf].lower()] if one.shelf else [])
        owed = [_owed(act, one) for act in one.owed]
        said = in_words(one.outcomes) or one.state
        head = [f"{one.case}", *marks, said, f"opened {one.opened}", ", ".join(owed) or "nothing owed"]
        if one.unread:
            head.append(f"{one.unread} unread")
        if one.draft != "none":
            head.append(f"draft: {one.draft}")
        if one.assigned:
            head.append(f"of {', '.join(one.assigned)}")
        found.append("; ".join(head))
        about = ", ".join(one.categories) or "none given"
        tags = f" [{', '.join(map(inert, one.tags))}]" if one.tags else ""
        if "declare" not in one.owed:
            found.append(f"    {about}{tags}{': ' if one.excerpt else ''}{inert(one.excerpt)}")
    return found


def _owed(act: str, one: CaseLine) -> str:
    """With for how long it is owed, and by when."""
    waits = f" for {counted(one.days, 'day')}" if act == "answer" and one.days else ""
    return OWED[act] + waits + (f" by {one.due[act]}" if act in one.due else "")


@click.command("state")
@click.argument("case", type=click.IntRange(1, 2**31 - 1))
@click.argument("wanted", metavar="new|assessing", type=click.Choice(["new", "assessing"]))
@session_option
@json_option
def state(case: int, wanted: str, session: Path, as_json: bool) -> None:
    """Mark a case as new or as being assessed, for all members. Opening a case marks nothing. An outcome is
    taken back by it, and stays in the history of the case.

    \b
    Example:
      dropbox-desk state 3 assessing --session ada.session
    """
    show_done(ask_signed_in(session, SetState(case, wanted)), as_json, _marked)


def _marked(fields: StateSet) -> list[str]:
    return [f"Case {fields.case} is marked as {fields.state}, for all members."]
