# SPDX-License-Identifier: AGPL-3.0-or-later
"""A source's visit against the in-memory twin."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path[:0] = [str(Path(__file__).parent)] if str(Path(__file__).parent) not in sys.path else []

from twin import Service, changed_unit, drive, make_service, replace_directory  # noqa: E402 - found on the path set above

from dropbox.flows.requests import ConfirmClock, GetBoard, GetDirectory, PostEnvelope  # noqa: E402 - after the path
from dropbox.flows.visit import Part, Visited, visit  # noqa: E402 - after the path
from dropbox.protocol.errors import (  # noqa: E402 - after the path
    BadValue,
    ClockUnconfirmed,
    HeadExpired,
    HeadOlder,
    NoUnitReceives,
    UnitCannotReceive,
    UnitConflicted,
    UnknownUnit,
)
from dropbox.protocol.wire import Receipt  # noqa: E402 - after the path

STRETCHED = b"S" * 32


def part(slug: str, body: bytes = b"words", force: str = "") -> Part:
    return Part(slug, b"m" * 16, 1, 1, body, force)


def traced(
    service: Service, stretched: bytes, what: Part | None, change: Callable[[Any, Any], Any] | None = None
) -> tuple[list[tuple[str, int]], Visited]:
    """A visit, and each request with the size of what it sends; ``change`` may replace an answer."""
    trace: list[tuple[str, int]] = []

    def answer(request: Any) -> Any:
        trace.append((type(request).__name__, len(getattr(request, "envelope", b""))))
        if isinstance(request, ConfirmClock):
            return True
        found = service.twin.answer(request)
        return change(request, found) if change else found

    visited = drive(visit(service.anchor, stretched, what, service.twin.clock, service.random), answer)
    return trace, visited


def conversation(service: Service, slug: str, replies: int) -> None:
    """A source that has written to the unit and been answered."""
    service.send(STRETCHED, slug, b"a report")
    service.tick()
    desk = service.desks[slug]
    for number in range(replies):
        desk.reply(next(iter(desk.context.ledger.conversations.values())), f"reply {number}")
    service.tick(3)


def test_every_kind_of_visit_makes_the_same_requests() -> None:
    """Report, answer, return with messages, return with a mark only, unknown codename, refused report: directory,
    board, one envelope of 16,384 bytes, in this order, always."""
    service = make_service()
    conversation(service, "north", replies=2)
    marked = b"T" * 32
    service.send(marked, "south", b"only collected")
    service.tick(2)
    replace_directory(service, lambda directory: changed_unit(directory, "intake", paused=True), 2)
    visits = (
        (b"n" * 32, part("north")),
        (STRETCHED, part("")),
        (STRETCHED, None),
        (marked, None),
        (b"unknown codename" * 2, None),
        (b"n" * 32, part("intake")),
        (b"n" * 32, part("nobody")),
    )
    traces = {tuple(traced(service, stretched, what)[0]) for stretched, what in visits}
    assert traces == {(("GetDirectory", 0), ("GetBoard", 0), ("PostEnvelope", 16_384))}


def test_a_return_acknowledges_to_a_unit_that_answered_and_never_to_one_named() -> None:
    """With entries from one unit and a mark from another, the ack goes to the one with entries, which then posts no
    more."""
    service = make_service()
    service.send(STRETCHED, "south", b"to the other unit too")
    conversation(service, "north", replies=1)
    for _ in range(5):
        service.visit(STRETCHED)
    service.tick(2)
    texts = service.desks["north"].context.ledger.texts.values()
    assert {text.state.value for text in texts} == {"read"}
    assert len(service.desks["south"].bodies()) == 1


def test_the_clock_warning_stops_the_visit_until_it_is_confirmed() -> None:
    """A device four days ahead is asked; unconfirmed nothing is posted, confirmed the envelope reaches the unit."""
    service = make_service()
    ahead = service.twin.now + 5
    before = len(service.twin.open)
    with pytest.raises(ClockUnconfirmed):
        service.visit(STRETCHED, part("north"), confirm=False, now=ahead)
    assert len(service.twin.open) == before
    visited = service.visit(STRETCHED, part("north"), confirm=True, now=ahead)
    assert visited.receipt is not None
    service.tick()
    assert service.desks["north"].bodies() == [b"words"]


@pytest.mark.parametrize(
    ("what", "error"),
    [
        (part("intake"), UnitCannotReceive),
        (part("nobody"), UnknownUnit),
        (part("south", force="cumbria"), UnitConflicted),
        (part(""), UnknownUnit),
    ],
)
def test_a_message_that_cannot_go_becomes_a_decoy(what: Part, error: type[Exception]) -> None:
    """A paused unit, an unknown one, a force that the unit must not hear of, and no conversation to answer: the visit
    posts a decoy, which reaches nobody, and says why."""
    service = make_service()

    def change(directory: Any) -> Any:
        return changed_unit(changed_unit(directory, "intake", paused=True), "south", conflicts=("cumbria",))

    replace_directory(service, change, 2)
    visited = service.visit(STRETCHED, what)
    assert isinstance(visited.refused, error)
    assert visited.receipt is None
    assert len(service.twin.open) == 1
    service.tick()
    assert all(not desk.contents for desk in service.desks.values())


def test_nothing_is_posted_when_no_unit_receives() -> None:
    """With every unit paused there is no envelope that could be sealed in earnest."""
    service = make_service(slugs=("north",))
    replace_directory(service, lambda directory: changed_unit(directory, "north", paused=True), 2)
    with pytest.raises(NoUnitReceives):
        service.visit(STRETCHED)
    assert service.twin.open == {}


def test_an_older_directory_is_fetched_once_more() -> None:
    """When directory and board were replaced between the two requests the visit goes on; when the server insists, it
    ends without posting."""
    service = make_service()
    old = service.twin.directory.encode()
    replace_directory(service, lambda directory: directory, 2)
    service.tick(2)
    stale = iter((old, service.twin.directory.encode()))
    trace, _ = traced(
        service, STRETCHED, None, lambda request, found: next(stale) if isinstance(request, GetDirectory) else found
    )
    assert [name for name, _ in trace] == ["GetDirectory", "GetBoard", "GetDirectory", "GetBoard", "PostEnvelope"]
    before = len(service.twin.open)
    with pytest.raises(HeadOlder):
        traced(service, STRETCHED, None, lambda request, found: old if isinstance(request, GetDirectory) else found)
    assert len(service.twin.open) == before


def test_an_expired_directory_is_refused() -> None:
    """A head past its end is refused although the board is fresh."""
    service = make_service()
    service.tick(service.twin.policy.head_life + 2)
    with pytest.raises(HeadExpired):
        service.visit(STRETCHED)


def test_a_receipt_for_another_envelope_is_no_receipt() -> None:
    """ "Stored" is believed only for the envelope that was sent."""
    service = make_service()

    def lie(request: Any, found: Any) -> Any:
        return Receipt(bytes(32), 1).answer() if isinstance(request, PostEnvelope) else found

    with pytest.raises(BadValue):
        traced(service, STRETCHED, part("north"), lie)


def test_every_codename_gets_the_same_board() -> None:
    """Directory and board are the same bytes whoever asks."""
    service = make_service()
    conversation(service, "north", replies=1)
    seen: list[bytes] = []

    def keep(request: Any, found: Any) -> Any:
        if isinstance(request, GetBoard | GetDirectory):
            seen.append(found)
        return found

    for stretched in (STRETCHED, b"another codename" * 2):
        traced(service, stretched, None, keep)
    assert seen[:2] == seen[2:]
