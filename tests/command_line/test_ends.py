# SPDX-License-Identifier: AGPL-3.0-or-later
"""What stands at a command's ends never makes it lie: closed, full, gone, of few letters."""

import contextlib
import fcntl
import os
import pty
import signal
import subprocess
import sys
import termios
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from dropbox.command_line.entries import MODULES
from tests.command_line.processes import BIN, run

COMMANDS = sorted(MODULES)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_full_output_is_said(name: str) -> None:
    """What cannot be written is told with exit 1, and nothing is told twice."""
    said = run(name, "--help", ends=">/dev/full").one_line()
    assert "Standard output took nothing (No space left on device)." in said


@pytest.mark.parametrize("name", COMMANDS)
def test_a_closed_output_is_said(name: str) -> None:
    """A command whose words nobody can read does nothing."""
    assert "Standard output is closed" in run(name, "--help", ends=">&-").one_line()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_reader_that_has_had_enough_is_no_error_of_ours(name: str) -> None:
    """A closed pipe ends a command quietly; nothing else is blamed."""
    ended = run(name, "--help", ends="| true; exit ${PIPESTATUS[0]}")
    assert (ended.code in (0, 1), ended.err) == (True, b"")


def test_closed_standard_error_and_input_change_no_answer() -> None:
    """What a command opens later never takes the number of a closed stream."""
    ended = run("dropbox-keys", "--help", ends="<&- 2>&-")
    assert ended.code == 0
    assert ended.out.startswith(b"Usage: dropbox-keys")


@pytest.mark.parametrize("encoding", ["ascii", "iso-8859-1", "cp437"])
def test_a_terminal_of_few_letters_gets_plain_ones(encoding: str) -> None:
    """Our own marks become plain ones, everything else its number; nothing ends in a traceback."""
    ended = run("dropbox-keys", "fingerprint", "/nowhere/\u201cx\u201d\u4e2d", encoding=encoding)
    said = ended.one_line()
    assert ("U+4E2D" in said, "no such file" in said.lower()) == (True, True)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_folder_as_standard_input_is_said(name: str) -> None:
    """Python itself would end in many lines; a command says one, and is found behind a link too."""
    assert "Standard input is a folder" in run(name, "--help", ends="< /").one_line()
    scripts = Path(__file__).parents[2] / "deploy" / "bin"
    assert (scripts / name).read_text() == (scripts / "dropbox").read_text()


def test_nothing_in_the_present_folder_is_loaded(tmp_path: Path) -> None:
    """A module of a library's name beside the files that a command is given is not run; a link to a command works,
    whatever it is called."""
    (tmp_path / "click.py").write_text("raise SystemExit(99)\n")
    assert run("dropbox-keys", "--help", ends=f"; cd {tmp_path}; exec dropbox-keys --help").code == 0
    for called in ("dropbox-keys", "our keys"):
        link = tmp_path / called
        link.symlink_to(BIN / "dropbox-keys")
        assert run(link, "--help").code == 0


LOADING = """
import os, signal
from dropbox.command_line import entries
entries.import_module = lambda name: os.kill(os.getpid(), signal.SIGINT)
entries.enter("dropbox-desk")
"""


def test_control_c_while_a_command_loads() -> None:
    """The signal itself ends it: no word, no traceback."""
    done = subprocess.run([sys.executable, "-c", LOADING], capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, b"", b"")


