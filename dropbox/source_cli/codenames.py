# SPDX-License-Identifier: AGPL-3.0-or-later
"""A codename at the terminal: shown once and cleared away, typed back, asked for, in one line or several."""

import select
import sys
import termios
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, TypeVar

import click

from dropbox.command_line.inputs import as_text, reason
from dropbox.command_line.refused import InputRefused
from dropbox.command_line.screen import cleared, press_enter
from dropbox.command_line.secret_lines import stopping
from dropbox.protocol.codename import decode_codename
from dropbox.protocol.constants import CODENAME_WORDS
from dropbox.protocol.errors import CodenameError, WrongWordCount
from dropbox.words import codename_words

from . import terminal
from .service import Stop

Command = TypeVar("Command", bound=Callable[..., Any])

LONGEST_LINE = 4_096
"""Bytes, far beyond any eight words."""
MOST_LINES = 2 * CODENAME_WORDS
PASTED, MOST_LEFT = 0.1, 20
"""Seconds in which the next line of a paste comes; how often it is waited for and dropped."""
TRIES = 3
WHAT = "codename"
PROMPT = "Your codename (eight words, not shown): "
PROMPT_SHOWN = "Your codename (eight words; the screen is cleared after it): "
GO_ON = "Go on with the words that are missing, or press Enter if that was all: "
NOT_TYPED_BACK = "The codename was not typed back, so nothing was sent. Run the command again for a new one."


def show_option(command: Command) -> Command:
    """Whether a codename is seen while it is typed."""
    return click.option(
        "--show-codename",
        "shown",
        is_flag=True,
        help="Show the codename while you type it; the screen is cleared after it.",
    )(command)


def ask_codename(text_follows: bool = False, shown: bool = False) -> bytes:
    """The entropy of a codename that is typed unseen, or ``shown`` and then cleared from the screen; or that stands in
    the first line of standard input, and where that line holds too few words, in those that follow. ``text_follows``:
    other text may follow too. Raises CodenameError, InputRefused."""
    if sys.stdin.isatty():
        with cleared(err=True) if shown else nullcontext(), _alone(shown):
            return decode_codename(_typed(PROMPT_SHOWN if shown else PROMPT), codename_words())
    first = typed = _line()
    for _ in range(MOST_LINES):
        more = _line() if _lacks_words(typed) else ""
        if not more:
            break
        typed += more
    try:
        return decode_codename(typed, codename_words())
    except CodenameError:
        if not text_follows:
            raise
    # What followed was no part of a codename: the message tells of the line that was to be one.
    return decode_codename(first, codename_words())


def _lacks_words(typed: str) -> bool:
    try:
        decode_codename(typed, codename_words())
    except WrongWordCount as wrong:
        return wrong.count < CODENAME_WORDS
    except CodenameError:
        return False
    return False


def _line() -> str:
    """The next line of standard input, empty at its end. Raises InputRefused."""
    try:
        return as_text(sys.stdin.buffer.readline(LONGEST_LINE), WHAT)
    except OSError as error:
        raise InputRefused(f"Standard input cannot be read: {reason(error)}.") from None


def _typed(prompt: str) -> str:
    """Lines of a terminal until they may be a codename, or an empty one that nothing follows says that it was all."""
    typed = _answer(prompt)
    for _ in range(MOST_LINES):
        if not _lacks_words(typed):
            break
        more = _answer(GO_ON)
        if not more.strip() and not _waits():
            break
        typed += more
    return typed


def _answer(prompt: str) -> str:
    click.echo(prompt, err=True, nl=False)
    typed = _line()
    click.echo("", err=True)
    if not typed:
        raise click.Abort
    return typed


def _waits(seconds: float = 0.0) -> bool:
    """Whether a line of the terminal waits to be read."""
    return bool(select.select([sys.stdin], [], [], seconds)[0])


@contextmanager
def _alone(shown: bool) -> Iterator[None]:
    """No echo, unless it is to be ``shown``. What was typed before is dropped, and at the end what is left of a paste:
    the rest of a codename must not reach whatever reads the terminal next, a shell that shows and keeps it."""
    before = termios.tcgetattr(sys.stdin)
    quiet = before if shown else [*before[:3], before[3] & ~termios.ECHO, *before[4:]]
    with stopping():
        try:
            termios.tcsetattr(sys.stdin, termios.TCSAFLUSH, quiet)
            yield
        finally:
            try:
                for _ in range(MOST_LEFT):
                    if not _waits(PASTED):
                        break
                    termios.tcflush(sys.stdin, termios.TCIFLUSH)
            finally:
                termios.tcsetattr(sys.stdin, termios.TCSAFLUSH, before)


def show_codename(words: Sequence[str]) -> None:
    """Show it, and clear it from the screen once it is written down, or when the person stops."""
    terminal.say("This is your codename. It is the only way back to the answers, and nobody can give it to you again.")
    terminal.say("Write it on paper. Do not store it on a device that others can look at.")
    with cleared(err=True):
        terminal.say("")
        terminal.say(f"    {' '.join(words)}")
        terminal.say("")
        press_enter("you have written it down")


def typed_back(entropy: bytes) -> None:
    """The person types the codename back. Raises Stop when it does not come."""
    for left in range(TRIES - 1, -1, -1):
        try:
            if ask_codename() == entropy:
                return
            more = f" {left} more {'try' if left == 1 else 'tries'}." if left else ""
            terminal.say(f"That is not the codename that was shown.{more}")
        except CodenameError as error:
            terminal.say(terminal.error_text(error))
    raise Stop(NOT_TYPED_BACK)
