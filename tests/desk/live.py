# SPDX-License-Identifier: AGPL-3.0-or-later
"""A whole service with one desk, on periods of four seconds, for tests over real sockets. Server and daemon are real
processes; the commands that build it up and wait for it are asked in this one."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyotp

from dropbox.protocol.batches import parse_board
from dropbox.protocol.manifests import parse_manifest
from tests import in_process
from tests.ports import free_port

BIN = Path(sys.executable).parent
DESK_PASSPHRASE = "the desk has its own words"
FIRST_PASSPHRASE = "what ada thought of first"
MEMBER_PASSPHRASE = "four plain words together"
PERIOD = 4
POLICY = {
    "period": PERIOD,
    "collect": PERIOD,
    "stay": 720,
    "linger": 720,
    "retention": 720,
    "epoch": 2_000,
    "give_up": 3_600,
    "silent_after": 60,
    "clock_slack": 60,
    "head_life": 20_000,
    "intake_per_period": 20_000,
}
PATIENCE = 300.0
"""Seconds for what comes without a claim about when."""


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.code == 0, self.err
        return json.loads(self.out)


def run(command: str, *words: object, stdin: str = "") -> Ran:
    """One of the project's commands, to its end."""
    done = subprocess.run(
        [str(BIN / command), *map(str, words)],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def must(command: str, *words: object, stdin: str = "") -> Ran:
    """The same, and it must be done."""
    ran = run(command, *words, stdin=stdin)
    assert ran.code == 0, (command, words, ran.err)
    return ran


def here(command: str, *words: object, stdin: str = "") -> Ran:
    """The same in this process."""
    ran = Ran(*in_process.ask(command, *words, stdin=stdin))
    assert ran.code == 0, (command, words, ran.err)
    return ran


def wait_for(check: Callable[[], Any], what: str) -> Any:
    """Ask again until the answer is true. Fails after PATIENCE seconds."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if found := check():
            return found
        time.sleep(0.3)
    raise AssertionError(f"{what} did not happen in {PATIENCE} seconds")


def sockets_of(pid: int) -> set[str]:
    """The inodes of the sockets that a process holds; one that is closed meanwhile is none."""
    links = []
    for one in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            links.append(os.readlink(one))
    return {link.removeprefix("socket:[").removesuffix("]") for link in links if link.startswith("socket:[")}


@dataclass
class LiveDesk:
    """A desk's folder and, while it runs, its process."""

    folder: Path
    service: str
    anchor: Path
    secrets: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None
    _steps: dict[str, int] = field(default_factory=dict)

    def init(self, *more: str, backup: str = "none", declaration: bool = False) -> Ran:
        made = here(
            *("dropbox-desk", "init", "--vault", self.folder, "--service", self.service, "--anchor", self.anchor),
            *("--name", "Unit north", "--member", "ada", "--backup", backup, "--json", *more),
            *(() if declaration else ("--no-declaration",)),
            stdin=f"{DESK_PASSPHRASE}\n{MEMBER_PASSPHRASE}\n",
        )
        self.secrets["ada"] = made.json["totp_secret"]
        return made

    def add(self, name: str, *roles: str) -> None:
        """Another member, added by ada, with a passphrase of their own."""
        asked = [word for role in roles for word in ("--role", role)]
        here(
            *("dropbox-desk", "member", "add", name, *asked, "--session", self.login("ada")),
            stdin=FIRST_PASSPHRASE + "\n",
        )
        session = self._sign_in(name, FIRST_PASSPHRASE, "")
        words = ("dropbox-desk", "member", "passphrase", "--session", session, "--json")
        self.secrets[name] = here(*words, stdin=f"{FIRST_PASSPHRASE}\n{MEMBER_PASSPHRASE}\n").json["totp_secret"]
        here("dropbox-desk", "member", "confirm", "--session", session, stdin=self.code(name) + "\n")

    def start(self, environment: dict[str, str] | None = None, words: Sequence[str] = ()) -> None:
        """Run the daemon, the desk passphrase on a descriptor of its own; returns once its socket answers."""
        read, write = os.pipe()
        os.write(write, DESK_PASSPHRASE.encode())
        os.close(write)
        self.process = subprocess.Popen(
            [str(BIN / "dropbox-desk"), "serve", "--vault", str(self.folder), "--desk-key-fd", str(read), *words],
            pass_fds=(read,),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | (environment or {}),
        )
        os.close(read)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "desk: running\n", self.stop()

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """End the daemon; its exit code and what it logged."""
        assert self.process is not None
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=PATIENCE)
        code, self.process = self.process.returncode, None
        return code, out + err

    def code(self, name: str) -> str:
        """A one-time code that was not used yet: the steps before, at and after now are good once each."""
        present, passed = divmod(time.time(), 30)
        present = int(present)
        # Near its end the step before would be two behind when it is looked at.
        step = max(self._steps.get(name, 0) + 1, present if passed > 10 else present - 1)
        if step > present + 1:
            time.sleep((step - 1) * 30 - time.time() + 0.5)
        self._steps[name] = step
        return str(pyotp.TOTP(self.secrets[name]).at(step * 30))

    def login(self, name: str = "") -> Path:
        """Sign in, as whoever has unused codes if nobody is named; the session file."""
        name = name or min(self.secrets, key=lambda one: self._steps.get(one, 0))
        return self._sign_in(name, MEMBER_PASSPHRASE, self.code(name))

    def _sign_in(self, name: str, passphrase: str, code: str) -> Path:
        file = self.folder.parent / f"{name}.session"
        here(
            *("dropbox-desk", "login", "--vault", self.folder, "--member", name, "--session", file),
            stdin=f"{passphrase}\n{code}\n",
        )
        return file

    def status(self) -> Any:
        return here("dropbox-desk", "status", "--vault", self.folder, "--json").json

    def ready(self) -> None:
        """Wait until the desk has published its first batch."""
        wait_for(lambda: self.status()["published"], "the first batch")


