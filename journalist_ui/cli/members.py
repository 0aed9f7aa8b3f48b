# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk member``: who belongs to the desk, who opens what, one's own passphrase."""

import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any, TypeVar

import click

from dropbox.command_line.output import say_once
from dropbox.command_line.refused import InputRefused
from dropbox.command_line.screen import cleared, give_secret, is_shown
from dropbox.command_line.secret_lines import secret_line
from journalist_ui.shapes.members import (
    OPENERS,
    ROLES,
    AddMember,
    AskRecovery,
    AskRemoval,
    Leaving,
    MemberAdded,
    MemberLine,
    Members,
    Recovered,
    RecoverMember,
    RemoveMember,
    RolesSet,
    SetRoles,
)
from journalist_ui.shapes.passphrases import ChangePassphrase, ConfirmCodes, PassphraseChanged, ShowCodes
from journalist_ui.shapes.sharing import AskShare, CasesShared, Share, SharePlan
from journalist_ui.socket.codec import to_json
from journalist_ui.words.counts import counted
from journalist_ui.words.proposals import CLOSES

from .asking import agree, ask_signed_in, json_option, session_option, show, show_done
from .prompts import APP_HAS_IT, CODES, FIRST, MEMBER, NEW, NEW_CODE, NEW_CODE_CLEARS
from .security_keys import keys
from .spares import give_spares, recovery_codes
from .terminal import inert

SHARE_HOW = (
    "This shares every case that you can open. Name cases with --case, or say --all --yes where nobody can be asked. "
    "Nothing was shared."
)
RECOVER_HOW = "They can open {held}. Say --yes where nobody can be asked. Nothing was done."
REMOVE_HOW = (
    "They can open {held}. Let them share those first, or say --yes where nobody can be asked. Nobody was removed."
)
ALONE = "This takes two people, and nobody else could approve it: all members are told that you did it alone."
NOT_YET = " (has not made a passphrase of their own yet)"
NOT_IN_FORCE = (
    "Nothing is changed yet. Type a code of them: `dropbox-desk member confirm`. Until then the old passphrase and "
    "codes work; `member confirm --show` prints the secret again."
)
NO_CODES = "No new codes wait to be confirmed. Ask for them: `dropbox-desk member passphrase --new-code`."
CONFIRMED = "The new passphrase and codes are in force. Sign in again."


reason_option = click.option("--reason", default="", help="Why, in one line, for who approves it.")


@click.group()
def member() -> None:
    """Members of the desk: list, add, remove, let one open cases, change a passphrase."""


member.add_command(recovery_codes)
member.add_command(keys)


@member.command("list")
@session_option
@json_option
def list_members(session: Path, as_json: bool) -> None:
    """List the members and their roles.

    \b
    Example:
      dropbox-desk member list --session ada.session --json
    """
    found = ask_signed_in(session, Members())
    show(found.members, as_json, _lines)
    if found.sheets:
        click.echo(f"Recovery sheets are in force ({found.sheets}), of {found.sheets_day}.", err=True)


Command = TypeVar("Command", bound=Callable[..., Any])


def roles_option(what: str) -> Callable[[Command], Command]:
    """At least one role."""
    return click.option("--role", "roles", multiple=True, required=True, type=click.Choice(ROLES), help=what)


@member.command("add")
@click.argument("name")
@session_option
@roles_option("What the member may do; repeat for more.")
@reason_option
@json_option
def add(name: str, session: Path, roles: tuple[str, ...], reason: str, as_json: bool) -> None:
    """Add a member (administrators only). A supervisor, custodian or administrator is added once another administrator
    approves it.

    Asks for the member's first passphrase, or reads it from stdin. They sign in with it, without a code, and can do
    nothing but make a passphrase of their own, which you do not know. A reader opens cases, an investigator answers
    too, a supervisor also approves what is done with them: older cases once an investigator shares them, later ones at
    once. A custodian and an administrator open none.

    \b
    Examples:
      dropbox-desk member add bob --role investigator --session ada.session
      dropbox-desk member add eve --role administrator --role investigator --session ada.session --json < passphrase
    """
    passphrase = secret_line(FIRST, confirm=True)
    show_done(ask_signed_in(session, AddMember(name, passphrase, roles, reason)), as_json, _added)


def _lines(found: tuple[MemberLine, ...]) -> list[str]:
    return [f"{one.name}: {', '.join(one.roles)}{NOT_YET if one.provisional else ''}" for one in found]


