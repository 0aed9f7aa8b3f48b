# SPDX-License-Identifier: AGPL-3.0-or-later
"""How commands get secrets and texts, reach the running desk, print, and end: 0 done, 1 refused, 2 bad usage."""

import json
import os
import sys
from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec

import click

from journalist_ui.desk.client import ask_desk
from journalist_ui.desk.desk_key import given_passphrase
from journalist_ui.refusals import BadInput, DeskRefused, NotSignedIn

from . import terminal

Parameters = ParamSpec("Parameters")

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


def ends_in_one_line(command: Callable[Parameters, None]) -> Callable[Parameters, None]:
    """Whatever is refused ends the command with exit 1 and one line that says what to do."""

    @wraps(command)
    def run(*args: Parameters.args, **options: Parameters.kwargs) -> None:
        try:
            command(*args, **options)
        except DeskRefused as error:
            fail(error.say)
        except BrokenPipeError:
            # Whoever read the output has had enough; Python must not complain at exit either.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)
        except OSError as error:
            fail(terminal.STORAGE.format(error=type(error).__name__))
        except Exception as error:
            # Named by its package, so that a verb which only asks the running desk need not load a database library.
            if type(error).__module__.partition(".")[0] != "sqlalchemy":
                raise
            fail(terminal.STORAGE.format(error=type(error).__name__))

    return run


def fail(say: str) -> None:
    """Exit 1 with one line."""
    click.echo(terminal.inert(" ".join(say.split())), err=True)
    sys.exit(1)


def secret_line(prompt: str, *, confirm: bool = False, empty: bool = False) -> str:
    """One secret: asked for on a terminal without showing it, else the next line of stdin. Raises BadInput."""
    if sys.stdin.isatty():
        asked: dict[str, Any] = {"default": "", "show_default": False} if empty else {}
        return str(click.prompt(prompt, hide_input=True, confirmation_prompt=confirm, err=True, **asked))
    try:
        line = sys.stdin.readline()
    except UnicodeDecodeError:
        raise BadInput(terminal.TEXT_NOT_UTF8) from None
    if not line:
        raise BadInput(terminal.MISSING_LINE.format(what=prompt.lower()))
    return line.removesuffix("\n").removesuffix("\r")


def desk_passphrase(descriptor: int | None, *, confirm: bool = False) -> str:
    """From --desk-key-fd, the systemd credential, a prompt or stdin, in this order. Raises BadInput."""
    given = given_passphrase(descriptor)
    return secret_line(terminal.ASK_FOR_DESK, confirm=confirm) if given is None else given


def read_text(path: str) -> str:
    """A text file, or stdin for "-"; strict UTF-8. Raises BadInput."""
    try:
        data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError:
        raise BadInput(terminal.TEXT_UNREADABLE.format(path=path)) from None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise BadInput(terminal.TEXT_NOT_UTF8) from None


def ask_signed_in(session: Path, verb: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """Ask the desk of a session file. Raises DeskRefused."""
    try:
        held = json.loads(session.read_text(encoding="utf-8"))
        socket, token = Path(held["socket"]), str(held["token"])
    except (OSError, ValueError, KeyError, TypeError):
        raise NotSignedIn(terminal.NO_SESSION.format(path=session)) from None
    return ask_desk(socket, verb, body or {}, token)


def show(fields: Any, as_json: bool, words: Callable[[Any], Iterable[str]]) -> None:
    """Print a result: JSON on one line, ASCII only, or words."""
    if as_json:
        click.echo(json.dumps(fields))
    else:
        for line in words(fields):
            click.echo(line)


def tell(notices: list[dict[str, str]]) -> None:
    """What the officers must be told, on stderr, so that stdout stays the result."""
    for line in terminal.notices(notices):
        click.echo(line, err=True)
