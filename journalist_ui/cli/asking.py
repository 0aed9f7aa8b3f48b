# SPDX-License-Identifier: AGPL-3.0-or-later
"""How commands get secrets and texts, reach the running desk, and print."""

import json
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import click

from dropbox.command_line import inputs
from dropbox.command_line.output import say_done, say_once
from dropbox.command_line.refused import InputRefused
from dropbox.command_line.secret_lines import secret_line
from journalist_ui.daemon.desk_key import given_passphrase
from journalist_ui.refusals import BadInput, NotSignedIn
from journalist_ui.shapes.asked import Asked
from journalist_ui.shapes.notices import ToldNotice
from journalist_ui.shapes.sessions import Whoami
from journalist_ui.socket.client import ask_desk
from journalist_ui.socket.codec import to_json

from .prompts import DESK
from .terminal import inert

Answer = TypeVar("Answer")
Result = TypeVar("Result")
LARGEST_TEXT = 1 << 20
"""Bytes: far more than can be sent, so that what is too long is told as such."""
LARGEST_SESSION = 4_096
TYPE_TEXT = "Type your text. It ends with Ctrl-D on a line of its own; Ctrl-C stops, and nothing is sent."
OTHER_FILE = "{path} is no session file. It was left as it is: name another for --session."
NO_SESSION = "The session file {path} cannot be read. Sign in with `dropbox-desk login`."

vault_option = click.option(
    "--vault", required=True, type=click.Path(path_type=Path, file_okay=False), help="The desk's folder."
)
session_option = click.option(
    "--session", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The file that login wrote."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
key_option = click.option(
    "--desk-key-fd", type=click.IntRange(min=0), help="Read the desk passphrase from this file descriptor."
)


def desk_passphrase(descriptor: int | None, *, confirm: bool = False) -> str:
    """From --desk-key-fd, the systemd credential, a prompt or stdin, in this order. Raises InputRefused."""
    given = given_passphrase(descriptor)
    return secret_line(DESK, confirm=confirm) if given is None else given


def read_text(path: str, session: Path) -> str:
    """A text file, or stdin for "-"; strict UTF-8. Before anybody types there it is known that the ``session`` can send
    it. Raises InputRefused, DeskRefused."""
    if path == inputs.STANDARD_INPUT and sys.stdin.isatty():
        ask_signed_in(session, Whoami())
        click.echo(TYPE_TEXT, err=True)
    return inputs.read_text(path, LARGEST_TEXT, "text file")


def held_session(session: Path) -> tuple[Path, str] | None:
    """The desk's socket and the token of a session file; None when it is none."""
    try:
        held = json.loads(inputs.read_text(session, LARGEST_SESSION, "session file"))
        return Path(held["socket"]), str(held["token"])
    except (InputRefused, ValueError, KeyError, TypeError, RecursionError):
        return None


def refuse_other_file(session: Path) -> None:
    """A session file is replaced and removed: what holds something else stays. Raises BadInput."""
    if not os.path.lexists(session):
        return
    empty = session.is_file() and session.stat().st_size == 0
    if not empty and (not session.is_file() or held_session(session) is None):
        raise BadInput(OTHER_FILE.format(path=session))


def ask_signed_in(session: Path, asked: Asked[Answer]) -> Answer:
    """Ask the desk of a session file. Raises DeskRefused."""
    held = held_session(session)
    if held is None:
        raise NotSignedIn(NO_SESSION.format(path=session))
    socket, token = held
    return ask_desk(socket, asked, token)


def agree(prompt: str, otherwise: str) -> None:
    """Go on once a person has typed yes. Raises BadInput: not agreed, or, with ``otherwise``, where nobody can be
    asked."""
    if not sys.stdin.isatty():
        raise BadInput(otherwise)
    if not click.confirm(prompt, err=True):
        raise BadInput("Nothing was done.")


def show(result: Result, as_json: bool, words: Callable[[Result], Iterable[str]]) -> None:
    """Print a result, a shape or several: JSON on one line, ASCII only, or words."""
    if as_json:
        click.echo(to_json(result))
    else:
        for line in words(result):
            click.echo(line)


def show_done(result: Result, as_json: bool, words: Callable[[Result], Iterable[str]]) -> None:
    """The same of what is done by now. Raises OutputLost, which says so."""
    say_done(_text(result, as_json, words))


def show_read(result: Result, as_json: bool, words: Callable[[Result], Iterable[str]]) -> None:
    """The same of what counts as read once it was asked for. Raises OutputLost where not all of it leaves."""
    say_once(_text(result, as_json, words))


def _text(result: Result, as_json: bool, words: Callable[[Result], Iterable[str]]) -> str:
    return to_json(result) if as_json else "\n".join(words(result))


def tell(notices: Iterable[ToldNotice]) -> None:
    """What the officers must be told, on stderr, so that stdout stays the result."""
    for one in notices:
        click.echo(f"Notice ({one.code}): {inert(one.say)}", err=True)
