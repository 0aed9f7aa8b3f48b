# SPDX-License-Identifier: AGPL-3.0-or-later
"""A person at a terminal: one shell in a pseudo-terminal, and answers to the prompts that appear in it."""

import contextlib
import os
import pty
import re
import select
import signal
import time
from collections.abc import Callable
from pathlib import Path

from tests.scenarios.service import PATIENCE

Answer = str | Callable[[str], str]


class Typist:
    """Runs blocks of shell in one shell, started by ``shell``, which sees the folder as ``seen_as``. ``answers`` maps a
    pattern at the end of the screen to what is typed, or to a function of the whole screen."""

    def __init__(
        self,
        environment: dict[str, str],
        folder: Path,
        answers: dict[str, Answer],
        shell: tuple[str, ...] = ("/bin/bash",),
        seen_as: Path | None = None,
    ) -> None:
        self.screen = ""
        self._answers = answers
        self._blocks = 0
        self._folder = folder
        self._seen_as = seen_as or folder
        self._last = ""
        self._pid, self._terminal = pty.fork()
        if self._pid == 0:
            os.chdir(folder)
            os.execvpe(shell[0], [*shell, "--norc", "--noediting"], {**environment, "PS1": "", "PS2": ""})  # noqa: S606 - a shell is what a person has

    def _read(self, seconds: float) -> str:
        ready, _, _ = select.select([self._terminal], [], [], seconds)
        if not ready:
            return ""
        try:
            return os.read(self._terminal, 65_536).decode(errors="replace").replace("\r\n", "\n")
        except OSError:
            raise AssertionError(f"the shell ended:\n{self.screen[-3_000:]}") from None

    def _type(self, text: str) -> None:
        os.write(self._terminal, text.encode())

    def _answer(self, fresh: str) -> int:
        """Answer the first question; where it ends, 0 without one. A service may write something after it."""
        asked = [(match, answer) for pattern, answer in self._answers.items() if (match := re.search(pattern, fresh))]
        if not asked:
            return 0
        match, answer = min(asked, key=lambda one: one[0].start())
        typed = self._last if answer == "again" else answer if isinstance(answer, str) else answer(self.screen)
        self._last = typed
        self._type(f"{typed}\n")
        return match.end()

    def run(self, block: str, seconds: float = PATIENCE) -> str:
        """Run one block to its end; what it showed. Raises AssertionError when a command in it fails."""
        self._blocks += 1
        script = self._folder / f"block-{self._blocks}.sh"
        script.write_text(block)
        mark = f"end-of-block-{self._blocks}"
        begin = len(self.screen)
        self._type(f" set -e; . {self._seen_as / script.name}; set +e; echo {mark[:4]}''{mark[4:]}\n")
        end, answered = time.monotonic() + seconds, begin
        while mark not in self.screen[begin:]:
            assert time.monotonic() < end, f"block {self._blocks} hangs:\n{self.screen[begin:][-3_000:]}"
            self.screen += self._read(0.5)
            answered += self._answer(self.screen[answered:])
        return self.screen[begin:]

    def close(self) -> None:
        """End what the shell left running, then the shell."""
        self._type("\x03\n kill $(jobs -p); wait; exit\n")
        end = time.monotonic() + 30
        while os.waitpid(self._pid, os.WNOHANG) == (0, 0):
            if time.monotonic() > end:
                os.killpg(self._pid, signal.SIGKILL)
                end += 30
            with contextlib.suppress(AssertionError):
                self._read(0.2)
        os.close(self._terminal)
