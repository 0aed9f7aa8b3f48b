# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk declare``, ``exclude`` and ``kept-from``: whether anything keeps a member from a case."""

from pathlib import Path

import click

from journalist_ui.shapes.conflicts import Declare, Declared, Exclude, Excluded, KeptFrom, WhoIsKept
from journalist_ui.shapes.members import SHEETS
from journalist_ui.words.kept import WHY

from .asking import ask_signed_in, json_option, session_option, show, show_done
from .handling import case_argument


@click.command()
@case_argument
@click.option(
    "--conflict", required=True, type=click.Choice(["none", "yes"]), help="Whether anything keeps you from it."
)
@session_option
@json_option
def declare(case: int, conflict: str, session: Path, as_json: bool) -> None:
    """Say, before you see anything of a case, whether anything keeps you from it: that you know somebody in it, work
    with them, or may be meant. With yes the case closes to you at once, and so does all that comes to it.

    \b
    Example:
      dropbox-desk declare 482913 --conflict none --session ada.session
    """
    show_done(ask_signed_in(session, Declare(case, conflict)), as_json, _declared)


def _declared(fields: Declared) -> list[str]:
    if fields.opens:
        return [f"Case {fields.case} is open to you: `dropbox-desk show {fields.case}`."]
    return [f"Case {fields.case} is closed to you. Speak of it to nobody."]


@click.command()
@case_argument
@click.option("--member", required=True, help="The member's name.")
@click.option("--reason", required=True, help="Why; it stands among the notes of the case, which they cannot open.")
@session_option
@json_option
def exclude(case: int, member: str, reason: str, session: Path, as_json: bool) -> None:
    """Let a member go of a case. Their sessions end, they see no sign of it any more, and nothing that comes to it
    opens with the keys that they had. What they have read they have read.

    \b
    Example:
      dropbox-desk exclude 482913 --member bob --reason "Knows the officer" --session ada.session
    """
    show_done(ask_signed_in(session, Exclude(case, member, reason)), as_json, _excluded)


def _excluded(fields: Excluded) -> list[str]:
    return [f"{fields.member} opens case {fields.case} no more. Their sessions have ended."]


@click.command("kept-from")
@case_argument
@session_option
@json_option
def kept_from(case: int, session: Path, as_json: bool) -> None:
    """Say who can open a case, and from whom it is kept, and why.

    \b
    Example:
      dropbox-desk kept-from 482913 --session ada.session
    """
    show(ask_signed_in(session, WhoIsKept(case)), as_json, _kept)


def _kept(fields: KeptFrom) -> list[str]:
    kept = [f"{one.member}: {WHY[one.why]}" for one in fields.kept]
    open_to = ("the recovery sheets" if name == SHEETS else name for name in fields.open_to)
    return [f"Open to: {', '.join(open_to)}", *(kept or ["Kept from nobody."])]