@pytest.mark.parametrize("step", ["endings.harden", "endings.OneLineGroup.main"])
def test_ctrl_c_while_a_command_begins_is_a_line(step: str) -> None:
    """Once the command is there, and before it reads its words: no traceback."""
    script = f"""
import os, signal, sys
from dropbox.command_line import endings, entries
{step} = lambda *_, **__: os.kill(os.getpid(), signal.SIGINT)
sys.argv = ["dropbox-keys", "--help"]
entries.enter("dropbox-keys")
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (1, b"", b"dropbox-keys: Stopped.\n")


@contextmanager
def asking(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A command that asks for a new passphrase at a terminal, and that terminal's other end."""
    leader, follower = pty.openpty()
    command = [BIN / "dropbox-keys", "root", "new", "--out", tmp_path / "root.key"]
    started = subprocess.Popen(
        command, stdin=follower, stdout=follower, stderr=follower, start_new_session=True, preexec_fn=_own_terminal
    )
    os.close(follower)
    seen_until(leader, b"Passphrase")
    yield started, leader
    os.close(leader)


def seen_until(leader: int, text: bytes) -> None:
    """Read until that stands on the screen."""
    seen = b""
    while text not in seen:
        seen += os.read(leader, 1_024)


def test_letters_that_are_composed_otherwise_are_the_same(tmp_path: Path) -> None:
    """A passphrase that two keyboards write differently is confirmed; another one is asked for again."""
    typed = "Größe und Maß der Dinge"
    with asking(tmp_path) as (started, leader):
        for words, then in (
            (typed, b"Repeat"),
            ("another passphrase", b"do not match.\r\nPassphrase"),
            (unicodedata.normalize("NFD", typed), b"Repeat"),
            (unicodedata.normalize("NFC", typed), b"root.key.pub"),
        ):
            os.write(leader, f"{words}\n".encode())
            seen_until(leader, then)
        assert started.wait(timeout=120) == 0


def taken_from(pipe: IO[bytes]) -> None:
    """Wait until all that was written into it has been read."""
    end = time.monotonic() + 60
    while int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder):
        assert time.monotonic() < end, "nobody reads"
        time.sleep(0.002)


def test_a_reader_that_has_gone_hears_no_silence_of_what_is_done(tmp_path: Path) -> None:
    """Gone before a key is made, none is; gone while it is made, the files are named: exit 1 and one sentence."""
    key = tmp_path / "root.key"
    command = [BIN / "dropbox-keys", "root", "new", "--out", key]
    for made in (False, True):
        reader, writer = os.pipe()
        if not made:
            os.close(reader)
        pipe = subprocess.PIPE
        started = subprocess.Popen(command, stdin=pipe, stdout=writer, stderr=pipe)
        os.close(writer)
        assert started.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            started.stdin.write(b"a passphrase of a root\n")
            started.stdin.flush()
        if made:
            # It has looked at its output once it takes the passphrase, and stretches that for long.
            taken_from(started.stdin)
            os.close(reader)
        _, said = started.communicate(timeout=60)
        lines = said.decode().splitlines()
        assert (started.returncode, len(lines), key.exists()) == (1, 1, made), lines
        assert ("root.key.pub: written" if made else "Nobody reads standard output any more") in lines[0]


def test_what_is_given_once_is_not_given_to_nobody(tmp_path: Path) -> None:
    """The null device keeps no code secret: no desk is made."""
    words = ("--service", "http://127.0.0.1:9", "--anchor", tmp_path / "anchor", "--name", "North", "--member", "ada")
    ended = run("dropbox-desk", "init", "--vault", tmp_path / "north", *words, "--backup", "none", ends="> /dev/null")
    assert "goes nowhere" in ended.one_line()
    assert not (tmp_path / "north").exists()


@pytest.mark.parametrize("key", [b"\x03", b"\x1a", b"\x1c"], ids=["Ctrl-C", "Ctrl-Z", "Ctrl-\\"])
def test_a_person_who_stops_while_a_command_asks(tmp_path: Path, key: bytes) -> None:
    """One word, exit 1, and the terminal shows again what is typed."""
    with asking(tmp_path) as (started, leader):
        os.write(leader, key)
        assert started.wait(timeout=120) == 1
        seen = os.read(leader, 4_096)
        assert b"Stopped." in seen
        assert b"Traceback" not in seen
        assert termios.tcgetattr(leader)[3] & termios.ECHO


def _own_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
