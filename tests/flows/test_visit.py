# SPDX-License-Identifier: AGPL-3.0-or-later
"""A source's visit against the in-memory twin."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dropbox.flows.requests import GetBoard, GetDirectory, GetRows
from dropbox.flows.source.requests import ConfirmClock, NotTaken, PostEnvelope
from dropbox.flows.source.visit import Part, Shown, Visited, visit
from dropbox.flows.trust import by_the_list
from dropbox.protocol.batches import parse_board
from dropbox.protocol.constants import UnitKind
from dropbox.protocol.directory import Directory, parse_signed_directory
from dropbox.protocol.errors import (
    BadValue,
    ClockUnconfirmed,
    HeadExpired,
    HeadOlder,
    Malformed,
    NoUnitReceives,
    RoutingChanged,
    RowsMismatch,
    UnitCannotReceive,
    UnitConflicted,
    UnknownUnit,
    WrongLength,
)
from dropbox.protocol.units import BoardPlace
from dropbox.protocol.wire import Receipt
from tests.flows.twin import Service, changed_unit, drive, make_service, replace_directory

STRETCHED = b"S" * 32


def part(slug: str, body: bytes = b"words", force: str = "") -> Part:
    return Part(slug, b"m" * 16, 1, 1, body, force)


FETCHES = ("GetDirectory", "GetBoard", "GetRows")


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


def retire(service: Service, slug: str, version: int) -> None:
    """The roots move a unit to those whose board can only be read."""
    unit_id = service.desks[slug].context.unit_id
    newest = next(served for served in parse_board(service.twin.board) if served.unit_id == unit_id).batch
    assert newest is not None

    def change(directory: Directory) -> Directory:
        ended = BoardPlace(directory.unit(slug), service.twin.now - 1, newest.hash)
        left = tuple(unit for unit in directory.units if unit.slug != slug)
        return replace(directory, units=left, retired=(ended,))

    replace_directory(service, change, version)


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
    assert traces == {(*((name, 0) for name in FETCHES), ("ReadingBegins", 0), ("PostEnvelope", 16_384))}


def test_a_return_acknowledges_to_a_unit_that_answered_and_never_to_one_named() -> None:
    """With entries from one unit and a mark from another, the ack goes to the one with entries, which then has them
    read."""
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
    """With every unit paused there is no envelope that could be sealed in earnest: a message is refused, and whoever
    visits has the answers all the same."""
    service = make_service(slugs=("north",))
    conversation(service, "north", replies=1)
    service.twin.open.clear()
    replace_directory(service, lambda directory: changed_unit(directory, "north", paused=True), 2)
    for visited in (service.visit(STRETCHED, part("north")), service.visit(STRETCHED)):
        assert [text.text for text in visited.conversations[0].texts] == ["reply 0"]
        assert visited.fault is not None
        assert isinstance(visited.fault.reason, NoUnitReceives)
        assert not visited.perhaps
    assert isinstance(service.visit(STRETCHED, part("north")).refused, NoUnitReceives)
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
    assert [name for name, _ in trace] == [*FETCHES * 2, "ReadingBegins", "PostEnvelope"]
    before = len(service.twin.open)
    with pytest.raises(RowsMismatch):
        traced(service, STRETCHED, None, lambda request, found: old if isinstance(request, GetDirectory) else found)
    service.twin.directory = parse_signed_directory(old)
    service.twin.rebuild()
    with pytest.raises(HeadOlder):
        service.visit(STRETCHED)
    assert len(service.twin.open) == before


def test_an_expired_directory_is_refused() -> None:
    """A head past its end is refused although the board is fresh."""
    service = make_service()
    service.tick(service.twin.policy.head_life + 2)
    with pytest.raises(HeadExpired):
        service.visit(STRETCHED)


NO_RECEIPTS: dict[str, tuple[Any, type[Exception], bool]] = {
    "one for another envelope": (Receipt(bytes(32), 1).answer(), BadValue, True),
    "none of its form": (b" " * 256, Malformed, True),
    "cut short": (b"{}", WrongLength, True),
    "the connection broke": (NotTaken(ConnectionError()), ConnectionError, True),
    "the service refused": (NotTaken(PermissionError(), perhaps=False), PermissionError, False),
}


@pytest.mark.parametrize("name", NO_RECEIPTS)
def test_what_the_board_holds_is_told_whatever_becomes_of_the_envelope(name: str) -> None:
    """A report, an answer and a return learn the same of a board and of a receipt that is none; only a message may then
    be stored, and "stored" is believed only for the envelope that was sent."""
    answer, kind, perhaps = NO_RECEIPTS[name]
    service = make_service()
    conversation(service, "north", replies=1)

    def lie(request: Any, found: Any) -> Any:
        return answer if isinstance(request, PostEnvelope) else found

    for stretched, what in ((STRETCHED, None), (STRETCHED, part("north")), (b"n" * 32, part("north"))):
        trace, visited = traced(service, stretched, what, lie)
        assert [name for name, _ in trace] == [*FETCHES, "ReadingBegins", "PostEnvelope"]
        read = [text.text for found in visited.conversations for text in found.texts]
        assert read == (["reply 0"] if stretched == STRETCHED else [])
        assert visited.receipt is None
        assert visited.fault is not None
        assert isinstance(visited.fault.reason, kind)
        assert visited.perhaps == perhaps


def test_a_decoy_that_got_no_receipt_is_no_message_that_may_be_stored() -> None:
    """The message was refused before: nothing of it left."""
    service = make_service()

    def lie(request: Any, found: Any) -> Any:
        return NotTaken(ConnectionError()) if isinstance(request, PostEnvelope) else found

    _, visited = traced(service, STRETCHED, part("nobody"), lie)
    assert isinstance(visited.refused, UnknownUnit)
    assert visited.fault is not None
    assert not visited.perhaps


@pytest.mark.parametrize(
    ("where", "signed"),
    [
        *((where, True) for where in ("retired", "paused", "ended")),
        *((where, False) for where in ("ahead", "no batch yet", "no valid certificate", "new key not yet used")),
        ("its board is altered", False),
    ],
)
def test_only_the_signed_list_closes_a_unit(where: str, signed: bool) -> None:
    """Whatever else keeps a message from its unit the server may have brought about."""
    assert by_the_list(UnitCannotReceive(where)) == signed
    assert by_the_list(UnitConflicted("force"))
    for error in (UnknownUnit("none"), RoutingChanged("unit"), NoUnitReceives("units")):
        assert not by_the_list(error)


@pytest.mark.parametrize(
    ("kind", "sent"),
    [(None, True), (UnitKind.INTAKE_DESK, True), (UnitKind.FORCE_UNIT, False), (UnitKind.OVERSIGHT, False)],
)
def test_a_person_who_was_told_of_another_kind_of_unit_sends_nothing(kind: UnitKind | None, sent: bool) -> None:
    """Whether those who read are police was said in no signed place: the visit compares it, where it was said."""
    service = make_service()
    what = replace(part("intake"), shown=Shown("Unit intake", False, kind))
    visited = service.visit(STRETCHED, what)
    assert (visited.receipt is not None) == sent
    assert isinstance(visited.refused, RoutingChanged) != sent


def test_a_retired_unit_is_told_from_one_that_never_was() -> None:
    """Its answers stay readable; an answer to it becomes a decoy, and the signed list says why."""
    service = make_service()
    conversation(service, "north", replies=1)
    retire(service, "north", 2)
    for what in (part(""), part("north")):
        visited = service.visit(STRETCHED, what)
        assert [text.text for text in visited.conversations[0].texts] == ["reply 0"]
        assert isinstance(visited.refused, UnitCannotReceive)
        assert by_the_list(visited.refused)


def test_every_codename_gets_the_same_board() -> None:
    """Directory, board and rows are the same bytes whoever asks."""
    service = make_service()
    conversation(service, "north", replies=1)
    seen: list[bytes] = []

    def keep(request: Any, found: Any) -> Any:
        if isinstance(request, GetBoard | GetDirectory | GetRows):
            seen.append(found)
        return found

    for stretched in (STRETCHED, b"another codename" * 2):
        traced(service, stretched, None, keep)
    assert len(seen) == 6
    assert seen[:3] == seen[3:]