@dataclass
class LiveService:
    """A server process, its roots and its desk."""

    root: Path
    url: str
    anchor: Path
    server: subprocess.Popen[str]
    desk: LiveDesk

    def report(self, text: str) -> str:
        """A source reports to the desk; returns the codename."""
        file = self.root / "report.txt"
        file.write_text(text, encoding="utf-8")
        words = (
            *("dropbox-source", "report", "--service", self.url, "--anchor", self.anchor, "--unit", "north"),
            *("--category", "discrimination", "--text-file", file, "--json"),
        )
        # The board that shows the desk's first batch may not be built yet.
        sent = wait_for(
            lambda: (ran := Ran(*in_process.ask(*words))).code == 0 and ran,
            "a report",
        )
        return str(sent.json["codename"])

    def check(self, codename: str) -> Any:
        ran = here(
            *("dropbox-source", "check", "--service", self.url, "--anchor", self.anchor, "--json"),
            stdin=codename + "\n",
        )
        return ran.json

    def shown_certificate(self) -> bytes:
        """The hash of the certificate that the board now has sources seal to; empty before the first batch."""
        with urllib.request.urlopen(f"{self.url}/v1/board") as answer:  # noqa: S310  # our own server
            (unit,) = parse_board(answer.read())
        return parse_manifest(unit.batch.manifest).cert_current if unit.batch else b""

    def publish_directory(self) -> None:
        """Let two roots sign the directory as it is, and put it on the server."""
        for number in (1, 2):
            key = ("--root-key", self.root / f"root{number}.key")
            here(
                "dropbox-keys",
                "directory",
                "sign",
                "--directory",
                self.root / "directory.txt",
                *key,
                stdin=_words(number),
            )
        config = self.root / "server" / "server.toml"
        here("dropbox-admin", "directory", "publish", "--config", config, "--directory", self.root / "directory.txt")

    def close(self) -> None:
        if self.desk.process is not None:
            self.desk.stop(signal.SIGKILL)
        self.server.terminate()
        self.server.communicate(timeout=PATIENCE)


def _words(number: int) -> str:
    return f"root {number} has its own words\n"


def _ceremony(root: Path) -> Path:
    anchor = root / "anchor.txt"
    publics: list[object] = []
    for number in (1, 2, 3):
        here("dropbox-keys", "root", "new", "--out", root / f"root{number}.key", stdin=_words(number))
        publics += ["--root-public", root / f"root{number}.key.pub"]
    here("dropbox-keys", "anchor", "new", *publics, "--threshold", 2, "--out", anchor)
    for number in (1, 2):
        key = ("--root-key", root / f"root{number}.key")
        here("dropbox-keys", "anchor", "sign", "--anchor", anchor, *key, stdin=_words(number))
    (root / "policy.json").write_text(json.dumps(POLICY))
    here(
        *("dropbox-keys", "directory", "new", "--anchor", anchor, "--policy", root / "policy.json"),
        *("--out", root / "directory.txt"),
    )
    return anchor


def start_service(root: Path, init: Sequence[str] = (), folder: str = "north", backup: str = "none") -> LiveService:
    """Ceremony, server, and a desk that is enrolled and not yet running."""
    anchor, port = _ceremony(root), free_port()
    url = f"http://127.0.0.1:{port}"
    desk = LiveDesk(root / folder, url, anchor)
    enrolment = desk.init(*init, backup=backup).json["enrolment"]
    here(
        *("dropbox-keys", "unit", "add", "--directory", root / "directory.txt", "--enrolment", enrolment),
        *("--slug", "north", "--quota", 16),
    )
    here("dropbox-admin", "init", "--dir", root / "server", "--anchor", anchor, "--listen", f"127.0.0.1:{port}")
    server = subprocess.Popen(
        [str(BIN / "dropbox"), "serve", "--config", str(root / "server" / "server.toml")],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    service = LiveService(root, url, anchor, server, desk)
    service.publish_directory()
    return service
