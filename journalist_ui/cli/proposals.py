# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk proposals``, ``approve`` and ``refuse``: what takes two people."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from journalist_ui.refusals import NoSuchProposal
from journalist_ui.shapes.proposals import Approve, Decided, ProposalLine, Proposals, Refuse
from journalist_ui.words.proposals import asked, state

from .asking import agree, ask_signed_in, json_option, session_option, show, show_done
from .terminal import inert, quoted

NO_PROPOSAL = "There is no proposal of that number for you. `dropbox-desk proposals` lists them."
number_argument = click.argument("number", metavar="ID", type=click.IntRange(1, 2**31 - 1))


@click.command("proposals")
@session_option
@json_option
def proposals(session: Path, as_json: bool) -> None:
    """List what takes two people and was asked for, newest first: what you may approve, and what you asked for.

    \b
    Examples:
      dropbox-desk proposals --session eve.session
      dropbox-desk proposals --session eve.session --json
    """
    show(ask_signed_in(session, Proposals()).proposals, as_json, _lines)


def _lines(found: tuple[ProposalLine, ...]) -> Iterator[str]:
    if not found:
        yield "No proposals."
    for one in found:
        yield f"{one.proposal}: {inert(asked(one))}"
        why = f" Reason: {inert(one.reason)}" if one.reason else ""
        yield f"   Asked by {one.asked_by} on {one.day}.{why}"
        yield from quoted(one.text) if one.text else []
        yield f"   {_became(one)}"


def _became(one: ProposalLine) -> str:
    if one.state == "open":
        first = f" {', '.join(one.agreed)} approved it as the first of two custodians." if one.agreed else ""
        mine = " You may approve it." if one.yours else f" You may from {one.from_day} on." if one.from_day else ""
        return f"It {state(one)}, until {one.last_day}.{first}{mine}"
    by = f" By {one.decided_by} on {one.decided}." if one.decided_by else ""
    why = f" Reason: {inert(one.answer)}" if one.answer else ""
    return f"{state(one).capitalize()}.{by}{why}"


@click.command()
@number_argument
@session_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def approve(number: int, session: Path, yes: bool, as_json: bool) -> None:
    """Approve what another member asked for; it is done at once. On a terminal it says what that is, and asks.

    Your session signs exactly what was asked, and the audit log keeps the signature. A role approves once all members
    were told of it seven days ago.

    \b
    Examples:
      dropbox-desk approve 3 --session eve.session
      dropbox-desk approve 3 --yes --session eve.session --json
    """
    if not yes and sys.stdin.isatty():
        found = _found(session, number)
        lines = [inert(asked(found)), *(quoted(found.text) if found.text else [])]
        agree("\n".join([*lines, "Approve this?"]), "")
    show_done(ask_signed_in(session, Approve(number)), as_json, _decided)


def _found(session: Path, number: int) -> ProposalLine:
    """Raises NoSuchProposal."""
    for one in ask_signed_in(session, Proposals()).proposals:
        if one.proposal == number:
            return one
    raise NoSuchProposal(NO_PROPOSAL)


@click.command()
@number_argument
@click.option("--reason", required=True, help="Why, in one line.")
@session_option
@json_option
def refuse(number: int, reason: str, session: Path, as_json: bool) -> None:
    """Refuse what another member asked for, or take back what you asked for. Nothing is done then.

    \b
    Example:
      dropbox-desk refuse 3 --reason "nobody told me of this" --session eve.session
    """
    show_done(ask_signed_in(session, Refuse(number, reason)), as_json, _decided)


def _decided(found: Decided) -> Iterator[str]:
    if found.state == "agreed":
        yield f"Approved, by the first of two custodians: {found.kind} {found.target}. Another one has to."
    elif found.state == "approved":
        yield f"Approved and done: {found.kind} {found.target}."
    else:
        yield f"Refused: {found.kind} {found.target}. Nothing was done."
