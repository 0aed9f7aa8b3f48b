# SPDX-License-Identifier: AGPL-3.0-or-later
"""How every command ends: 0 done, 1 refused with one line that says what to do, 2 bad usage. Never a traceback."""

import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import click

from dropbox.protocol.inert import inert_line

from . import output
from .hardening import harden
from .inputs import reason
from .refused import InputRefused, OutputLost

Words = Callable[[Exception], str | None]
"""What a party says of its own errors; None for those that it does not know."""

STOPPED = "Stopped."
NO_CORE = "core dumps could not be turned off"
STORAGE = "A file or folder could not be used: {why}. Check its name, permissions and room."
NO_MEMORY = "There is not enough memory for this. Give the command less, or the machine more."
UNEXPECTED = "Something went wrong in this program ({what}). Nothing more was done. Tell whoever maintains it."


class OneLineGroup(click.Group):
    """A party's command. ``words`` say its own errors; ``head``, its name if not given, stands before each line."""

    def __init__(self, *args: Any, words: Words = lambda error: None, head: str | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        self._words = words
        self.head = f"{self.name}: " if head is None else head

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        """Run, say what went wrong in one line, and leave with the exit code."""
        extra["standalone_mode"] = False
        try:
            if not harden():
                say(self.head + NO_CORE)
            code = self._main(*args, **extra)
        except KeyboardInterrupt:
            code = self.end(STOPPED)
        sys.exit(code)

    def end(self, line: str) -> int:
        """Say it, if there is anything to say; the exit code of whatever was refused."""
        if line:
            say(_journal_mark() + self.head + line)
        return 1

    def _main(self, *args: Any, **extra: Any) -> int:
        try:
            found = super().main(*args, **extra)
            output.flush(sys.stdout)
        except click.UsageError as error:
            error.show()
            return error.exit_code
        except click.ClickException as error:
            return self.end(error.format_message())
        except click.Abort:
            return self.end(STOPPED)
        except Exception as error:
            return self.end(one_line(error, self._words))
        return found if isinstance(found, int) else 0


def _journal_mark() -> str:
    """Under systemd an error, or the units that ask for no more than notices would not keep why a service ended."""
    return "<3>" if "JOURNAL_STREAM" in os.environ and not sys.stderr.isatty() else ""


def launch(command: OneLineGroup) -> NoReturn:
    """Run a command as the whole process. Ctrl-C ends it in a line whenever it comes."""
    open_output = output.fit_streams()
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if not open_output:
            sys.exit(command.end(output.CLOSED))
        command.main(prog_name=command.name)
    except KeyboardInterrupt:
        sys.exit(command.end(STOPPED))
    finally:
        output.give_up_output()


def one_line(error: Exception, words: Words) -> str:
    """What is said of an error; empty where nobody is there to hear it."""
    told = words(error)
    if told is None and isinstance(error, BrokenPipeError) and _output_gone():
        # Whoever read the output has had enough.
        return ""
    if told is not None:
        return told
    if isinstance(error, InputRefused):
        return error.say
    if isinstance(error, OSError):
        return _system(error)
    return NO_MEMORY if isinstance(error, MemoryError) else UNEXPECTED.format(what=_where(error))


def _output_gone() -> bool:
    try:
        output.check_output()
    except OutputLost:
        return True
    return False


def _system(error: OSError) -> str:
    """Of a file, or of standard output, which keeps what it could not write."""
    try:
        output.flush(sys.stdout)
    except OutputLost as lost:
        return lost.say
    named = f"{error.filename}: " if isinstance(error.filename, str) else ""
    return STORAGE.format(why=named + reason(error))


def _where(error: Exception) -> str:
    """The kind of error and its line in this program: nothing that was given can stand in it."""
    steps = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(steps[-1].filename).name}:{steps[-1].lineno}" if steps else ""
    return f"{type(error).__name__}{place}"


def say(line: str) -> None:
    """One line on standard error, with nothing in it that acts on a terminal."""
    try:
        click.echo(inert_line(" ".join(line.split())), err=True)
    except OSError:
        return
