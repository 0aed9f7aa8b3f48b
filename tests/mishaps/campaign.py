# SPDX-License-Identifier: AGPL-3.0-or-later
"""Commands among inputs that are missing, huge or of other systems, and outputs that fail: ``make mishaps N=500``.

Each run is drawn from a seed, so that one that went wrong can be had again. None may end in a traceback, in a word of a
fault inside, in more than a few lines, or in silence after exit 1; none may take memory with what a file claims.
"""

import argparse
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.command_line.processes import BIN
from tests.releases.old_service import OldService, unpack

LIMIT = 90.0
MEMORY = 1 << 30
"""Bytes that a command may have: a quarter of the smallest file that it is given."""
MOST_LINES = 12
"""Of standard error: a refusal is one line, bad usage has its usage."""


@dataclass(frozen=True)
class World:
    """Files and folders to name, and a whole service that does not run."""

    root: Path
    old: OldService
    files: tuple[str, ...]

    def any_file(self, draw: random.Random) -> str:
        return draw.choice(self.files)


def make_world(root: Path) -> World:
    """What people and devices put where a file is asked for."""
    old = unpack(root / "old")
    odd = root / "odd"
    odd.mkdir()
    anchor = (old.root / "anchor.txt").read_bytes()
    contents = {
        "empty": b"",
        "blank": b"\n \n",
        "noise": random.Random(7).randbytes(5_000),  # noqa: S311 - repeatable on purpose
        "nul": b"a\0b\n",
        "latin": b"caf\xe9\n",
        "utf16": "words of another system\n".encode("utf-16"),
        "mark": b"\xef\xbb\xbfsome words\n",
        "marked-anchor": b"\xef\xbb\xbf" + anchor.replace(b"\n", b"\r\n"),
        "cut-anchor": anchor[:-40],
        "text": b"It was on Tuesday.\n",
        "json": b'{"socket": "/nowhere", "token": "x"}',
        "deep": b"[" * 100_000,
        "toml": b'listen = "[::1]:8443"\n',
        "lines": b"x\n" * 50_000,
    }
    for name, data in contents.items():
        (odd / name).write_bytes(data)
    with (odd / "huge").open("wb") as file:
        file.truncate(3 << 30)
    (odd / "locked").write_bytes(b"secret\n")
    (odd / "locked").chmod(0o000)
    (odd / "link").symlink_to(odd / "nowhere")
    (odd / "a name \u201cwith\u201d\nlines").write_bytes(b"text\n")
    whole = [str(path) for path in old.root.rglob("*") if path.is_file()]
    named = [str(odd / name) for name in (*contents, "huge", "locked", "link", "a name \u201cwith\u201d\nlines")]
    return World(root, old, (*named, str(odd), "/nowhere/x", "/dev/zero", "/dev/null", "-", "", *whole[:40]))


Words = Callable[[World, random.Random], list[str]]


def _source(verb: str) -> Words:
    def words(world: World, draw: random.Random) -> list[str]:
        anchor = draw.choice([str(world.old.root / "anchor.txt"), world.any_file(draw)])
        url = draw.choice(["http://127.0.0.1:9", "http://[::1]:9", "127.0.0.1", "http://", "ftp://x", "http://x.onion"])
        found = [verb, "--service", url, "--anchor", anchor]
        found += ["--tor", draw.choice(["127.0.0.1:9", "[::1]:9", "::1:9", "x", ""])] if draw.random() < 0.3 else []
        if verb in ("report", "reply"):
            found += ["--text-file", world.any_file(draw)]
        if verb == "report":
            found += ["--unit", draw.choice(["north", "", "\u202enorth"]), "--category", "discrimination"]
        return found + (["--json"] if draw.random() < 0.5 else [])

    return words


def _desk(verb: str, *more: str) -> Words:
    def words(world: World, draw: random.Random) -> list[str]:
        vault = draw.choice([str(world.old.desk("north")), world.any_file(draw)])
        session = world.any_file(draw)
        places = {
            "SESSION": session,
            "VAULT": vault,
            "FILE": world.any_file(draw),
            "CASE": draw.choice(["1", "0", "x"]),
        }
        return [verb, *(places.get(word, word) for word in more)]

    return words


def _keys(*words_of: str) -> Words:
    def words(world: World, draw: random.Random) -> list[str]:
        root = draw.choice([str(world.old.root / "root1.key"), world.any_file(draw)])
        places = {"FILE": world.any_file, "ROOT": lambda _: root, "OUT": lambda _: str(world.root / "odd" / "blank")}
        return [places[word](draw) if word in places else word for word in words_of]

    return words


