# SPDX-License-Identifier: AGPL-3.0-or-later
"""A message of several visits: patience that knows nothing of what is sent, and what may be stored."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from dropbox.flows.drive import Flow
from dropbox.flows.source.message import TRIES, Ended, Learnt, MakeVisit, Pause, send_message, visit_patiently
from dropbox.flows.source.requests import NotTaken
from dropbox.flows.source.visit import Part, Shown, Visited
from dropbox.flows.trust import judge
from dropbox.protocol.errors import BadValue, UnitCannotReceive
from dropbox.protocol.wire import Receipt
from tests.flows.twin import drive, make_service

SERVICE = make_service()
JUDGED = judge(
    SERVICE.anchor, SERVICE.twin.directory.encode(), SERVICE.twin.board, SERVICE.twin.rows, SERVICE.twin.clock
)
BROKE = ConnectionError()
RECEIPT = Receipt(bytes(32), 1)
STORED = Ended(Visited(JUDGED, (), RECEIPT, None, "north"), None, False)
NO_BOARD = Ended(None, BROKE, False, again=True)
LOST = Ended(Visited(JUDGED, (), None, None, "north", NotTaken(BROKE)), BROKE, True, again=True)
CLOSED = UnitCannotReceive("paused")
REFUSED = Ended(Visited(JUDGED, (), None, CLOSED, ""), None, False)
BAD_LIST = Ended(None, BadValue("head"), False)
STOPPED = KeyboardInterrupt()


def run(flow: Flow[Any, Any], ends: Sequence[Ended], pause: BaseException | None = None) -> tuple[Any, list[object]]:
    """The flow's result when its visits end so one after another, the last one for ever, and what it asked."""
    asked: list[object] = []
    left: Iterator[Ended] = iter(ends)
    last = ends[-1]

    def answer(request: object) -> object:
        asked.append(request)
        if isinstance(request, MakeVisit):
            return next(left, last)
        return pause if isinstance(request, Pause) else None

    return drive(flow, answer), asked


@pytest.mark.parametrize("part", [None, Part("north", bytes(16), 1, 1, b"words")])
@pytest.mark.parametrize(
    ("ends", "visits"),
    [
        ([STORED], 1),
        ([NO_BOARD], TRIES),
        ([LOST], TRIES),
        ([LOST, STORED], 2),
        ([BAD_LIST], 1),
        ([NO_BOARD, BAD_LIST], 2),
    ],
)
def test_patience_does_not_depend_on_what_is_sent(part: Part | None, ends: list[Ended], visits: int) -> None:
    """As many visits and pauses for a message as for who only reads, however they end."""
    _, asked = run(visit_patiently(part), ends)
    assert asked == [one for _ in range(visits) for one in (MakeVisit(part), Pause())][:-1]


def test_what_was_read_and_what_may_be_stored_outlives_a_later_try() -> None:
    """A visit that lost its envelope, then one without a board: what the first read is there, and it may be stored."""
    ended, _ = run(visit_patiently(None), [LOST, NO_BOARD])
    assert ended == Ended(LOST.visited, BROKE, True)
    stopped, asked = run(visit_patiently(None), [LOST], pause=STOPPED)
    assert stopped == Ended(LOST.visited, STOPPED, True)
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("ends", "stored", "later", "reason"),
    [
        ([STORED, STORED], "yes", False, None),
        ([REFUSED], "no", True, CLOSED),
        ([NO_BOARD], "no", False, BROKE),
        ([BAD_LIST], "no", False, BAD_LIST.reason),
        ([LOST], "perhaps", True, BROKE),
        ([LOST, REFUSED], "perhaps", True, CLOSED),
        ([LOST, BAD_LIST], "perhaps", True, BAD_LIST.reason),
        ([STORED, REFUSED], "perhaps", True, CLOSED),
        ([STORED, NO_BOARD], "perhaps", True, BROKE),
        ([STORED, Ended(None, STOPPED, False)], "perhaps", True, STOPPED),
        ([Ended(None, STOPPED, False)], "no", False, STOPPED),
        ([Ended(None, STOPPED, True)], "perhaps", False, STOPPED),
    ],
)
def test_what_may_be_stored_is_said_once(
    ends: list[Ended], stored: str, later: bool, reason: BaseException | None
) -> None:
    """A message of two parts whose visits end so: yes with the last receipt, no where nothing can be there."""
    sent, _ = run(send_message("north", bytes(16), (b"one", b"two")), ends)
    assert (sent.stored, sent.later, sent.reason) == (stored, later, reason)
    assert (sent.receipt is RECEIPT) == (stored == "yes")


def test_every_part_goes_to_the_unit_of_the_first() -> None:
    """Under one message_id, what the person was shown of the unit with the first alone, and warnings once a part."""
    shown = Shown("Unit north", False)
    _, asked = run(send_message("", b"m" * 16, (b"one", b"two"), "east", shown), [STORED])
    parts = [one.part for one in asked if isinstance(one, MakeVisit)]
    assert parts == [
        Part("", b"m" * 16, 1, 2, b"one", "east", shown),
        Part("north", b"m" * 16, 2, 2, b"two", "east", None),
    ]
    assert [one.part for one in asked if isinstance(one, Learnt)] == [1, 2]
