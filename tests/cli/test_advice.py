# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a server can bring about leads nobody to act at once in a way that shows what they wanted.

Each lie is told to a report, an answer and a return: the same requests, the same day to come back, no other unit, and
the answers that the board holds shown to whoever came to read.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from click.testing import Result

from dropbox.protocol.batches import UnitBoard, board_id, encode_board, encode_rows
from dropbox.protocol.directory import parse_directory
from dropbox.protocol.wire import Receipt
from dropbox.source_cli.advice import come_back
from tests.cli.conftest import Sources
from tests.client.twin_server import Answer, Fault, TwinServer, hang_up, refused
from tests.flows.lies import LIES
from tests.flows.twin import changed_unit, replace_directory

ENVELOPE, BOARD, DIRECTORY = "/v1/envelopes", "/v1/board", "/v1/directory"
DRAWN = re.compile(r"Come back in [2-6] days(, on \d{4}-\d\d-\d\d)?; the day was drawn at random")
SOONER = "Sooner is fine when things get worse or somebody is at risk."
AGAIN = 20


def honest(answer: Answer) -> Answer:
    return answer


def always(answer: Answer) -> Fault:
    return lambda _: answer


@dataclass
class Lie:
    """What becomes of the answers of these paths; whether the board was believed."""

    faults: dict[str, list[Fault]]
    board: bool = True
    stored: str = "no"
    tell: Callable[[TwinServer], None] = field(default=lambda server: None)


def _altered(name: str) -> Callable[[TwinServer], None]:
    def tell(server: TwinServer) -> None:
        lie, _ = LIES[name]
        unit_id = server.service.desks["north"].context.unit_id
        twin = server.service.twin
        served = [(UnitBoard(unit, one.batch), one.rows) for unit in twin.order if (one := twin.newest(unit))]
        told = [lie(*one) if one[0].unit_id == unit_id else one for one in served]
        shown = [one for one in told if one is not None]
        twin.board = encode_board([part for part, _ in shown])
        name_of = board_id(twin.directory.encode(), twin.board)
        twin.rows = encode_rows(name_of, [rows for _, rows in shown])

    return tell


def _empty(server: TwinServer) -> None:
    """All of the unit's batches are withheld, which is no proof."""
    server.service.twin.uploads[server.service.desks["north"].context.unit_id] = {}
    server.service.twin.rebuild()


ALTERED = ("the unit's part left out", "the certificates swapped", "a row changed")
LIED: dict[str, Lie] = {
    "the envelope gets no answer": Lie({ENVELOPE: [hang_up] * AGAIN}, stored="perhaps"),
    "the envelope is refused": Lie({ENVELOPE: [refused(413, "wrong-length")] * AGAIN}),
    "the intake is full": Lie({ENVELOPE: [refused(503, "try-later")] * AGAIN}),
    "a refusal that is none": Lie({ENVELOPE: [always((500, b"<html>"))] * AGAIN}, stored="perhaps"),
    "a receipt for another envelope": Lie(
        {ENVELOPE: [always((200, Receipt(bytes(32), 1).answer()))] * AGAIN}, stored="perhaps"
    ),
    "a receipt that is none": Lie({ENVELOPE: [always((200, b" " * 256))] * AGAIN}, stored="perhaps"),
    "no answer, then no board": Lie(
        {ENVELOPE: [hang_up] * AGAIN, BOARD: [honest, *[hang_up] * AGAIN]}, stored="perhaps"
    ),
    "no answer, then another list": Lie(
        {ENVELOPE: [hang_up] * AGAIN, DIRECTORY: [honest, *[always((200, b"x"))] * AGAIN]}, stored="perhaps"
    ),
    "no board": Lie({BOARD: [hang_up] * AGAIN}, board=False),
    "a board that is none": Lie({BOARD: [always((200, b"x" * 64))] * AGAIN}, board=False),
    "a list that is none": Lie({DIRECTORY: [always((200, b"x" * 64))] * AGAIN}, board=False),
    "refused from the start": Lie({DIRECTORY: [refused(403, "unknown-path")] * AGAIN}, board=False),
    "all of the unit withheld": Lie({}, tell=_empty),
    **{
        name: Lie({}, tell=_altered(name))
        for name in ("the unit's part left out", "the certificates swapped", "a row changed")
    },
}


def told(ended: Result) -> str:
    """Everything that the command said but the drawn number."""
    return DRAWN.sub("Come back in N days", " ".join(ended.output.split()))


