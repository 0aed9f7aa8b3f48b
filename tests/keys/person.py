# SPDX-License-Identifier: AGPL-3.0-or-later
"""Somebody at an offline machine who answers what a ceremony asks, and can be stopped at any write."""

import io
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from keys.commands import main
from tests.keys.conftest import Ran, passphrase


class Person(io.BytesIO):
    """Standard input: reads what stands on the screen and types what belongs there. ``folder`` holds a medium for each
    root; ``signers``: the key files that are named one after another, again and again."""

    def __init__(self, folder: Path, signers: Sequence[object]) -> None:
        super().__init__()
        self._folder, self._signers, self._seen, self._secret = folder, list(signers), 0, ""

    def _read(self) -> str:
        return sys.stdout.buffer.getvalue().decode()  # type: ignore[attr-defined]  # as `led` makes it

    def readline(self, size: int | None = -1) -> bytes:
        screen = self._read()
        asked = screen.endswith(": ") and len(screen) > self._seen
        self._seen = len(screen)
        return f"{self._answer(screen.splitlines()[-1], screen) if asked else self._secret}\n".encode()

    def _answer(self, prompt: str, screen: str) -> str:
        if found := re.match(r"Folder of the medium of root (\d+)", prompt):
            self._secret = passphrase(int(found[1]))
            return str(self._folder / found[1])
        if prompt.startswith("Key file"):
            named = str(self._signers.pop(0))
            self._signers.append(named)
            number = re.search(r"(\d+)\.key|root-(\d+)", named)
            self._secret = passphrase(int(number[1] or number[2])) if number else ""
            return named
        if prompt.startswith("Type its last two words"):
            return " ".join(re.findall(r"\d+\. ([a-z-]+)", screen)[-2:])
        return re.findall(r'Type "(\w+)"', prompt)[-1]


def led(person: io.BytesIO, *args: object) -> Ran:
    """One command with this person before it."""
    kept = sys.argv, sys.stdin, sys.stdout, sys.stderr
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
    sys.argv = ["dropbox-keys", *map(str, args)]
    sys.stdin, sys.stdout, sys.stderr = io.TextIOWrapper(person, "utf-8"), out, err
    try:
        main()
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        sys.argv, sys.stdin, sys.stdout, sys.stderr = kept
    texts = []
    for stream in (out, err):
        stream.seek(0)
        texts.append(stream.read())
    return Ran(code, *texts)


class Killed(BaseException):
    """As if the machine lost its power."""


def stopped_before(number: int, write: Callable[..., None]) -> Callable[..., None]:
    """``write``, which is not reached any more from its ``number``-th call on, counted from 0."""
    left = [number]

    def counted(*args: object, **more: object) -> None:
        if left[0] == 0:
            raise Killed
        left[0] -= 1
        write(*args, **more)

    return counted
