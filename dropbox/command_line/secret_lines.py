# SPDX-License-Identifier: AGPL-3.0-or-later
"""How every command gets a secret: a prompt that does not show it, a file descriptor, or a line of standard input."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import click

from dropbox.protocol.passphrase import composed

from .inputs import as_text, reason
from .refused import InputRefused

LONGEST_SECRET = 4_096
"""Bytes of one line, far beyond any passphrase, code or codename."""
STOPS = (signal.SIGTERM, signal.SIGHUP, signal.SIGTSTP, signal.SIGQUIT)


@contextmanager
def stopping() -> Iterator[None]:
    """What else would leave a terminal as it is now, without its echo or with a secret on it, stops the command as
    Ctrl-C does: an end from outside, the end of the session, the quit key, and Ctrl-Z, after which somebody else types
    there."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise click.Abort

    before = {number: signal.signal(number, stop) for number in STOPS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def secret_line(prompt: str, *, confirm: bool = False, empty: bool = False) -> str:
    """One secret, without its line end: asked for on a terminal, else the next line of standard input.

    ``confirm`` asks twice on a terminal; ``empty`` lets it be empty. Raises InputRefused: closed, missing, longer than
    LONGEST_SECRET bytes, not UTF-8.
    """
    what = prompt.partition(" (")[0].lower()
    if sys.stdin.isatty():
        asked: dict[str, Any] = {"default": "", "show_default": False} if empty else {}
        try:
            with stopping():
                typed = _asked(prompt, confirm, asked)
        except UnicodeError:
            raise InputRefused(f"The {what} holds letters that this terminal does not send as UTF-8.") from None
        return _checked(typed, what)
    try:
        line = sys.stdin.buffer.readline(LONGEST_SECRET + 3)
    except OSError as error:
        raise InputRefused(f"Standard input cannot be read: {reason(error)}.") from None
    if not line:
        raise InputRefused(f"A line is missing on stdin: {prompt.lower()}.")
    return _checked(without_line_end(as_text(line, what)), what)


def _asked(prompt: str, confirm: bool, more: dict[str, Any]) -> str:
    """Typed, and typed again where that is wanted: the same letters, however each keyboard composes them."""
    while True:
        typed = str(click.prompt(prompt, hide_input=True, err=True, **more))
        if not confirm:
            return typed
        again = str(click.prompt("Repeat for confirmation", hide_input=True, err=True, **more))
        if composed(again) == composed(typed):
            return typed
        click.echo("Error: The two entered values do not match.", err=True)


def secret_of_descriptor(descriptor: int, what: str) -> str:
    """A secret of one line that an open file descriptor holds. Raises InputRefused."""
    try:
        with os.fdopen(descriptor, "rb") as source:
            data = source.read(LONGEST_SECRET + 3)
    except OSError:
        say = f"File descriptor {descriptor} cannot be read. Open it for the command, as in 3<file."
        raise InputRefused(say) from None
    return secret_of_bytes(data, what)


def secret_of_bytes(data: bytes, what: str) -> str:
    """A secret of one line as a file holds it. Raises InputRefused."""
    return _checked(without_line_end(as_text(data, what)), what)


def without_line_end(line: str) -> str:
    """Without the one line end, of whichever system, that closes it."""
    return line.removesuffix("\n").removesuffix("\r")


def _checked(secret: str, what: str) -> str:
    try:
        long = len(secret.encode()) > LONGEST_SECRET
    except UnicodeEncodeError:
        raise InputRefused(f"The {what} is not plain text. Type it again.") from None
    if long:
        raise InputRefused(f"The {what} is longer than {LONGEST_SECRET} bytes. Check what was given.")
    return secret