def _waits(number: int) -> list[str]:
    """What is said of what another has to approve."""
    return [
        f"This takes two people: it is proposal {number} now. Nothing changes until another administrator approves it, "
        f"within seven days: `dropbox-desk approve {number}`."
    ]


def _added(fields: MemberAdded) -> list[str]:
    if fields.proposal:
        return _waits(fields.proposal)
    lines = [
        f"{fields.name} is a member: {', '.join(fields.roles)}.",
        "They sign in with that passphrase and no code, and make one of their own; until then nothing is open to them.",
    ]
    sharing = [f"After that an investigator shares cases with them: `dropbox-desk member share {fields.name}`."]
    lines += [ALONE] if fields.alone else []
    return lines if OPENERS.isdisjoint(fields.roles) else lines + sharing


@member.command("role")
@click.argument("name")
@session_option
@roles_option("What the member may do from then on, and nothing else; repeat for more.")
@reason_option
@json_option
def role(name: str, session: Path, roles: tuple[str, ...], reason: str, as_json: bool) -> None:
    """Give a member these roles and no others (administrators only).

    To take roles away is one administrator's act; a role that is given needs another administrator's approval. The
    member's sessions end. Who may open no case any more loses the keys of all.

    \b
    Examples:
      dropbox-desk member role bob --role investigator --role supervisor --session ada.session
      dropbox-desk member role bob --role reader --session ada.session --json
    """
    show_done(ask_signed_in(session, SetRoles(name, roles, reason)), as_json, _set)


def _set(fields: RolesSet) -> list[str]:
    if fields.proposal:
        return _waits(fields.proposal)
    return [f"{fields.name} is {', '.join(fields.roles)} from now on.", *([ALONE] if fields.alone else [])]


@member.command("recover")
@click.argument("name")
@session_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@reason_option
@json_option
def recover(name: str, session: Path, yes: bool, reason: str, as_json: bool) -> None:
    """Give a member who lost passphrase or codes a new first passphrase (two administrators).

    Asks for it, or reads it from stdin. The member signs in with it, without a code, and makes a passphrase of their
    own with new codes. It opens no case: the keys of cases that were wrapped to what they lost go. On a terminal it
    says first how many; where nobody can be asked, and some would be closed for good, it needs --yes.

    \b
    Examples:
      dropbox-desk member recover bob --session ada.session
      dropbox-desk member recover bob --yes --session ada.session --json < passphrase
    """
    if not yes:
        found = ask_signed_in(session, AskRecovery(name))
        if found.closed or sys.stdin.isatty():
            prompt = f"{inert(name)} can open {_held(found)}. {CLOSES}. Go on?"
            agree(prompt, RECOVER_HOW.format(held=_held(found)))
    passphrase = secret_line(FIRST, confirm=True)
    show_done(ask_signed_in(session, RecoverMember(name, passphrase, reason)), as_json, _recovered)


def _recovered(fields: Recovered) -> list[str]:
    if fields.proposal:
        return _waits(fields.proposal)
    lines = [
        f"{fields.name} signs in with that passphrase and no code, and makes one of their own.",
        f"They could open {counted(fields.cases, 'case')}: each opens to them again once somebody shares it.",
    ]
    return lines + ([ALONE] if fields.alone else [])


