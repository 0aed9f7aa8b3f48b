# SPDX-License-Identifier: AGPL-3.0-or-later
"""A report whose visit breaks off: nothing that may be stored is ever without its codename."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from dropbox.flows.visit import Part, Visited
from dropbox.protocol.codename import decode_codename, encode_codename
from dropbox.protocol.errors import BadValue, CannotSend, ProtocolError, UnitCannotReceive
from dropbox.source_cli import sending
from dropbox.source_cli.check import check
from dropbox.source_cli.report import report
from dropbox.source_cli.service import PerhapsStored, Service
from dropbox.source_cli.units import units
from dropbox.transport.errors import TransportFailed, Unreachable
from dropbox.words import codename_words
from tests.server.world import World

SEND = ("--unit", "north", "--category", "discrimination", "--text-file")


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    """A service that nobody needs to reach, and a text of two parts."""
    (tmp_path / "anchor").write_bytes(World().anchor_text())
    (tmp_path / "text").write_text("x" * 20_000)
    pinned = ["--service", "http://127.0.0.1:9", "--anchor", str(tmp_path / "anchor")]
    return [*pinned, *SEND, str(tmp_path / "text")]


def ended(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], errors: list[BaseException]
) -> tuple[str, str, list[Part]]:
    """What the command said, when its visits end with these errors one after another, and what it tried to send."""
    tried: list[Part] = []

    def visit(self: Service, stretched: bytes, part: Part | None) -> Visited:
        assert part is not None
        tried.append(part)
        error = errors[min(len(tried), len(errors)) - 1]
        if isinstance(error, CannotSend):
            # Refused in the visit, which posted a decoy.
            return Visited(None, (), None, error, "")  # type: ignore[arg-type]  # nobody looks at what was judged
        raise error

    monkeypatch.setattr(Service, "visit", visit)
    monkeypatch.setattr(sending, "PAUSE", 0.0)
    found = CliRunner().invoke(report, [*arguments, "--json"])
    assert found.exit_code != 0
    assert found.stdout == ""
    return found.stderr, type(found.exception).__name__, tried


@pytest.mark.parametrize(
    "error", [PerhapsStored(BadValue("receipt")), PerhapsStored(Unreachable("x")), KeyboardInterrupt()]
)
def test_the_codename_is_kept_once_something_may_be_stored(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], error: BaseException
) -> None:
    """A garbled receipt, a connection lost after the envelope left, and Ctrl-C: the codename is on standard error, with
    the advice to send the whole text again under it."""
    said, _, _ = ended(monkeypatch, arguments, [error])
    line = next(line for line in said.splitlines() if line.startswith("    ") and len(line.split()) == 8)
    assert decode_codename(line, codename_words())
    assert "whole text again" in said


@pytest.mark.parametrize("error", [BadValue("board"), Unreachable("x")])
def test_nothing_is_shown_when_nothing_left(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], error: ProtocolError | TransportFailed
) -> None:
    """A visit that ended before its envelope left is simply refused: there is nothing to come back to."""
    said, _, _ = ended(monkeypatch, arguments, [error])
    assert "codename:" not in said.lower()
    assert "whole text again" not in said


def test_a_part_is_tried_again_under_the_same_message_id(monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    """Each try is a fresh visit with the same message_id and part, so that the unit takes it once."""
    _, _, tried = ended(monkeypatch, arguments, [PerhapsStored(Unreachable("x"))])
    assert len(tried) == sending.TRIES
    assert len({(part.message_id, part.part, part.body) for part in tried}) == 1


def test_what_was_stored_in_an_earlier_try_is_not_forgotten(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    """A first try that may have been stored, and a second that is refused outright: the codename is kept."""
    said, kind, tried = ended(monkeypatch, arguments, [PerhapsStored(Unreachable("x")), BadValue("board")])
    assert len(tried) == 2
    assert kind == "BadValue"
    assert "whole text again" in said


def test_a_refusal_after_a_try_that_may_have_been_stored_is_no_plain_one(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    """The server keeps the envelope, breaks the answer, then shows a board that takes nothing: the codename is kept."""
    ends = [PerhapsStored(Unreachable("x")), UnitCannotReceive("x")]
    said, kind, tried = ended(monkeypatch, arguments, ends)
    assert len(tried) == 2
    assert kind == "UnitCannotReceive"
    assert "whole text again" in said


@pytest.mark.parametrize("command", [check, units])
@pytest.mark.parametrize("error", [PerhapsStored(Unreachable("x")), Unreachable("x")])
def test_a_visit_that_only_reads_is_made_again_as_often(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], command: click.Command, error: Exception
) -> None:
    """Whoever breaks the connection sees the same number of visits as for a report, so that it learns nothing."""
    tried: list[object] = []

    def visit(_: Service, __: bytes, part: object) -> None:
        tried.append(part)
        raise error

    monkeypatch.setattr(Service, "visit", visit)
    monkeypatch.setattr(sending, "PAUSE", 0.0)
    pinned = arguments[: arguments.index("--anchor") + 2]
    ended = CliRunner().invoke(command, pinned, input=f"{' '.join(encode_codename(bytes(12), codename_words()))}\n")
    assert ended.exit_code != 0
    assert tried == [None] * sending.TRIES
