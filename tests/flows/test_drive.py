# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one driver: two hands, typed answers, and flows that are closed."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from dropbox.flows.desk.requests import BatchAnswer, GetSegment, PostBatch, SaveKeyring
from dropbox.flows.drive import Flow, at_once, drive
from dropbox.flows.requests import GetBoard, GetDirectory, LocalRequest, NetworkRequest, Request
from dropbox.flows.source import message
from dropbox.flows.source.requests import ConfirmClock, NotTaken, PostEnvelope


@dataclass
class Watched:
    """A flow that says what happened to it."""

    closed: bool = False
    learnt: tuple[bytes, bool] | None = None

    def flow(self) -> Flow[GetBoard | ConfirmClock, str]:
        try:
            board = yield from GetBoard()
            sure = yield from ConfirmClock()
            self.learnt = (board, sure)
        finally:
            self.closed = True
        return "done"


def hand(name: str, answer: object, heard: list[str]) -> Any:
    async def one(request: Request[object]) -> object:
        heard.append(f"{name} {type(request).__name__}")
        if isinstance(answer, Exception):
            raise answer
        return answer

    return one


def test_each_hand_gets_its_own_requests() -> None:
    """What goes to the server by one hand, the rest by the other; the flow has both answers, its result comes out."""
    watched, heard = Watched(), []
    done = at_once(drive(watched.flow(), hand("network", b"board", heard), hand("local", True, heard)))
    assert (done, watched.learnt, watched.closed) == ("done", (b"board", True), True)
    assert heard == ["network GetBoard", "local ConfirmClock"]


@pytest.mark.parametrize("network", [ConnectionError("gone"), "a string", None])
def test_a_flow_that_cannot_go_on_is_closed(network: object) -> None:
    """A hand that fails ends it with that failure; an answer of another kind than the request's never comes in."""
    watched = Watched()
    with pytest.raises(ConnectionError if isinstance(network, Exception) else TypeError):
        at_once(drive(watched.flow(), hand("network", network, []), hand("local", True, [])))
    assert watched.closed
    assert watched.learnt is None


def test_a_flow_is_closed_when_its_driver_is_cancelled() -> None:
    """As the desk's daemon ends in the middle of a request."""
    watched = Watched()

    async def never(request: object) -> object:
        return await asyncio.Event().wait()

    async def cut() -> None:
        task = asyncio.create_task(drive(watched.flow(), never, never))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cut())
    assert watched.closed


def test_nobody_answers_where_no_hand_is_given() -> None:
    """A flow that asks what its driver has no hand for fails by name, and so does a hand that waits at once."""
    with pytest.raises(TypeError, match="ConfirmClock"):
        at_once(drive(Watched().flow(), hand("network", b"", [])))

    async def waits(request: object) -> object:
        await asyncio.sleep(0)
        return b""

    with pytest.raises(RuntimeError, match="waited"):
        at_once(drive(Watched().flow(), waits, waits))


def kinds(kind: type) -> Iterator[type]:
    for child in kind.__subclasses__():
        yield child
        yield from kinds(child)


def test_every_request_says_what_answers_it() -> None:
    """The type in the brackets is what comes in at run time; a union and None too."""
    made = [one for one in kinds(Request) if one not in (NetworkRequest, LocalRequest)]
    assert {GetDirectory, PostEnvelope, PostBatch, SaveKeyring, message.MakeVisit} <= set(made)
    assert [one for one in made if one.answered_by is object] == []
    for request, good, bad in (
        (GetSegment, None, ""),
        (PostBatch, BatchAnswer("published"), b""),
        (SaveKeyring, None, True),
        (PostEnvelope, NotTaken(ConnectionError()), None),
    ):
        assert isinstance(good, request.answered_by)
        assert not isinstance(bad, request.answered_by)
