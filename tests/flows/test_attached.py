# SPDX-License-Identifier: AGPL-3.0-or-later
"""The blobs of a visit: what goes, in which order, and what a later try posts again."""

from collections.abc import Callable
from typing import Any

import pytest

from dropbox.flows.source.attached import HOUR, PASSES, Attached, post_blobs
from dropbox.flows.source.message import Ended, MakeVisit, parts_of, visit_patiently
from dropbox.flows.source.requests import GetPass, PassGone, PostBlob
from dropbox.flows.source.visit import Part
from dropbox.protocol.blobs import Pass, blob_id
from dropbox.protocol.body import File, Report
from dropbox.protocol.constants import BLOB, BODY_PART, MAX_BLOBS
from dropbox.protocol.errors import BadValue, FilesTooLate, TooLong, UnitCannotReceive
from dropbox.protocol.wire import Receipt
from tests.flows.twin import drive, seeded

KEY = bytes(range(32))


class _Server:
    """Lets in what it is asked for, and forgets a pass after ``lasting`` blobs."""

    def __init__(self, lasting: int = MAX_BLOBS, bend: Callable[[Any], Any] = lambda answer: answer) -> None:
        self.kept: list[bytes] = []
        self.passes: list[int] = []
        self._lasting, self._left, self._bend = lasting, 0, bend

    def answer(self, request: object) -> object:
        match request:
            case GetPass(blobs):
                self.passes.append(blobs)
                self._left = self._lasting
                return self._bend(Pass(bytes(16), blobs).answer())
            case PostBlob(_, blob):
                self._left -= 1
                if self._left < 0:
                    return PassGone()
                self.kept.append(blob)
                return self._bend(Receipt(blob_id(blob), 1).answer())
        raise AssertionError(request)


def _still() -> float:
    return 0


def _real(count: int) -> list[bytes]:
    return [bytes([at + 1]) * BLOB for at in range(count)]


@pytest.mark.parametrize(("real", "count"), [(1, 1), (3, 4), (5, 8)])
def test_real_and_random_blobs_go_in_random_order(real: int, count: int) -> None:
    """All of them, each once; no two drawings alike in order."""
    orders = set()
    for seed in range(12):
        server = _Server()
        drive(post_blobs(Attached(_real(real), seeded(seed), _still)), server.answer)
        assert (len(server.kept), server.passes) == (count, [count])
        assert set(_real(real)) <= set(server.kept)
        orders.add(tuple(blob in _real(real) and blob[0] for blob in server.kept))
    assert len(orders) > 1 or real == 1


def test_what_has_a_receipt_is_not_posted_again() -> None:
    """A pass that is gone is asked for anew, for what is left, and the order goes on."""
    server = _Server(lasting=3)
    attached = Attached(_real(6), seeded(1), _still)
    every = list(attached.left)
    drive(post_blobs(attached), server.answer)
    assert server.passes == [8, 5, 2]
    assert server.kept == every


def test_passes_are_asked_for_so_often_and_no_more() -> None:
    """A server that forgets every pass is not asked for ever."""
    server = _Server(lasting=0)
    with pytest.raises(BadValue):
        drive(post_blobs(Attached(_real(2), seeded(1), _still)), server.answer)
    assert server.passes == [2] * PASSES


def test_a_refused_message_leaves_nothing_of_its_files() -> None:
    """As many blobs go, all random; a later try that could be sealed posts what is left, and is refused too."""
    attached = Attached(_real(4), seeded(1), _still)
    first, second = UnitCannotReceive("paused"), UnitCannotReceive("later")
    assert attached.spoil(first) is first
    spoiled = list(attached.left)
    assert attached.spoil(second) is first
    assert attached.left == spoiled
    assert len(spoiled) == 4
    assert not set(spoiled) & set(_real(4))


@pytest.mark.parametrize("moment", [HOUR + 1, -1])
def test_nothing_of_files_goes_once_their_hour_is_over(moment: int) -> None:
    """Neither another blob of the same try nor a pass for a later one; a clock that was set ends it too."""
    times = [0]
    attached = Attached(_real(4), seeded(1), lambda: times[0])

    def slow(answer: Any) -> Any:
        if b"stored" in answer:
            times[0] = moment
        return answer

    server = _Server(bend=slow)
    with pytest.raises(FilesTooLate):
        drive(post_blobs(attached), server.answer)
    assert (len(server.kept), server.passes, attached.over) == (1, [4], True)
    with pytest.raises(FilesTooLate):
        drive(post_blobs(attached), server.answer)
    assert server.passes == [4]


def test_a_visit_with_files_is_not_made_again_after_their_hour() -> None:
    """A line that broke ends it; within the hour it is tried three times."""
    times = [0]
    attached = Attached(_real(1), seeded(1), lambda: times[0])
    tries = []

    def broke(request: object) -> object:
        if isinstance(request, MakeVisit):
            tries.append(times[0])
            times[0] += HOUR
            return Ended(None, ConnectionError(), False, True)
        return None

    part = Part("north", bytes(16), 1, 1, b"", attached=attached)
    drive(visit_patiently(part), broke)
    assert tries == [0, HOUR]


@pytest.mark.parametrize(
    "bend",
    [
        lambda answer: answer.replace(b'"blobs":2', b'"blobs":1'),
        lambda answer: Receipt(bytes(32), 1).answer() if b"stored" in answer else answer,
    ],
)
def test_an_answer_for_something_else_is_refused(bend: Callable[[bytes], bytes]) -> None:
    """A pass for fewer, or a receipt for another blob."""
    with pytest.raises(BadValue):
        drive(post_blobs(Attached(_real(2), seeded(1), _still)), _Server(bend=bend).answer)


def test_no_more_than_a_visit_takes() -> None:
    """65 blobs are too many, and none is no file."""
    with pytest.raises(TooLong):
        Attached([b""] * (MAX_BLOBS + 1), seeded(1), _still)
    with pytest.raises(BadValue):
        Attached([], seeded(1), _still)


def test_a_message_with_files_has_one_part() -> None:
    """A text that does not fit beside the list of its files goes before it."""
    file = File("a", "image/jpeg", 1, KEY, (blob_id(bytes(BLOB)),))
    assert len(parts_of(Report("x", files=(file,)))) == 1
    assert len(parts_of(Report("x" * BODY_PART))) == 2
    with pytest.raises(TooLong):
        parts_of(Report("x" * BODY_PART, files=(file,)))