@pytest.mark.parametrize("name", LIED)
def test_no_lie_tells_kinds_of_visit_apart(sources: Sources, name: str) -> None:
    """The same requests for all three; who reads has the answers and exit 0 where a board was believed; who writes has
    exit 1 and the same day to come back; nobody is sent to another unit or told to send again today."""
    lie, known = LIED[name], sources.answered()
    lie.tell(sources.server)
    shape, ends = [], {}
    for kind in ("report", "reply", "check"):
        sources.server.faults.clear()
        sources.server.faults.update({path: list(faults) for path, faults in lie.faults.items()})
        run = {"report": sources.report, "reply": lambda: sources.reply(known), "check": lambda: sources.check(known)}
        ends[kind] = run[kind]()
        shape.append([one.shape()[:2] for one in sources.server.asked])
    assert shape[0] == shape[1] == shape[2]
    assert ends["check"].exit_code == (0 if lie.board else 1)
    assert (ends["report"].exit_code, ends["reply"].exit_code) == (1, 1)
    unreachable = name == "no board"
    for ended in ends.values():
        said = told(ended)
        assert ("Come back in N days" in said and SOONER in said) != unreachable, said
        for at_once in ("intake", "another unit:", "was not used. Send", "Send it", "instead"):
            assert at_once not in said, said
    assert ("An answer." in ends["check"].output) == bool(lie.faults and lie.board)


@pytest.mark.parametrize("name", [name for name, lie in LIED.items() if lie.faults and lie.board])
def test_a_receipt_that_does_not_come_is_told_as_it_is(sources: Sources, name: str) -> None:
    """In JSON: not acknowledged for who reads; for who writes "no" only where the service refused in its own form."""
    lie, known = LIED[name], sources.answered()

    def lied() -> None:
        sources.server.faults.clear()
        sources.server.faults.update({path: list(faults) for path, faults in lie.faults.items()})

    lied()
    read = json.loads(sources.check(known, "--json").stdout)
    assert [one["text"] for one in read["conversations"][0]["messages"]] == ["An answer."]
    assert [one["code"] for one in read["warnings"]] == ["not-acknowledged"]
    lied()
    sent = sources.report("--json")
    line = json.loads(sent.stdout)
    assert (sent.exit_code, line["unit"], line["receipt"], line["stored"]) == (1, "north", None, lie.stored)
    assert len(line["codename"].split(" ")) == 8
    assert "not used" not in sent.stderr
    said = "may have been stored" if lie.stored == "perhaps" else "The service took nothing from you this time"
    assert said in sent.stderr
    lied()
    answer = sources.reply(known, "--json")
    assert (answer.exit_code, json.loads(answer.stdout)) == (
        *(1, {"unit": "north", "receipt": None, "stored": lie.stored}),
    )


@pytest.mark.parametrize("why", ["paused", "ended"])
def test_the_signed_list_may_send_a_person_elsewhere_at_once(sources: Sources, why: str) -> None:
    """No server can bring that about: the roots signed it."""
    twin = sources.server.service.twin
    ended = parse_directory(twin.directory.body).unit("north").first_period
    changes: dict[str, object] = {"paused": True} if why == "paused" else {"not_after": ended}
    replace_directory(sources.server.service, lambda one: changed_unit(one, "north", **changes), 2)
    sent = sources.report("--json")
    assert (sent.exit_code, json.loads(sent.stdout)["stored"]) == (1, "no")
    assert f"({why})" in sent.stderr
    assert "--unit intake" in sent.stderr
    assert "Come back" not in sent.stderr


def test_a_board_that_hides_a_conversation_makes_nobody_name_its_unit_at_once(sources: Sources) -> None:
    """An answer without a unit finds none when the server withholds that unit: to name it at once would show it."""
    known = sources.answered()
    _empty(sources.server)
    ended = sources.run("reply", "--text-file", str(sources.text), stdin=f"{known}\n")
    assert ended.exit_code == 1
    assert "When you come back" in ended.output
    assert "Come back in N days" in told(ended)


def test_days_are_drawn_from_two_to_six(sources: Sources) -> None:
    """Every number of days comes, none is missing and none is beyond; the draw knows nothing of the visit."""
    days = {int(found) for _ in range(400) for found in re.findall(r"in (\d+) days", come_back())}
    assert days == {2, 3, 4, 5, 6}


def test_a_receipt_that_is_none_is_asked_for_again(sources: Sources) -> None:
    """By another visit, as where none came; what it says then counts."""
    sources.server.faults[ENVELOPE] = [always((200, b" " * 256)), always((200, Receipt(bytes(32), 1).answer()))]
    before = len(sources.server.paths())
    assert sources.report().exit_code == 0
    assert len(sources.server.paths()) - before == 3 * 4
