# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk login``: sign in to the running desk."""

import json
import os
from pathlib import Path

import click

from dropbox.command_line.secret_lines import secret_line
from journalist_ui.shapes.sessions import Login
from journalist_ui.socket.client import ask_desk, socket_of

from . import terminal
from .asking import refuse_other_file, vault_option


@click.command()
@vault_option
@click.option("--member", required=True, help="Your name at this desk.")
@click.option(
    "--session", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The file that is written."
)
def login(vault: Path, member: str, session: Path) -> None:
    """Sign in with passphrase and one-time code; the session file stands for you until the desk locks.

    It ends by itself when no command has used it for as long as the desk's setting idle_minutes says.

    Asks for both; when stdin is no terminal they are its first two lines. The code is left empty with the first
    passphrase, which an administrator gave: then `dropbox-desk member passphrase` is all that can be done. The file
    holds a socket's path and a random token, no key.

    \b
    Example:
      dropbox-desk login --vault north --member ada --session ada.session
    """
    refuse_other_file(session)
    socket = socket_of(vault)
    passphrase = secret_line(terminal.ASK_FOR_MEMBER)
    opened = ask_desk(socket, Login(member, passphrase, secret_line(terminal.ASK_FOR_CODE, empty=True)))
    fresh = session.with_name(f".{session.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump({"socket": str(socket), "token": opened.token}, file)
    os.rename(fresh, session)
    click.echo(terminal.CAME_FIRST if opened.provisional else terminal.LOGGED_IN, err=True)
