# SPDX-License-Identifier: AGPL-3.0-or-later
"""The worker's session in a Node process, asked as a page asks it."""

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.flows.twin import Service

NODE = Path(sys.executable).parent / "node"
BRIEF = ("--import", str(Path(__file__).with_name("brief_stretch.mjs")))
"""Flags of a session that stretches codenames briefly: nobody but it opens what is for them."""
Values = dict[str, Any]


@dataclass
class Heard:
    """How the session answered one question: its progress in order, then ``done`` or ``failed``."""

    progress: list[Values] = field(default_factory=list)
    done: Any = None
    failed: Any = None

    def stages(self) -> list[str]:
        """Each stage once, in order."""
        names = [one["stage"] for one in self.progress]
        return [name for at, name in enumerate(names) if at == 0 or names[at - 1] != name]


class NodeSession:
    """One worker."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._next = 0
        self.late: list[Values] = []

    def post(self, ask: str, **values: Any) -> int:
        """Ask without waiting; the question's number."""
        assert self._process.stdin is not None
        self._next += 1
        self._process.stdin.write(json.dumps({"id": self._next, "ask": ask, **values}).encode() + b"\n")
        self._process.stdin.flush()
        return self._next

    def hear(self, number: int) -> Heard:
        """Wait for the answer to one question; what belongs to others is kept in ``late``."""
        assert self._process.stdout is not None
        found = Heard()
        for line in self._process.stdout:
            said = json.loads(line)
            if said.pop("id") != number:
                self.late.append(said)
            elif "progress" in said:
                found.progress.append(said["progress"])
            else:
                found.done, found.failed = said.get("done"), said.get("failed")
                return found
        raise AssertionError("the session ended")

    def ask(self, ask: str, **values: Any) -> Heard:
        """Ask and wait."""
        return self.hear(self.post(ask, **values))

    def start(self, service: Service) -> "NodeSession":
        """Pin the service's anchor."""
        anchor = base64.b64encode(service.twin.directory.anchors[0].encode()).decode()
        assert self.ask("start", anchor=anchor).done == {}
        return self


@contextmanager
def node_session(how: str, *flags: str) -> Iterator[NodeSession]:
    """A worker's session; ``how`` is the argument of session_process.js, ``flags`` are Node's."""
    program = Path(__file__).parent / "session_process.js"
    process = subprocess.Popen([NODE, *flags, program, how], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        yield NodeSession(process)
    finally:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        process.kill()
        process.wait()
        process.stdout.close()
