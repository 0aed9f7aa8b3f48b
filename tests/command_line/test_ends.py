# SPDX-License-Identifier: AGPL-3.0-or-later
"""What stands at a command's ends never makes it lie: closed, full, gone, of few letters."""

import fcntl
import os
import pty
import signal
import subprocess
import sys
import termios
from pathlib import Path

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


def test_control_c_while_a_command_asks(tmp_path: Path) -> None:
    """One word, exit 1, and the terminal shows again what is typed."""
    leader, follower = pty.openpty()
    command = [BIN / "dropbox-keys", "root", "new", "--out", tmp_path / "root.key"]
    started = subprocess.Popen(
        command, stdin=follower, stdout=follower, stderr=follower, start_new_session=True, preexec_fn=_own_terminal
    )
    os.close(follower)
    seen = b""
    while b"Passphrase" not in seen:
        seen += os.read(leader, 1_024)
    os.write(leader, b"\x03")
    assert started.wait(timeout=30) == 1
    seen += os.read(leader, 4_096)
    assert b"Stopped." in seen
    assert b"Traceback" not in seen
    assert termios.tcgetattr(leader)[3] & termios.ECHO
    os.close(leader)


def _own_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