COMMANDS: tuple[tuple[str, Words], ...] = (
    *(("dropbox-source", _source(verb)) for verb in ("units", "report", "check", "reply")),
    ("dropbox-desk", _desk("cases", "--session", "SESSION", "--json")),
    ("dropbox-desk", _desk("show", "CASE", "--session", "SESSION")),
    ("dropbox-desk", _desk("reply", "CASE", "--session", "SESSION", "--text-file", "FILE")),
    ("dropbox-desk", _desk("login", "--vault", "VAULT", "--member", "ada", "--session", "SESSION")),
    ("dropbox-desk", _desk("lock", "--session", "SESSION")),
    ("dropbox-desk", _desk("status", "--vault", "VAULT")),
    ("dropbox-desk", _desk("verify-backup", "--vault", "VAULT", "--file", "FILE")),
    ("dropbox-desk", _desk("restore", "--vault", "VAULT", "--file", "FILE")),
    ("dropbox-desk", _desk("serve", "--vault", "FILE")),
    ("dropbox-desk", _desk("replace-keyring", "--vault", "FILE", "--give-up-old")),
    (
        "dropbox-desk",
        _desk(
            *("init", "--vault", "FILE", "--service", "http://127.0.0.1:9", "--anchor", "FILE", "--name", "x"),
            *("--member", "ada", "--backup", "none"),
        ),
    ),
    ("dropbox-keys", _keys("anchor", "show", "--anchor", "FILE")),
    ("dropbox-keys", _keys("anchor", "sign", "--anchor", "FILE", "--root-key", "ROOT")),
    ("dropbox-keys", _keys("directory", "show", "--directory", "FILE")),
    ("dropbox-keys", _keys("directory", "sign", "--directory", "FILE", "--root-key", "ROOT")),
    ("dropbox-keys", _keys("directory", "new", "--anchor", "FILE", "--policy", "FILE", "--out", "OUT")),
    ("dropbox-keys", _keys("unit", "add", "--directory", "FILE", "--enrolment", "FILE", "--slug", "x", "--quota", "2")),
    ("dropbox-keys", _keys("fingerprint", "FILE")),
    ("dropbox-keys", _keys("root", "new", "--out", "OUT")),
    ("dropbox-admin", _keys("doctor", "--config", "FILE")),
    ("dropbox-admin", _keys("status", "--config", "FILE")),
    ("dropbox-admin", _keys("backup", "--config", "FILE")),
    ("dropbox-admin", _keys("verify-backup", "--from", "VAULT", "--key", "FILE", "--anchor", "FILE")),
    ("dropbox-admin", _keys("backup-key", "--out", "OUT")),
    ("dropbox-admin", _keys("retention", "--config", "FILE")),
    ("dropbox-admin", _keys("directory", "publish", "--config", "FILE", "--directory", "FILE")),
    ("dropbox-admin", _keys("init", "--dir", "OUT", "--anchor", "FILE", "--listen", "[::1]:8443")),
    ("dropbox", _keys("serve", "--config", "FILE")),
    ("dropbox", _keys("demo", "--dir", "FILE", "--port", "70000")),
    ("dropbox", _keys("demo-member", "--dir", "FILE", "north")),
)
ENDS = ("", "<&-", "< /dev/null", "< .", ">&-", "> /dev/full", "2>&-", "2> /dev/full", "| true", "<&- >&- 2>&-")
LINES = (
    *(b"", b"\n", b"four plain words together\n123456\n", b"\xff\xfe\n", b"x" * 100_000, b"\xef\xbb\xbfwords\r\n"),
    *("pre\u00adlaw\u200b \u201cabacus\u201d\n".encode(), "cafe\u0301 \U0001f600\n".encode(), b"\0\n"),
)
ENCODINGS = ("utf-8", "ascii", "iso-8859-1", "cp437")


@dataclass(frozen=True)
class Run:
    """One command among its circumstances."""

    seed: int
    words: tuple[str, ...]
    ends: str
    stdin: bytes
    encoding: str


def draw_run(world: World, seed: int) -> Run:
    """The run of a seed."""
    draw = random.Random(seed)  # noqa: S311 - repeatable on purpose
    command, words = draw.choice(COMMANDS)
    chosen = (command, *words(world, draw))
    return Run(seed, chosen, draw.choice(ENDS), draw.choice(LINES), draw.choice(ENCODINGS))


def _bounded() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))


def judge(world: World, run: Run) -> str:
    """What was wrong with a run; empty when nothing was."""
    script = '"$@" ' + run.ends + ("; exit ${PIPESTATUS[0]}" if "|" in run.ends else "")
    command = ["/bin/bash", "-c", script, "bash", str(BIN / run.words[0]), *run.words[1:]]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONIOENCODING": run.encoding, "LANG": "C.UTF-8"}
    try:
        done = subprocess.run(
            command,
            input=run.stdin,
            capture_output=True,
            timeout=LIMIT,
            cwd=world.root / "odd",
            env=environment,
            preexec_fn=_bounded,
        )
    except subprocess.TimeoutExpired:
        return "it did not end"
    said = done.stderr.decode("utf-8", "backslashreplace")
    if "Traceback" in said or "Something went wrong" in said or "Exception ignored" in said:
        return f"a fault inside: {said[-2_000:]}"
    if done.returncode not in (0, 1, 2):
        return f"it ended with {done.returncode}: {said[-500:]}"
    if len(said.splitlines()) > MOST_LINES:
        return f"{len(said.splitlines())} lines: {said[:500]}"
    # What the doctor found is its output.
    heard = "2>" not in run.ends and "|" not in run.ends and run.words[1:2] != ("doctor",)
    return "it ended with 1 and no word" if done.returncode == 1 and heard and not said.strip() else ""


def go(runs: int, first: int = 0) -> list[str]:
    """So many runs, two at a time; what was wrong, each with its seed."""
    with tempfile.TemporaryDirectory() as folder:
        world = make_world(Path(folder))
        drawn = [draw_run(world, first + number) for number in range(runs)]
        with ThreadPoolExecutor(2) as pool:
            found = pool.map(lambda run: (run, judge(world, run)), drawn)
            return [f"seed {run.seed}: {run.words} {run.ends} {run.encoding}: {wrong}" for run, wrong in found if wrong]


def main() -> int:
    parser = argparse.ArgumentParser(description="Commands among odd inputs and outputs.")
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--first", type=int, default=0, help="The first seed.")
    arguments = parser.parse_args()
    wrong = go(arguments.runs, arguments.first)
    print("\n".join(wrong))
    print(f"{arguments.runs} runs, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
