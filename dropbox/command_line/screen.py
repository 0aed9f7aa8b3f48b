# SPDX-License-Identifier: AGPL-3.0-or-later
"""A secret on a terminal's screen: shown, then cleared away with what can be scrolled back to.

What cannot be done from here: a terminal that does not know these marks keeps it, and so does whatever records one.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import click

from .output import say_once
from .secret_lines import stopping

CLEAR = "\033[2J\033[3J\033[H"
"""The screen, what was scrolled off it, and the cursor to its top."""


@contextmanager
def cleared(*, err: bool) -> Iterator[None]:
    """Whatever ends this, Ctrl-C and the end of the terminal's session too, nothing stays on the screen. ``err``: it is
    reached by standard error."""
    with stopping():
        try:
            yield
        finally:
            click.echo(CLEAR, err=err, nl=False)


def is_shown() -> bool:
    """Whether a person sees what standard output prints, and can be asked for a key."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def press_enter(when: str) -> None:
    """Wait for it. Raises Abort."""
    prompt = f"Press Enter when {when}; the screen is then cleared"
    click.prompt(prompt, default="", show_default=False, hide_input=True, prompt_suffix=".", err=True)


def give_secret(text: str, when: str) -> None:
    """Print what is given once; from a terminal it is cleared when the person presses Enter, or stops. Raises
    OutputLost."""
    if not is_shown():
        say_once(text)
        return
    with cleared(err=False), suppress(click.Abort):
        say_once(text)
        press_enter(when)
