# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk contact-key``: the unit's key for contact details, which no member holds alone."""

import os
from pathlib import Path

import click

from dropbox.command_line.inputs import reason as why_not
from dropbox.command_line.refused import InputRefused
from journalist_ui.shapes.asked import Asked
from journalist_ui.shapes.contact_key import (
    AddHolder,
    ContactKeyFile,
    ContactKeyLine,
    ContactKeyList,
    ContactKeys,
    GetContactKey,
    HolderAsked,
    MakeContactKey,
)
from journalist_ui.words.contact_key import says

from .asking import ask_signed_in, json_option, session_option, show, show_done

_FRESH = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
_out = click.option(
    "--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="A new file, for the roots."
)


@click.group("contact-key")
def contact_key() -> None:
    """The unit's key for contact details: any two custodians open with it, and nobody alone."""


@contact_key.command("list")
@session_option
@json_option
def list_keys(session: Path, as_json: bool) -> None:
    """List the keys that there are, and who holds halves of each.

    \b
    Example:
      dropbox-desk contact-key list --session eve.session
    """
    show(ask_signed_in(session, ContactKeys()), as_json, _listed)


def _listed(found: ContactKeyList) -> list[str]:
    lines = [line for one in found.keys for line in _line(one)]
    return [*lines, f"Custodians: {', '.join(found.custodians) or 'none'}.", *says(found)]


def _line(one: ContactKeyLine) -> list[str]:
    return [f"Key {one.key}, made on {one.day}: {', '.join(one.held) or 'nobody'} of {one.holders} hold halves of it."]


@contact_key.command()
@_out
@session_option
@json_option
def make(out: Path, session: Path, as_json: bool) -> None:
    """Make a new key, split among all custodians (custodians and administrators only).

    It takes three custodians or more, each with a passphrase of their own. The file goes to whoever keeps the roots,
    who puts the key into the signed list: `dropbox-keys unit contact`. Read the fingerprint out to them.

    \b
    Example:
      dropbox-desk contact-key make --out contact.enrolment --session eve.session
    """
    _write(out, session, MakeContactKey(), as_json)


@contact_key.command("file")
@_out
@session_option
@json_option
def write_file(out: Path, session: Path, as_json: bool) -> None:
    """Write the file of the newest key again.

    \b
    Example:
      dropbox-desk contact-key file --out contact.enrolment --session eve.session
    """
    _write(out, session, GetContactKey(), as_json)


def _write(out: Path, session: Path, asked: Asked[ContactKeyFile], as_json: bool) -> None:
    """Raises InputRefused before anything is asked where the file cannot be made."""
    try:
        handle = os.open(out, _FRESH, 0o644)
    except OSError as error:
        raise InputRefused(f"The file {out} cannot be made: {why_not(error)}. Name a new one with --out.") from None
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            made = ask_signed_in(session, asked)
            file.write(made.file)
    except BaseException:
        out.unlink(missing_ok=True)
        raise
    show_done(made, as_json, _made)


def _made(made: ContactKeyFile) -> list[str]:
    return [
        f"Key {made.key}; halves of it are held by {', '.join(made.held)}.",
        f"Fingerprint of the file: {made.fingerprint}",
        "Give the file to whoever keeps the roots, and read the fingerprint out to them. Sources are offered to leave "
        "contact details once the signed list has the key.",
    ]


@contact_key.command()
@click.argument("name")
@click.option("--reason", default="", help="Why, for who approves it.")
@session_option
@json_option
def add(name: str, reason: str, session: Path, as_json: bool) -> None:
    """Give a new custodian halves of the keys that you hold; another custodian approves it.

    \b
    Example:
      dropbox-desk contact-key add frank --reason "for nights" --session eve.session
    """
    show_done(ask_signed_in(session, AddHolder(name, reason)), as_json, _added)


def _added(made: HolderAsked) -> list[str]:
    return [f"Proposal {made.proposal}: {made.name} holds halves once another custodian approves it."]
