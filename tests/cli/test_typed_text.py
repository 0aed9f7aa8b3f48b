# SPDX-License-Identifier: AGPL-3.0-or-later
"""A text that somebody types is not lost to what could have been said before."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Sources
from tests.terminal import SOURCE, Terminal

CHOSEN = ("--unit", "north", "--category", "discrimination", "--text-file", "-")
WRONG = {
    "anchor": ("--anchor", "/nowhere/anchor", "cannot be read"),
    "address": ("--service", "example", "http://host:port"),
    "onion": ("--service", "http://example.onion", "Tor"),
    "proxy": ("--tor", "9050", "HOST:PORT"),
    "force": ("--force", "no such force", "No police force"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_before_a_text_is_typed(sources: Sources, name: str) -> None:
    """The command ends while standard input is open and nothing has been written there."""
    option, value, said = WRONG[name]
    words = [SOURCE, "report", *sources.pinned, *CHOSEN, option, value]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as started:
        assert started.wait(timeout=60) == 1
        assert started.stderr is not None
        assert said in started.stderr.read().decode()
    assert sources.server.paths() == []


def test_whoever_types_a_text_is_told_how_it_ends(sources: Sources) -> None:
    """And Ctrl-C sends nothing."""
    terminal = Terminal("report", *sources.pinned, *CHOSEN)
    terminal.until("Ctrl-D")
    terminal.type("The beginning of a text\r\x03")
    assert terminal.end() == 1
    assert "Stopped" in terminal.screen
    assert sources.server.paths() == []


def test_a_reply_at_a_desk_looks_at_the_session_first(tmp_path: Path) -> None:
    """Nobody types an answer into a session that is over."""
    desk = str(Path(sys.executable).parent / "dropbox-desk")
    terminal = Terminal("reply", "1", "--session", str(tmp_path / "none"), "--text-file", "-", command=desk)
    terminal.until("Sign in")
    assert terminal.end() == 1
    assert "Ctrl-D" not in terminal.screen
