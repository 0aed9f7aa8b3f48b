# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk login`` and ``lock``: begin and end a session."""

import json
import os
from contextlib import suppress
from pathlib import Path

import click

from dropbox.command_line.secret_lines import secret_line
from dropbox.local.writable import try_to_write
from journalist_ui.refusals import DeskNotRunning, DeskRefused
from journalist_ui.shapes.sessions import Lock, Login
from journalist_ui.socket.client import ask_desk, socket_of
from journalist_ui.words.spares import used
from journalist_ui.words.tries import wrong_tries

from .asking import held_session, refuse_other_file, session_option, vault_option
from .prompts import CODE, MEMBER

LOGGED_IN = "Signed in."
LOCKED = "Locked."
CAME_FIRST = "Signed in with your first passphrase. Make one of your own now: `dropbox-desk member passphrase`."


@click.command()
@vault_option
@click.option("--member", required=True, help="Your name at this desk.")
@click.option(
    "--session", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The file that is written."
)
def login(vault: Path, member: str, session: Path) -> None:
    """Sign in with passphrase and one-time code; the session file stands for you until the desk locks.

    Strangers who try names at the web pages do not keep this command waiting; wrong tries here do. Says how many wrong
    tries there were at your name since you signed in last.

    It ends by itself when no command has used it for as long as the desk's setting idle_minutes says.

    Asks for both; when stdin is no terminal they are its first two lines. A recovery code may stand in place of the
    one-time code, once. The code is left empty with the first passphrase, which an administrator gave: then
    `dropbox-desk member passphrase` is all that can be done. The file holds a socket's path and a random token, no key.

    \b
    Example:
      dropbox-desk login --vault north --member ada --session ada.session
    """
    refuse_other_file(session)
    # A code works once: it is not used up for a session that cannot be written down.
    try_to_write(session.absolute().parent)
    before, socket = held_session(session), socket_of(vault)
    passphrase = secret_line(MEMBER)
    opened = ask_desk(socket, Login(member, passphrase, secret_line(CODE, empty=True)))
    try:
        _write_session(session, socket, opened.token)
    except BaseException:
        ask_desk(socket, Lock(opened.token))
        raise
    if before is not None:
        # Nobody could lock it any more. Where its desk does not answer it ends by itself.
        with suppress(DeskRefused):
            ask_desk(before[0], Lock(before[1]))
    click.echo(CAME_FIRST if opened.provisional else LOGGED_IN, err=True)
    if tried := wrong_tries(opened.tries, opened.since):
        click.echo(tried, err=True)
    if opened.recovery_codes_left is not None:
        click.echo(used(opened.recovery_codes_left), err=True)


def _write_session(session: Path, socket: Path, token: str) -> None:
    """In place of what was there, whole or not at all. Raises OSError."""
    fresh = session.with_name(f".{session.name}.new")
    fresh.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump({"socket": str(socket), "token": token}, file)
        os.rename(fresh, session)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


@click.command()
@session_option
def lock(session: Path) -> None:
    """End your session and remove its file. A session that is over already is no error; one that may still be open,
    since its desk was not reached, is, and its file stays.

    \b
    Example:
      dropbox-desk lock --session ada.session
    """
    refuse_other_file(session)
    held = held_session(session)
    if held is not None:
        # Without a desk there is no session. One that was not reached may hold it still.
        with suppress(DeskNotRunning):
            ask_desk(held[0], Lock(held[1]))
    session.unlink(missing_ok=True)
    click.echo(LOCKED, err=True)
