# SPDX-License-Identifier: AGPL-3.0-or-later
"""A running demo, and its people as they would act: real commands, in real processes but for what only waits."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyotp

from tests import in_process

BIN = Path(sys.executable).parent
ROOT = Path(__file__).parents[2]
PATIENCE = 300.0
"""Seconds for what comes without a claim about when."""


@dataclass(frozen=True)
class Ran:
    """A command that ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


def run(*arguments: str, stdin: str = "", folder: Path | None = None, home: Path | None = None) -> Ran:
    """Run one of the project's commands to its end."""
    env = {"HOME": str(home or "/nonexistent"), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    done = subprocess.run(
        [str(BIN / arguments[0]), *arguments[1:]],
        input=stdin.encode(),
        capture_output=True,
        timeout=PATIENCE,
        cwd=folder,
        env=env,
        check=False,
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def ok(*arguments: str, stdin: str = "", home: Path | None = None) -> Ran:
    """The same, which must end with 0."""
    ran = run(*arguments, stdin=stdin, home=home)
    assert ran.code == 0, f"{arguments[:3]}: {ran.err}"
    return ran


def asked(*arguments: str, stdin: str = "") -> Ran:
    """As ``run``, in this process."""
    return Ran(*in_process.ask(*arguments, stdin=stdin))


def here(*arguments: str, stdin: str = "") -> Ran:
    """The same, which must end with 0: for what is asked again and again."""
    ran = asked(*arguments, stdin=stdin)
    assert ran.code == 0, f"{arguments[:3]}: {ran.err}"
    return ran


def until(what: Callable[[], Any], seconds: float = PATIENCE, pause: float = 0.5) -> Any:
    """Try until the answer is true; the answer."""
    end = time.monotonic() + seconds
    while True:
        found = what()
        if found or time.monotonic() > end:
            return found
        time.sleep(pause)


class Demo:
    """``dropbox demo``, started and described."""

    def __init__(self, folder: Path, *more: str) -> None:
        self.folder = folder
        self._used: dict[str, str] = {}
        self._declared: set[tuple[str, int]] = set()
        begun = time.monotonic()
        self._process = subprocess.Popen(
            [str(BIN / "dropbox"), "demo", "--dir", str(folder), *more],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline().decode()
        assert line == "READY\n", f"{line!r} {self._errors()}"
        self.seconds = time.monotonic() - begun
        self.described = json.loads((folder / "demo.json").read_text())
        self.service = str(self.described["service"])
        self.pinned = ["--service", self.service, "--anchor", str(self.described["anchor"])]

    def _errors(self) -> str:
        """What a demo that ends said; of one that is still up there is nothing to say yet."""
        assert self._process.stderr is not None
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            return ""
        return self._process.stderr.read().decode()

    def stop(self) -> int:
        """Ctrl-C, as a person would; the exit code."""
        self._process.send_signal(signal.SIGINT)
        code = self._process.wait(PATIENCE)
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()
        return code

    def unit(self, slug: str) -> dict[str, Any]:
        return next(unit for unit in self.described["units"] if unit["slug"] == slug)

    def session(self, slug: str, member: int = 0) -> str:
        """A signed-in member's session file; a code is used once, so a second sign-in waits for the next."""
        unit = self.unit(slug)
        who = unit["members"][member]
        file = self.folder / f"{slug}-{member}.session"

        def sign_in() -> bool:
            code = pyotp.TOTP(who["totp_secret"]).now()
            if self._used.get(f"{slug} {member}") == code:
                return False
            self._used[f"{slug} {member}"] = code
            words = ("--vault", unit["dir"], "--member", who["name"], "--session", str(file))
            return in_process.ask("dropbox-desk", "login", *words, stdin=f"{who['passphrase']}\n{code}\n")[0] == 0

        assert file.exists() or until(sign_in), "no sign-in"
        return str(file)

    def report(self, slug: str, text: str, *more: str) -> dict[str, str]:
        words = ("--unit", slug, "--category", "discrimination", "--text-file", "-", "--json")
        found: dict[str, str] = here("dropbox-source", "report", *self.pinned, *words, *more, stdin=text).json()
        return found

    def check(self, codename: str, home: Path | None = None) -> dict[str, Any]:
        found: dict[str, Any] = ok(
            "dropbox-source", "check", *self.pinned, "--json", stdin=f"{codename}\n", home=home
        ).json()
        return found

    def conversation(self, codename: str, slug: str) -> dict[str, Any]:
        """The conversation with one unit, or an empty one: as ``check``, in this process."""
        empty: dict[str, Any] = {"unit": slug, "collected": 0, "messages": []}
        found = here("dropbox-source", "check", *self.pinned, "--json", stdin=f"{codename}\n").json()
        return next((one for one in found["conversations"] if one["unit"] == slug), empty)

    def cases(self, slug: str, member: int = 0) -> list[dict[str, Any]]:
        session = self.session(slug, member)
        here("dropbox-desk", "sync", "--session", session, "--json")
        found: list[dict[str, Any]] = here("dropbox-desk", "cases", "--session", session, "--json").json()
        return found

    def show(self, slug: str, case: int) -> dict[str, Any]:
        """A case as the first member sees it, who says before the first look that nothing keeps them from it."""
        words = (str(case), "--session", self.session(slug), "--json")
        if (slug, case) not in self._declared:
            here("dropbox-desk", "declare", *words, "--conflict", "none")
            self._declared.add((slug, case))
        found: dict[str, Any] = here("dropbox-desk", "show", *words).json()
        return found

    def case_with(self, slug: str, text: str) -> int:
        """The case whose first message is ``text``, once it is collected."""

        def look() -> int:
            for case in self.cases(slug):
                shown = self.show(slug, case["case"])
                if any(message["text"] == text for message in shown["messages"]):
                    return int(case["case"])
            return 0

        found = until(look)
        assert found, "not collected"
        return int(found)

    def reply(self, slug: str, case: int, text: str, *more: str) -> Ran:
        words = (str(case), "--session", self.session(slug), "--text-file", "-", *more)
        return run("dropbox-desk", "reply", *words, stdin=text)
