# SPDX-License-Identifier: AGPL-3.0-or-later
"""A server that lies to a source: every kind of lie is flagged, and the board of the unit is not used."""

from dataclasses import replace

import pytest

from dropbox.flows.requests import GetBoard, GetDirectory, GetRows
from dropbox.flows.source.reading import read_board
from dropbox.flows.source.requests import ConfirmClock
from dropbox.flows.source.visit import visit
from dropbox.flows.trust import Judged, judge
from dropbox.protocol.anchors import Anchor
from dropbox.protocol.batches import board_id, encode_board, encode_rows, parse_board, parse_rows
from dropbox.protocol.errors import (
    AnchorChainBroken,
    DirectoryMismatch,
    HeadOlder,
    TrustError,
    UnderSigned,
    WrongService,
)
from dropbox.protocol.primitives import ed25519_public
from tests.flows.lies import LIES, Lie, flip
from tests.flows.twin import Service, drive, make_service, replace_directory

STRETCHED = b"S" * 32


@pytest.fixture(scope="module")
def service() -> Service:
    """A conversation with the unit north, and an answer on the board."""
    made = make_service()
    made.send(STRETCHED, "north", b"a report")
    made.tick()
    desk = made.desks["north"]
    made.tick(12)
    desk.reply(next(iter(desk.context.ledger.conversations.values())), "an answer")
    made.tick(4)
    return made


def lied(service: Service, lie: Lie, slug: str = "north") -> Judged:
    """The board with one unit's part replaced or left out."""
    unit_id = service.desks[slug].context.unit_id
    directory, parts = service.twin.directory.encode(), parse_board(service.twin.board)
    rows = parse_rows(service.twin.rows, board_id(directory, service.twin.board), parts)
    changed = [lie(*one) if one[0].unit_id == unit_id else one for one in zip(parts, rows, strict=True)]
    left = [one for one in changed if one is not None]
    board = encode_board([part for part, _ in left])
    served = encode_rows(board_id(directory, board), [found for _, found in left])
    return judge(service.anchor, directory, board, served, service.twin.clock)


@pytest.mark.parametrize("name", LIES)
def test_an_altered_board_is_proved_altered(service: Service, name: str) -> None:
    """The lie is a proof for that unit alone; the others stand; nothing of its board is read."""
    lie, proof = LIES[name]
    judged = lied(service, lie)
    assert [(one.code, one.slug, one.proof) for one in judged.warnings] == [("replies-altered", "north", proof)]
    assert [unit.unit.slug for unit in judged.units] == ["intake", "south"]
    assert read_board(judged.units, STRETCHED) == ()


def test_the_honest_board_has_no_warning(service: Service) -> None:
    """The same board unchanged: no warning, and the answer is read."""
    judged = lied(service, lambda served, rows: (served, rows))
    assert judged.warnings == ()
    found = read_board(judged.units, STRETCHED)
    assert [text.text for text in found[0].texts] == ["an answer"]


def test_another_unit_cannot_write_for_this_one(service: Service) -> None:
    """The batches of the unit south in north's place are no batches of north."""
    south = service.desks["south"].context.unit_id
    other = next(served for served in parse_board(service.twin.board) if served.unit_id == south)
    judged = lied(service, lambda served, rows: (replace(other, unit_id=served.unit_id), rows))
    assert [one.proof for one in judged.warnings] == ["manifest-unproved"]


def test_one_unit_held_back_is_silent_after_three_periods() -> None:
    """Withholding a unit's newest batches beyond silent_after shows as a silent unit, and before that does not."""
    service = make_service()
    service.tick(20)
    unit_id = service.desks["north"].context.unit_id
    stored = service.twin.uploads[unit_id]
    for held_back in range(1, 8):
        del stored[max(stored)]
        service.twin.rebuild()
        twin = service.twin
        judged = judge(service.anchor, twin.directory.encode(), twin.board, twin.rows, twin.clock)
        silent = [(one.code, one.slug) for one in judged.warnings]
        assert silent == ([("silent", "north")] if held_back > service.twin.policy.silent_after else [])


def test_a_whole_service_held_back_shows_as_the_clock_warning() -> None:
    """A board and directory that are days old, however whole, make the date warning, and nothing is sent unasked."""
    service = make_service()
    service.tick(6)
    directory, board, rows = service.twin.directory.encode(), service.twin.board, service.twin.rows
    service.tick(8)
    asked = []

    def answer(request: object) -> object:
        asked.append(type(request))
        old = {GetDirectory: directory, GetBoard: board, GetRows: rows, ConfirmClock: True}
        return old.get(type(request)) if type(request) in old else service.twin.answer(request)

    drive(visit(service.anchor, STRETCHED, None, service.twin.clock, service.random), answer)
    assert ConfirmClock in asked


def test_one_unit_cannot_stop_the_service() -> None:
    """A unit that names a made-up, far newer head in its manifest changes nothing for the others."""
    service = make_service()
    context = service.desks["north"].context
    directory = context.trusted()
    head = replace(directory.signed_head.head, dir_version=9_999, anchor_version=77)
    context.directory = replace(directory, signed_head=replace(directory.signed_head, head=head))
    service.twin.advance()
    service.desks["north"].publish(service.twin, service.random)
    service.twin.advance()
    for slug in ("intake", "south"):
        service.desks[slug].collect(service.twin)
        service.desks[slug].publish(service.twin, service.random)
    service.twin.advance()
    assert service.visit(STRETCHED).judged.warnings == ()


def test_a_directory_that_is_not_the_roots_is_refused() -> None:
    """Under-signed, swapped, of another service, rolled back, or under made-up roots: nothing is used."""
    service = make_service()
    first = service.twin.directory
    replace_directory(service, lambda directory: directory, 2)
    service.tick(2)
    good, board, clock = service.twin.directory, service.twin.board, service.twin.clock
    stranger = Anchor(service.anchor.service_id, 1, 2, tuple(ed25519_public(bytes([n]) * 32) for n in range(3)))
    other = make_service(seed=2)
    one_root = replace(good.head, signatures=good.head.signatures[:1])
    cases: tuple[tuple[Anchor, bytes, type[TrustError]], ...] = (
        (service.anchor, replace(good, head=one_root).encode(), UnderSigned),
        (service.anchor, replace(good, body=flip(good.body, 30)).encode(), DirectoryMismatch),
        (service.anchor, other.twin.directory.encode(), WrongService),
        (service.anchor, first.encode(), HeadOlder),
        (stranger, good.encode(), AnchorChainBroken),
    )
    for anchor, directory, error in cases:
        rows = encode_rows(board_id(directory, board), [served.rows for served in service.twin.shown()])
        with pytest.raises(error):
            judge(anchor, directory, board, rows, clock)
