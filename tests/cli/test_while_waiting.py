# SPDX-License-Identifier: AGPL-3.0-or-later
"""While the receipt is waited for: what was read is there, and a person at a terminal hears how it goes on."""

import io
import time
from collections.abc import Callable
from threading import Event

import pytest
from click.testing import Result

from dropbox.source_cli import outlet, progress, service, terminal
from dropbox.transport import limits
from dropbox.transport.source import SourceConnection
from tests.cli.conftest import Sources
from tests.client.twin_server import Answer, Fault, cut, refused

ENVELOPE = "/v1/envelopes"
KINDS: dict[str, Callable[[Sources, str, tuple[str, ...]], Result]] = {
    "report": lambda sources, known, more: sources.report(*more),
    "reply": lambda sources, known, more: sources.reply(known, *more),
    "check": lambda sources, known, more: sources.check(known, *more),
    "units": lambda sources, known, more: sources.run("units", *more),
}


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody sits at the terminal, and the service is busy quickly; a small board is a large one."""
    monkeypatch.setattr(terminal, "is_seen", lambda: True)
    monkeypatch.setattr(limits, "BUSY_AFTER", 0.05)
    monkeypatch.setattr(progress, "MEGABYTE", 100)


def after(seconds: float) -> Fault:
    """The honest answer, late."""

    def late(answer: Answer) -> Answer:
        time.sleep(seconds)
        return answer

    return late


@pytest.mark.parametrize("kind", ["check", "units"])
@pytest.mark.parametrize("refuses", [False, True])
def test_what_was_read_is_printed_before_the_receipt(
    sources: Sources, monkeypatch: pytest.MonkeyPatch, kind: str, refuses: bool
) -> None:
    """The service holds each receipt back until it has been printed, or refuses then; it is printed once."""
    known, printed, seen = sources.answered(), Event(), []
    said: list[str] = []

    def say(text: str) -> None:
        said.append(text)
        printed.set()

    def held(answer: Answer) -> Answer:
        seen.append(printed.wait(120))
        return refused(503, "try-later")(answer) if refuses else answer

    monkeypatch.setattr(outlet, "say_once", say)
    sources.server.faults[ENVELOPE] = [held] * 3
    assert KINDS[kind](sources, known, ()).exit_code == 0
    assert seen == [True] * (3 if refuses else 1)
    (words,) = said
    assert ("An answer." if kind == "check" else "north: Unit north") in words


def test_another_board_is_printed_again(sources: Sources) -> None:
    """A later try of the same return reads what was answered since."""
    known = sources.answered()

    def answers(answer: Answer) -> Answer:
        sources.answer("Another answer.")
        return refused(413, "wrong-length")(answer)

    sources.server.faults[ENVELOPE] = [answers]
    said = sources.check(known).stdout
    assert said.count("An answer.") == 2
    assert said.count("Another answer.") == 1


def test_a_reader_that_has_gone_holds_no_visit_up(sources: Sources, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be printed any more once the visit has begun: its requests are made to the end, then the command says
    that nothing was printed."""
    known = sources.answered()

    def full(text: str) -> None:
        raise outlet.OutputLost("No room.")

    monkeypatch.setattr(outlet, "say_once", full)
    sources.server.faults[ENVELOPE] = [refused(413, "wrong-length")]
    ended = sources.check(known)
    assert ended.exit_code == 1
    assert "What was read could not be printed" in ended.output
    assert sources.server.paths() == ["/v1/directory", "/v1/board", "/v1/rows", ENVELOPE] * 2


@pytest.mark.usefixtures("watched")
@pytest.mark.parametrize("kind", KINDS)
def test_a_person_hears_of_a_busy_service(sources: Sources, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """The same sentence whatever the visit is for, once, and how much of the rows has come; who only reads is told to
    let the command end by itself."""
    known = sources.answered()
    sources.server.faults[ENVELOPE] = [after(0.3)]
    ended = KINDS[kind](sources, known, ())
    assert ended.exit_code == 0
    assert ended.stderr.count(terminal.BUSY) == 1
    assert (terminal.LET_IT_END in ended.stderr) == (kind in ("check", "units"))
    rows = round(len(sources.server.service.twin.rows) / 100)
    assert f"the same for every visitor: {rows} of {rows} MB" in ended.stderr
    assert "MB" not in ended.stdout
    monkeypatch.setattr(limits, "BUSY_AFTER", 30)
    ended = KINDS[kind](sources, known, ())
    assert terminal.BUSY not in ended.stderr, "a receipt that comes sooner"


@pytest.mark.usefixtures("watched")
@pytest.mark.parametrize("kind", KINDS)
def test_a_person_hears_that_the_line_broke(sources: Sources, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """On the line of what is fetched: the visit went on by itself, and nothing else is told."""
    known = sources.answered()
    monkeypatch.setattr(service, "SourceConnection", SourceConnection)
    monkeypatch.setattr(limits, "FIRST_PAUSE", 0.01)
    sources.server.faults["/v1/rows"] = [cut(2_000)]
    ended = KINDS[kind](sources, known, ())
    assert ended.exit_code == 0
    assert ended.stderr.count(terminal.BROKE) == 1
    assert terminal.TRYING_AGAIN not in ended.stderr
    assert terminal.BROKE not in ended.stdout


@pytest.mark.usefixtures("watched")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("why", ["json", "no terminal"])
def test_a_script_hears_nothing_of_it(sources: Sources, monkeypatch: pytest.MonkeyPatch, kind: str, why: str) -> None:
    """With --json, and where standard error is no terminal."""
    known = sources.answered()
    more: tuple[str, ...] = ("--json",)
    if why == "no terminal":
        monkeypatch.setattr(terminal, "is_seen", io.StringIO().isatty)
        more = ()
    sources.server.faults[ENVELOPE] = [after(0.3)]
    ended = KINDS[kind](sources, known, more)
    assert ended.exit_code == 0
    assert terminal.BUSY not in ended.stderr
    assert "MB" not in ended.stderr
