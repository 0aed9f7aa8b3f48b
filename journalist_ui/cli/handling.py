# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk urgent``, ``junk``, ``unjunk``, ``close``, ``reopen``, ``mute``, ``unmute`` and ``assign``: what is
done with cases beside reading and writing."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from journalist_ui.shapes.handling import AskClose, Assign, Assigned, Mute, Muted, SetUrgent, Shelve, Shelved, Urgency
from journalist_ui.words.counts import counted

from .asking import agree, ask_signed_in, json_option, session_option, show_done

case_argument = click.argument("case", type=click.IntRange(1, 2**31 - 1))
cases_argument = click.argument("cases", metavar="CASE...", nargs=-1, required=True, type=click.IntRange(1, 2**31 - 1))


@click.command()
@case_argument
@click.option("--on/--off", "on", default=None, required=True, help="Somebody is at risk, or is no more.")
@click.option("--reason", default="", help="Why; it stands among the notes of the case. --off needs one.")
@session_option
@json_option
def urgent(case: int, on: bool, reason: str, session: Path, as_json: bool) -> None:
    """Say that somebody is at risk in a case, or no more. Urgent cases stand first in every list until a person says
    that they are not, whoever has read or answered them.

    \b
    Example:
      dropbox-desk urgent 482913 --on --reason "Threat to kill, second message" --session ada.session
    """
    show_done(ask_signed_in(session, SetUrgent(case, on, reason)), as_json, _urgent)


def _urgent(fields: Urgency) -> list[str]:
    return [f"Case {fields.case} is {'urgent' if fields.urgent else 'not urgent any more'}, for all members."]


def _shelving(
    name: str, shelf: str, does: str, said: str, ask: Callable[[Path, tuple[int, ...]], None] | None = None
) -> Callable[..., Any]:
    """A command that puts cases somewhere; it may ``ask`` before it does."""

    @click.command(name, help=f"{does}\n\n\b\nExample:\n  dropbox-desk {name} 482913 --session ada.session")
    @cases_argument
    @session_option
    @json_option
    def command(cases: tuple[int, ...], session: Path, as_json: bool) -> None:
        def words(fields: Shelved) -> list[str]:
            return [f"{counted(len(fields.cases), 'case')} {said}."]

        if ask is not None:
            ask(session, cases)
        show_done(ask_signed_in(session, Shelve(cases, shelf)), as_json, words)

    return command


def _ask_close(session: Path, cases: tuple[int, ...]) -> None:
    """Of cases that are not finished: whoever is at a terminal is asked, else it is told. Raises BadInput."""
    left = ask_signed_in(session, AskClose(cases))
    lines = {"Without an outcome": left.without_outcome, "Referral not decided": left.undecided}
    told = [
        f"{said}: {', '.join(f'case {number}' for number in numbers)}." for said, numbers in lines.items() if numbers
    ]
    if told and sys.stdin.isatty():
        agree(f"{' '.join(told)} Close all the same?", "")
    elif told:
        click.echo("\n".join(told), err=True)


junk = _shelving(
    "junk",
    "junk",
    "Set cases aside that are no reports. They leave the inbox for all members, and stay out of it whatever their "
    "source writes. Nothing is posted to their sources from the next batch on: texts that were not read yet are "
    "withdrawn until `unjunk`. Nothing is deleted. Of a case that is set aside already, the days until it is to be "
    "looked at again begin anew.",
    "set aside. Nothing is posted there from the next batch on",
)
unjunk = _shelving(
    "unjunk",
    "",
    "Put cases that were set aside back into the inbox. Texts that were withdrawn leave again with the next batch: "
    "look at them first.",
    "in the inbox again",
)
close = _shelving(
    "close",
    "closed",
    "Close cases, for all members. One comes back into the inbox when its source writes; nothing is deleted. "
    "At a terminal you are asked first about cases that have no outcome, or in which referral is not decided.",
    "closed",
    _ask_close,
)
reopen = _shelving("reopen", "", "Put closed cases back into the inbox.", "in the inbox again")


def _muting(name: str, muted: bool, does: str) -> Callable[..., Any]:
    @click.command(name, help=f"{does}\n\n\b\nExample:\n  dropbox-desk {name} 482913 --session ada.session")
    @case_argument
    @session_option
    @json_option
    def command(case: int, session: Path, as_json: bool) -> None:
        show_done(ask_signed_in(session, Mute(case, muted)), as_json, _muted)

    return command


def _muted(fields: Muted) -> list[str]:
    counts = "counts no more" if fields.muted else "counts again"
    return [f"Case {fields.case} {counts} where the desk says that something waits."]


mute = _muting("mute", True, "Leave a case out where the desk says that something waits. It stays where it is.")
unmute = _muting("unmute", False, "Count a case again where the desk says that something waits.")


@click.command()
@case_argument
@click.option("--to", "names", multiple=True, required=True, help="A member; several times for several.")
@session_option
@json_option
def assign(case: int, names: tuple[str, ...], session: Path, as_json: bool) -> None:
    """Give a case to members: it is theirs from now on, and of nobody else. Who cannot open it yet gets its keys. Only
    a supervisor gives a case to somebody else, where the desk has one.

    \b
    Example:
      dropbox-desk assign 482913 --to bob --session ada.session
    """
    show_done(ask_signed_in(session, Assign(case, names)), as_json, _assigned)


def _assigned(fields: Assigned) -> list[str]:
    return [f"Case {fields.case} is assigned to {', '.join(fields.assigned)}."]
