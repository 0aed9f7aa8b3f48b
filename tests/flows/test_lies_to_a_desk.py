# SPDX-License-Identifier: AGPL-3.0-or-later
"""A server that lies to a desk may delay it; it must not make it destroy, lose or repeat anything."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from dropbox.flows.desk.collect import collect
from dropbox.flows.desk.notice import Notice
from dropbox.flows.desk.own_board import refresh_directory
from dropbox.flows.desk.publish_batch import publish_batch
from dropbox.flows.desk.requests import BatchAnswer, GetIntakeState, GetSegment, PostBatch
from dropbox.flows.desk.state import Text
from dropbox.flows.requests import GetDirectory, GetRows
from dropbox.protocol.batches import parse_upload
from dropbox.protocol.constants import XWING_PUBLIC, EntryType
from dropbox.protocol.manifests import parse_manifest
from dropbox.protocol.primitives import sha256
from dropbox.protocol.wire import IntakeState, segment_header
from journalist_ui.daemon.keyring_format import decode_keyring
from tests.flows.test_desk_state import STRETCHED, codes, lying, started
from tests.flows.twin import Desk, Service, changed_unit, drive, make_service, replace_directory


def answering(desk: Desk, service: Service, answer: BatchAnswer, uploads: list[bytes] | None = None) -> Any:
    """Publish while the server answers every upload with ``answer``."""

    def one(request: Any) -> Any:
        if isinstance(request, PostBatch):
            if uploads is not None:
                uploads.append(request.upload)
            return answer
        return desk.handle(service.twin, request)

    return drive(publish_batch(desk.context, service.twin.clock, service.random), one)


def test_an_envelope_that_is_brought_again_makes_its_source_no_younger() -> None:
    """However often the server puts a source's last envelope into later segments: when it was heard of and when it
    asked are as they were, and a text waits for it after its stay on the board."""
    service, desk, conversation = started()
    twin = service.twin
    desk.reply(conversation, "words")
    (envelope,) = twin.closed[twin.now - 2]
    heard = conversation.last_heard
    for _ in range(twin.policy.stay + 2):
        twin.open[sha256(envelope)] = envelope
        service.tick()
    assert max(conversation.last_heard, conversation.asked) == heard
    assert not [one for one in conversation_texts(desk) if one.stood == desk.context.keyring.published_period]
    service.visit(STRETCHED)
    service.tick(2)
    assert conversation.last_heard > heard
    assert [one for one in conversation_texts(desk) if one.stood == desk.context.keyring.published_period]


def conversation_texts(desk: Desk) -> list[Text]:
    return list(desk.context.ledger.texts.live())


def test_a_made_up_open_segment_changes_nothing() -> None:
    """An open segment billions of periods ahead, with an envelope in a segment of that number: nothing is fetched, no
    epoch is destroyed, and an honest server is collected from as before."""
    service, desk, _ = started()
    far = 4_000_000_000
    envelope = next(iter(service.twin.closed.values()))[0]

    def lie(request: Any, found: Any) -> Any:
        if isinstance(request, GetIntakeState):
            return IntakeState(far + 1, far).answer()
        return segment_header(service.twin.service_id, request.period, request.period == far, 1) + envelope

    before = desk.context.ledger.processed_through, dict(desk.context.keyring.epochs)
    assert codes(lying(desk, service, GetIntakeState | GetSegment, lie)) == ["clock-off"]  # type: ignore[arg-type]  # isinstance takes a union
    assert (desk.context.ledger.processed_through, desk.context.keyring.epochs) == before
    service.send(b"z" * 32, "north", b"another source")
    service.tick()
    assert b"another source" in desk.bodies()


@pytest.mark.parametrize("ahead", [1, 2, 3])
def test_what_comes_into_a_segment_that_was_taken_back_is_collected(ahead: int) -> None:
    """A server whose clock was ahead closed periods too soon, the desk collected them, and a person took them back: a
    report of before is held once, one that comes in then is not missed, and the segment closes with another root."""
    service, desk, _ = started()
    twin = service.twin
    service.send(b"y" * 32, "north", b"of before")
    right = twin.now
    twin.advance(ahead)
    # Further ahead, only a desk whose clock was wrong too believed it.
    assert codes(desk.collect(twin, twin.now - 1)) == []
    assert desk.context.ledger.processed_through == right + ahead - 1
    taken = [one for period in range(right, right + ahead) for one in twin.closed.pop(period)]
    twin.now, twin.open = right, {sha256(one): one for one in taken}
    service.send(b"z" * 32, "north", b"of after")
    assert codes(desk.collect(twin)) == ["segments-reopened"]
    service.send(b"x" * 32, "north", b"just before the end")
    twin.advance(ahead + 1)
    assert codes(desk.collect(twin)) == []
    assert sorted(desk.bodies())[-3:] == sorted([b"of before", b"of after", b"just before the end"])
    assert len(desk.bodies()) == len(set(desk.bodies()))
    assert desk.context.ledger.processed_through == twin.now - 1


def test_a_replayed_own_batch_is_no_sign_of_a_rollback() -> None:
    """An old batch served as the one held: told, the pending batch kept, chains and epochs kept."""
    service, desk, _ = started()
    service.tick(5)
    desk.collect(service.twin)
    keyring = desk.context.keyring
    before = dict(keyring.epochs), dict(keyring.chains), keyring.published_period
    stored = service.twin.uploads[desk.context.unit_id]
    old = stored[min(stored)]
    assert codes(answering(desk, service, BatchAnswer("batch-held", old))) == ["batch-refused"]
    assert keyring.pending is not None
    assert (dict(keyring.epochs), dict(keyring.chains), keyring.published_period) == before
    service.tick()
    assert keyring.pending is None


def test_a_refusal_does_not_make_a_desk_seal_a_period_twice() -> None:
    """However often the server says expired or future, one period has one batch, the same bytes each time."""
    service, desk, conversation = started()
    desk.reply(conversation, "words")
    desk.collect(service.twin)
    uploads: list[bytes] = []
    for number in range(20):
        answering(desk, service, BatchAnswer(("expired", "future")[number % 2]), uploads)
    assert len(uploads) == 20
    assert len(set(uploads)) == 1
    service.tick(3)
    (found,) = service.visit(STRETCHED).conversations
    assert [text.text for text in found.texts] == ["words"]


def test_a_thief_of_the_key_who_publishes_first_is_told() -> None:
    """Another batch of the same period, signed with the stolen key, on the board: the officers are told."""
    service, desk, _ = started()
    thief = Desk(desk.context.__class__(**{**vars(desk.context), "keyring": decode_keyring(desk.saved)}))
    thief.collect(service.twin)
    thief.context.ledger = desk.context.ledger
    thief.publish(service.twin, service.random)
    upload = service.twin.uploads[desk.context.unit_id].pop(service.twin.now)
    desk.collect(service.twin)
    desk.publish(service.twin, service.random)
    service.twin.uploads[desk.context.unit_id][service.twin.now] = upload
    service.twin.rebuild()
    assert codes(desk.collect(service.twin)) == ["rolled-back"]


def test_a_batch_that_was_stored_though_it_was_refused_is_known_again() -> None:
    """The server keeps each batch, answers that it never will be stored, and shows it periods later: it is no rollback,
    no chain and no epoch is dropped, no period is sealed twice, and the texts are read."""
    service, desk, conversation = started()
    twin, keyring = service.twin, desk.context.keyring
    desk.reply(conversation, "words")
    kept: dict[int, bytes] = {}

    def refusing(request: Any) -> Any:
        if isinstance(request, PostBatch):
            period = parse_manifest(parse_upload(request.upload).batch.manifest).period
            assert kept.setdefault(period, request.upload) == request.upload
            return BatchAnswer("expired")
        return desk.handle(twin, request)

    def day() -> None:
        assert not set(codes(drive(collect(desk.context, twin.clock), refusing))) - {"batch-refused"}
        drive(publish_batch(desk.context, twin.clock, service.random), refusing)
        twin.advance()

    for _ in range(5):
        day()
    assert len(kept) > 1
    epochs, chains = set(keyring.epochs), dict(keyring.chains)
    for period in sorted(kept)[:-1]:
        twin.uploads[desk.context.unit_id][period] = kept[period]
        twin.rebuild()
        day()
        assert keyring.published_period == period
    assert epochs <= set(keyring.epochs)
    assert set(chains) <= set(keyring.chains)
    assert keyring.no_seed_through == 0
    (found,) = service.visit(STRETCHED, confirm=True).conversations
    assert [text.text for text in found.texts] == ["words"]
    service.tick(3)
    assert not keyring.given_up


def test_a_board_that_hides_the_own_batch_is_told() -> None:
    """None at all, where there must be one by now; in the first days, nothing."""
    service, desk, _ = started()
    twin = service.twin
    service.tick(3)
    shown = twin.uploads[desk.context.unit_id]
    twin.uploads[desk.context.unit_id] = {}
    twin.rebuild()
    assert codes(desk.collect(twin)) == ["own-batch-missing"]
    twin.uploads[desk.context.unit_id] = shown
    twin.rebuild()
    assert codes(desk.collect(twin)) == []


def test_a_board_without_this_unit_is_told() -> None:
    """A desk that is left out of the board learns why nothing is collected."""
    service, desk, _ = started()

    desk.context.checked = False
    service.twin.order.remove(desk.context.unit_id)
    service.twin.rebuild()
    assert codes(desk.collect(service.twin)) == ["own-board-missing"]


def test_rows_of_another_board_are_asked_for_once_more() -> None:
    """A board that is replaced between its two answers stops no desk; a server that goes on so is told of."""
    service, desk, _ = started()
    old, wrong = service.twin.rows, 0
    service.tick()

    def lie(request: Any, found: Any) -> Any:
        nonlocal wrong
        wrong -= 1
        return old if wrong >= 0 else found

    for wrong, told in ((1, []), (2, ["board-refused"])):  # noqa: B007 - the lie counts it down
        assert codes(lying(desk, service, GetRows, lie)) == told


def test_an_older_directory_is_not_taken_after_a_restart() -> None:
    """The newest version seen is in the keyring: a process that starts afresh does not believe an older one."""
    service, desk, _ = started()
    desk.context.keyring.dir_version, desk.context.directory = 7, None
    assert "directory-older" in codes(lying(desk, service, GetDirectory, lambda request, found: found))
    assert desk.context.directory is None


@pytest.mark.parametrize(
    ("left", "told"), [(61, []), (60, ["directory-ends"]), (7, ["directory-ends"]), (-1, ["directory-expired"])]
)
def test_a_desk_is_told_of_the_end_of_the_list(left: int, told: list[str]) -> None:
    """In days, from 60 before it on; once it has ended, that it has."""
    service, desk, _ = started()
    replace_directory(service, lambda one: replace(one, policy=replace(one.policy, period=86_400, head_life=100)), 2)
    notices: list[Notice] = []
    asking = refresh_directory(desk.context, 0, notices)
    next(asking)
    head = service.twin.directory.head.head
    asking = refresh_directory(desk.context, (head.expires + 1 - left) * 86_400, notices)
    next(asking)
    with pytest.raises(StopIteration):
        asking.send(service.twin.directory.encode())
    assert [one.code for one in notices] == told
    assert [one.values["left"] for one in notices if "left" in one.values] == [left] * (told == ["directory-ends"])


def test_a_desk_is_told_who_goes_on_for_its_unit() -> None:
    """And how much it still has to post, so that it is known when the unit can be retired."""
    service, desk, conversation = started()
    desk.context.ledger.texts.add(Text(1, conversation.pseudonym, EntryType.TEXT, (b"An answer.",)))
    intake = service.desks["intake"].context.unit_id
    change = partial(changed_unit, slug="north", paused=True, successor=intake)
    replace_directory(service, change, 2)
    found = desk.collect(service.twin)
    told = next(one for one in found.notices if one.code == "unit-succeeded")
    assert told.values == {"unit": "intake", "left": 1}
    assert "unit-paused" not in codes(found)


def test_a_unit_with_an_unusable_key_stops_no_visit() -> None:
    """A unit that announces a key that nothing can be sealed to is proved wrong; every visit still posts its one
    envelope."""
    service = make_service()
    context = service.desks["north"].context
    secret_class = type(next(iter(context.keyring.epochs.values())))
    original = secret_class.cert

    def broken(self: Any, service_id: bytes, unit_id: bytes) -> Any:
        cert = original(self, service_id, unit_id)
        return (
            cert.__class__(**{**vars(cert), "public": b"\xff" * XWING_PUBLIC}) if unit_id == context.unit_id else cert
        )

    secret_class.cert = broken
    try:
        service.twin.advance()
        for desk in service.desks.values():
            desk.collect(service.twin)
            desk.publish(service.twin, service.random)
        service.twin.advance()
    finally:
        secret_class.cert = original
    for number in range(12):
        before = len(service.twin.open)
        visited = service.visit(bytes([number]) * 32)
        assert [(one.slug, one.proof) for one in visited.judged.warnings] == [("north", "cert-mismatch")]
        assert len(service.twin.open) == before + 1
