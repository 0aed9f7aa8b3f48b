# SPDX-License-Identifier: AGPL-3.0-or-later
"""A person at a terminal, with one of the project's commands in it."""

import os
import pty
import re
import sys
import termios
import time
from pathlib import Path

SOURCE = str(Path(sys.executable).parent / "dropbox-source")
CLEAR = "\x1b[2J\x1b[3J\x1b[H"
"""What empties the screen, and what can be scrolled back to."""
_WORD = re.compile(r"(?:^|\s)\s?([0-9]{1,2})\. ([a-z-]+)")


class Terminal:
    """A command at a terminal of its own, and what stands on the screen."""

    def __init__(self, *words: str, then: str = "", command: str = SOURCE) -> None:
        """``then`` is for the shell that reads the terminal next."""
        self.screen = ""
        self._prompts: dict[str, int] = {}
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            run = ["/bin/sh", "-c", f'"$0" "$@"; {then}', command, *words] if then else [command, *words]
            os.execve(run[0], run, {**os.environ, "LANG": "C.UTF-8"})  # noqa: S606 - the command itself

    def until(self, text: str) -> None:
        """Read until that stands on the screen, or the command has ended."""
        end = time.monotonic() + 300
        while text not in self.screen and self._read() and time.monotonic() < end:
            pass
        assert text in self.screen, self.screen

    def until_prompt(self, text: str) -> None:
        """Read until that stands on the screen once more than it was waited for before."""
        self._prompts[text] = wanted = self._prompts.get(text, 0) + 1
        while self.screen.count(text) < wanted and self._read():
            pass
        assert self.screen.count(text) >= wanted, self.screen

    def _read(self) -> bool:
        try:
            self.screen += os.read(self._terminal, 65_536).decode(errors="replace")
        except OSError:
            return False
        return True

    def echoes(self) -> bool:
        """Whether what is typed is shown."""
        return bool(termios.tcgetattr(self._terminal)[3] & termios.ECHO)

    def type(self, text: str) -> None:
        os.write(self._terminal, text.encode())

    def end(self) -> int:
        """The rest of the screen, and the exit code; a signal's number below zero."""
        while self._read():
            pass
        os.close(self._terminal)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def sheets_on(screen: str) -> list[list[str]]:
    """The words of each of three recovery sheets that were shown."""
    found = []
    for page in screen.split(CLEAR)[:3]:
        numbered = {int(number): word for number, word in _WORD.findall(page)}
        found.append([numbered[at] for at in range(1, 26)])
    return found
