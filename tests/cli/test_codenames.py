# SPDX-License-Identifier: AGPL-3.0-or-later
"""A codename at a terminal: typed over several lines, and gone from the screen whatever ends its being shown."""

import os
import signal
import subprocess
from collections.abc import Callable

import pytest

from tests.cli.conftest import Sources, codename
from tests.terminal import CLEAR, SOURCE, Terminal

SHOWN = "Press Enter when you have written it down"


def report(sources: Sources, *more: str) -> Terminal:
    """A report whose questions are all skipped."""
    chosen = ("--unit", "north", "--category", "discrimination", "--text-file", str(sources.text))
    terminal = Terminal("report", *sources.pinned, *chosen, *more)
    for asked in ("Who is it about?", "must not see", "Is anyone at risk?", "Answer them?"):
        terminal.until(asked)
        terminal.type("\r")
    return terminal


def words_on(screen: str) -> str:
    """The codename that stands on the screen."""
    return next(line.strip() for line in screen.splitlines() if line.startswith("    ") and len(line.split()) == 8)


ENDS: dict[str, Callable[[Terminal], None]] = {
    "Ctrl-C": lambda terminal: terminal.type("\x03"),
    "the end of the input": lambda terminal: terminal.type("\x04"),
    "an end from outside": lambda terminal: os.kill(terminal.pid, signal.SIGTERM),
    "Ctrl-Z": lambda terminal: terminal.type("\x1a"),
    "Ctrl-\\": lambda terminal: terminal.type("\x1c"),
}


@pytest.mark.parametrize("name", ENDS)
def test_a_codename_never_stays_on_the_screen(sources: Sources, name: str) -> None:
    """However the person stops while it is shown, the screen is cleared after it, and nothing was sent."""
    terminal = report(sources)
    terminal.until(SHOWN)
    shown = words_on(terminal.screen)
    ENDS[name](terminal)
    assert terminal.end() == 1
    assert CLEAR in terminal.screen
    assert shown not in terminal.screen.rpartition(CLEAR)[2]
    assert "Stopped" in terminal.screen.rpartition(CLEAR)[2]
    assert sources.server.paths() == []


@pytest.mark.parametrize("name", ENDS)
def test_a_question_that_is_stopped_gives_the_terminal_back(sources: Sources, name: str) -> None:
    """However the person stops at the question for the codename, the command ends, and what is typed next is seen."""
    terminal = Terminal("check", *sources.pinned)
    terminal.until("Your codename")
    assert not terminal.echoes()
    ENDS[name](terminal)
    terminal.until("Stopped")
    assert terminal.echoes()
    assert terminal.end() == 1
    assert sources.server.paths() == []


def test_a_codename_is_typed_back_over_several_lines_and_unseen(sources: Sources) -> None:
    """As it was written down, four words to a line, pasted at once: none of it is shown, none is lost."""
    terminal = report(sources)
    terminal.until(SHOWN)
    shown = words_on(terminal.screen).split()
    terminal.type("\r")
    terminal.until("Your codename")
    terminal.type(f"{' '.join(shown[:4])}\r{' '.join(shown[4:])}\r")
    terminal.until("Come back")
    assert terminal.end() == 0
    after = terminal.screen.rpartition(CLEAR)[2]
    assert not any(" ".join(shown[at : at + 2]) in after for at in range(7))
    assert "receipt" in after


def test_a_codename_may_be_shown_while_it_is_typed(sources: Sources) -> None:
    """What is typed stands there, and is cleared from the screen after it."""
    terminal = Terminal("check", *sources.pinned, "--show-codename")
    terminal.until("Your codename")
    assert terminal.echoes()
    name = codename()
    terminal.type(f"{name}\r")
    terminal.until("Nothing found")
    assert terminal.end() == 0
    before, _, after = terminal.screen.rpartition(CLEAR)
    assert name in before
    assert name not in after


def test_too_few_words_and_enter_are_told(sources: Sources) -> None:
    """A person who has typed all that there is presses Enter once more, and reads how many words came."""
    terminal = Terminal("check", *sources.pinned)
    terminal.until("Your codename")
    terminal.type("acid acorn\r")
    terminal.until("words that are missing")
    terminal.type("\r")
    assert terminal.end() == 1
    assert "That is 2 words" in terminal.screen


@pytest.mark.parametrize(
    "lines", ["acid\rnotaword\racorn acre\racts\r", "acid\r" * 8 + "more words\r", "acid\r\r\racorn aced\racre"]
)
def test_the_rest_of_a_paste_reaches_no_shell(sources: Sources, lines: str) -> None:
    """A word that is wrong in the middle, more lines than a codename has, and empty ones between them: what was not
    read is dropped, and not left to be run, shown and kept by whatever reads the terminal next."""
    terminal = Terminal("check", *sources.pinned, then="timeout --foreground 0.5 cat")
    terminal.until("Your codename")
    terminal.type(lines)
    terminal.end()
    assert "dropbox-source: " in terminal.screen or "Stopped" in terminal.screen
    told = terminal.screen.replace("words that are missing", "").replace("words of the list", "")
    assert not any(word in told for word in ("acid", "acorn", "acre", "acts", "aced", "more words"))


@pytest.mark.parametrize("between", ["\n", "\r\n", "\n\n", "   \n"])
def test_a_codename_on_standard_input_may_fill_several_lines(sources: Sources, between: str) -> None:
    """One word to a line, line ends of another system, empty lines between: what follows is the text."""
    name = codename()
    asked = f"\ufeff{between.join(name.split(' '))}\nThe text.\nIts second line."
    ended = sources.run("reply", "--unit", "north", "--text-file", "-", stdin=asked)
    assert ended.exit_code == 0, ended.output
    service = sources.server.service
    service.tick()
    assert b"The text.\\nIts second line." in service.desks["north"].bodies()[-1]


def test_a_codename_with_a_word_too_few_is_no_part_of_the_text(sources: Sources) -> None:
    """The sentence is about the line that was to be the codename, not about the text below it."""
    short = " ".join(codename().split(" ")[:7])
    ended = sources.run("reply", "--unit", "north", "--text-file", "-", stdin=f"{short}\nThe text is this.\n")
    assert ended.exit_code == 1
    assert "That is 7 words" in ended.output
    assert sources.server.paths() == []


@pytest.mark.parametrize("given", [b"", b"\xff\xfe\x00", b"a" * 10_000_000, b"\0" * 64])
def test_input_that_is_no_codename_is_refused_in_a_sentence(sources: Sources, given: bytes) -> None:
    """Nothing, another encoding, ten megabytes without an end, zeros: exit 1, one line, no traceback."""
    words = [SOURCE, "check", *sources.pinned]
    done = subprocess.run(words, input=given, capture_output=True, timeout=60)
    assert done.returncode == 1
    assert done.stdout == b""
    assert len(done.stderr.decode().strip().splitlines()) == 1
    assert b"Something went wrong" not in done.stderr