@member.command("share")
@click.argument("name")
@session_option
@click.option("--case", "cases", multiple=True, type=click.IntRange(min=1), help="One case; repeat for more.")
@click.option("--all", "everything", is_flag=True, help="Every case that you can open.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def share(name: str, session: Path, cases: tuple[int, ...], everything: bool, yes: bool, as_json: bool) -> None:
    """Let another member open cases that you can open: those named, or all.

    All of them are shared once you have said yes to their number; a script says --all --yes.

    \b
    Examples:
      dropbox-desk member share bob --case 3 --case 5 --session carol.session
      dropbox-desk member share bob --all --yes --session carol.session
    """
    if cases and everything:
        raise click.UsageError("Say --case or --all, not both.")
    agreed: int | None = None
    if not cases and not (everything and yes):
        plan = ask_signed_in(session, AskShare(name))
        agree(_share_prompt(plan), SHARE_HOW)
        agreed = plan.cases
    show_done(ask_signed_in(session, Share(name, cases or None, agreed)), as_json, _shared)


def _share_prompt(asked: SharePlan) -> str:
    left = f" {counted(asked.left, 'other case')} would stay closed to them." if asked.left else ""
    return f"{inert(asked.name)} cannot open {counted(asked.cases, 'case')} of yours.{left} Share {asked.cases}?"


def _shared(fields: CasesShared) -> list[str]:
    opened = counted(fields.cases_opened, "case")
    lines = [f"Shared {counted(fields.cases_shared, 'case')}. {fields.name} can open {opened} of yours."]
    if fields.cases_not_opened:
        stays = "stays" if fields.cases_not_opened == 1 else "stay"
        lines.append(f"{counted(fields.cases_not_opened, 'case')} of yours {stays} closed to them.")
    return lines


@member.command("remove")
@click.argument("name")
@session_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def remove(name: str, session: Path, yes: bool, as_json: bool) -> None:
    """Remove a member (administrators only), and with them every case key that was theirs.

    On a terminal it asks first, with the number of cases that nobody else can open. Where nobody can be asked, and
    there are such cases, it needs --yes.

    \b
    Example:
      dropbox-desk member remove bob --session ada.session
    """
    if not yes:
        asked = ask_signed_in(session, AskRemoval(name))
        if asked.closed or sys.stdin.isatty():
            agree(_remove_prompt(asked), REMOVE_HOW.format(held=_held(asked)))
    show_done(ask_signed_in(session, RemoveMember(name)), as_json, _removed)


def _remove_prompt(asked: Leaving) -> str:
    return f"{inert(asked.name)} can open {_held(asked)}. Remove them?"


def _removed(fields: Leaving) -> list[str]:
    return [f"Removed. They could open {_held(fields)}."]


def _held(fields: Leaving) -> str:
    closed = f"{fields.closed:,} of which nobody else can: closed for good" if fields.closed else "all open to others"
    return counted(fields.cases, "case") + (f", {closed}" if fields.cases else "")


@member.command("passphrase")
@session_option
@click.option("--new-code", is_flag=True, help="Also make a new one-time-code secret, if another may know the old one.")
@json_option
def passphrase(session: Path, new_code: bool, as_json: bool) -> None:
    """Change your own passphrase, and with it your key. Ends your sessions.

    Asks for the present and the new one, or reads two lines of stdin. In place of the first passphrase, which an
    administrator gave, and with --new-code it prints the secret of your new one-time codes: nothing is changed before a
    code of it is typed, on a terminal at once, in a script by `dropbox-desk member confirm`.

    \b
    Examples:
      dropbox-desk member passphrase --session bob.session
      dropbox-desk member passphrase --new-code --session bob.session --json < two-lines
    """
    old = secret_line(MEMBER)
    new = secret_line(NEW, confirm=True)
    done = ask_signed_in(session, ChangePassphrase(old, new, new_code))
    if done.in_force:
        show_done(done, as_json, _changed)
        return
    text = to_json(done) if as_json else CODES.format(secret=done.totp_secret)
    if as_json or not sys.stdin.isatty():
        say_once(text)
        click.echo(NOT_IN_FORCE, err=True)
        return
    with cleared(err=False) if is_shown() else nullcontext():
        say_once(text)
        code = secret_line(NEW_CODE_CLEARS if is_shown() else NEW_CODE)
    _confirm(session, code, as_json)


def _confirm(session: Path, code: str, as_json: bool) -> None:
    done = ask_signed_in(session, ConfirmCodes(code))
    try:
        if as_json:
            say_once(to_json(done))
        else:
            give_spares(done.recovery_codes)
    finally:
        # It is, whether or not the recovery codes could be shown: others can be made.
        click.echo(CONFIRMED, err=True)


@member.command("confirm")
@session_option
@click.option("--show", "again", is_flag=True, help="Print the secret that waits once more; confirm nothing.")
@json_option
def confirm(session: Path, again: bool, as_json: bool) -> None:
    """Type a code of your new one-time codes: only then they, and the new passphrase, are in force. Until then the old
    ones work. Ends your sessions. Prints ten recovery codes, which are not shown again.

    \b
    Examples:
      dropbox-desk member confirm --session bob.session
      dropbox-desk member confirm --show --session bob.session
    """
    if again:
        found = ask_signed_in(session, ShowCodes())
        if found.totp_secret is None:
            raise InputRefused(NO_CODES)
        if as_json:
            say_once(to_json(found))
        else:
            give_secret(CODES.format(secret=found.totp_secret), APP_HAS_IT)
        return
    _confirm(session, secret_line(NEW_CODE), as_json)


def _changed(fields: PassphraseChanged) -> list[str]:
    return ["The passphrase is changed. Sign in again."]
