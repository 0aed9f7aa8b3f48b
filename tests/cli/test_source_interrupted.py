# SPDX-License-Identifier: AGPL-3.0-or-later
"""A report whose visit breaks off: nothing that may be stored is ever without its codename."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dropbox.flows.source.message import TRIES, Ended
from dropbox.flows.source.requests import NotTaken
from dropbox.flows.source.visit import Part, Visited
from dropbox.flows.trust import judge
from dropbox.protocol.codename import decode_codename, encode_codename
from dropbox.protocol.errors import BadValue, CannotSend, NoUnitReceives, UnitCannotReceive
from dropbox.protocol.wire import Receipt
from dropbox.source_cli import sending
from dropbox.source_cli.commands import main
from dropbox.source_cli.service import Service, may_pass
from dropbox.transport.errors import Refused, Unreachable
from dropbox.words import codename_words
from tests.flows.twin import make_service
from tests.server.world import World

TWIN = make_service()
JUDGED = judge(TWIN.anchor, TWIN.twin.directory.encode(), TWIN.twin.board, TWIN.twin.rows, TWIN.twin.clock)
SEND = ("--unit", "north", "--category", "discrimination", "--text-file")


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    """A service that nobody needs to reach, and a text of two parts."""
    (tmp_path / "anchor").write_bytes(World().anchor_text())
    (tmp_path / "text").write_text("x" * 20_000)
    pinned = ["--service", "http://127.0.0.1:9", "--anchor", str(tmp_path / "anchor")]
    return [*pinned, *SEND, str(tmp_path / "text")]


def perhaps(reason: Exception) -> Visited:
    """The board was read, the envelope left, and no receipt of it came."""
    return Visited(JUDGED, (), None, None, "north", NotTaken(reason))


STOPPED_BEFORE, STOPPED_AFTER = (Ended(None, KeyboardInterrupt(), posted) for posted in (False, True))


def how(end: Exception | Visited | Ended) -> Ended:
    """As a visit ends that raised this, or learnt it."""
    if isinstance(end, CannotSend):
        # Refused in the visit, which posted a decoy.
        end = Visited(JUDGED, (), None, end, "")
    if isinstance(end, Exception):
        return Ended(None, end, False, may_pass(end))
    if isinstance(end, Visited):
        reason = end.fault.reason if end.fault else None
        return Ended(end, reason, end.perhaps, may_pass(reason))
    return end


def ended(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], ends: list[Exception | Visited | Ended]
) -> tuple[Result, dict[str, str], list[Part]]:
    """How the command ended, when its visits end so one after another, the line of JSON that it printed, and what it
    tried to send."""
    tried: list[Part] = []

    def visit(self: Service, stretched: bytes, part: Part | None, show: object = None) -> Ended:
        assert part is not None
        tried.append(part)
        return how(ends[min(len(tried), len(ends)) - 1])

    monkeypatch.setattr(Service, "visit", visit)
    monkeypatch.setattr(sending, "PAUSE", 0.0)
    found = CliRunner().invoke(main, ["report", *arguments, "--json"])
    assert found.exit_code == 1
    return found, json.loads(found.stdout), tried


@pytest.mark.parametrize("end", [perhaps(BadValue("receipt")), perhaps(Unreachable("x")), STOPPED_AFTER])
def test_the_codename_is_kept_once_something_may_be_stored(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], end: Visited | Ended
) -> None:
    """A garbled receipt, a connection lost after the envelope left, and Ctrl-C: the codename is on standard error and
    in the JSON, which says that something may be stored, with the advice to send the whole text again under it."""
    found, line, _ = ended(monkeypatch, arguments, [end])
    shown = next(one for one in found.stderr.splitlines() if one.startswith("    ") and len(one.split()) == 8)
    assert decode_codename(shown, codename_words())
    assert shown.strip() == line["codename"]
    assert (line["receipt"], line["stored"]) == (None, "perhaps")
    assert "whole text again" in found.stderr
    assert "may have been stored" in found.stderr
    assert "not used" not in found.stderr


@pytest.mark.parametrize("end", [BadValue("board"), Unreachable("x"), STOPPED_BEFORE])
def test_nothing_is_called_stored_when_nothing_left(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], end: Exception | Ended
) -> None:
    """A visit that ended before its envelope left is simply refused: there is nothing to come back to."""
    found, line, _ = ended(monkeypatch, arguments, [end])
    assert (line["receipt"], line["stored"]) == (None, "no")
    assert "codename" not in found.stderr.lower()
    assert "whole text again" not in found.stderr


def test_a_part_is_tried_again_under_the_same_message_id(monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    """Each try is a fresh visit with the same message_id and part, so that the unit takes it once."""
    _, _, tried = ended(monkeypatch, arguments, [perhaps(Unreachable("x"))])
    assert len(tried) == TRIES
    assert len({(part.message_id, part.part, part.body) for part in tried}) == 1


@pytest.mark.parametrize("last", [BadValue("board"), UnitCannotReceive("x"), NoUnitReceives("units"), Refused("full")])
def test_what_was_stored_in_an_earlier_try_is_not_forgotten(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], last: Exception
) -> None:
    """The server keeps the envelope, breaks the answer, then shows a board that is none or takes nothing, or refuses:
    the codename is kept."""
    end = Visited(JUDGED, (), None, None, "north", NotTaken(last, perhaps=False)) if isinstance(last, Refused) else last
    found, line, tried = ended(monkeypatch, arguments, [perhaps(Unreachable("x")), end])
    assert len(tried) == (TRIES if isinstance(last, Refused) else 2)
    assert line["stored"] == "perhaps"
    assert "whole text again" in found.stderr


def test_a_part_that_is_stored_makes_the_rest_a_perhaps(monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    """Of two parts the first has its receipt; whatever happens to the second, something is there."""
    first = Visited(JUDGED, (), Receipt(bytes(32), 1), None, "north")
    for second in (Unreachable("x"), BadValue("board"), UnitCannotReceive("x"), STOPPED_BEFORE):
        found, line, tried = ended(monkeypatch, arguments, [first, second])
        assert tried[1].part == 2
        assert line["stored"] == "perhaps"
        assert "whole text again" in found.stderr


@pytest.mark.parametrize("command", ["check", "units"])
@pytest.mark.parametrize("end", [perhaps(Unreachable("x")), Unreachable("x")])
def test_a_visit_that_only_reads_is_made_again_as_often(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], command: str, end: Exception | Visited
) -> None:
    """Whoever breaks the connection sees the same number of visits as for a report, so that it learns nothing. Where
    the board was read, the command shows it."""
    tried: list[object] = []

    def visit(_: Service, __: bytes, part: object, show: object = None) -> Ended:
        tried.append(part)
        return how(end)

    monkeypatch.setattr(Service, "visit", visit)
    monkeypatch.setattr(sending, "PAUSE", 0.0)
    pinned = arguments[: arguments.index("--anchor") + 2]
    typed = f"{' '.join(encode_codename(bytes(12), codename_words()))}\n"
    found = CliRunner().invoke(main, [command, *pinned], input=typed)
    assert found.exit_code == (1 if isinstance(end, Exception) else 0)
    assert tried == [None] * TRIES
