# SPDX-License-Identifier: AGPL-3.0-or-later
"""Real commands, started as a shell starts them, with whatever stands at their ends."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Ended:
    """How a command ended. ``out`` and ``err`` are bytes as they came."""

    code: int
    out: bytes
    err: bytes

    def one_line(self) -> str:
        """What it said when it refused: one line, exit 1, no traceback."""
        text = self.err.decode("ascii", "backslashreplace")
        assert self.code == 1, (self.code, text[:2_000])
        assert "Traceback" not in text, text[:2_000]
        assert "Something went wrong in this program" not in text, text[:2_000]
        lines = text.splitlines()
        assert len(lines) == 1, text[:2_000]
        return lines[0]


def run(*command: object, ends: str = "", stdin: bytes = b"", encoding: str = "utf-8", limit: float = 60) -> Ended:
    """``ends`` is what a shell puts behind the command, as in ``>&-``; ``encoding`` that of the terminal."""
    words = " ".join(f"'{word}'" for word in map(str, command))
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PATH": f"{BIN}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["/bin/bash", "-c", f"{words} {ends}"], input=stdin, capture_output=True, env=environment, timeout=limit
    )
    return Ended(done.returncode, done.stdout, done.stderr)
