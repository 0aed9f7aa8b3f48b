# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a desk does when its keyring, its clock or the server are not as they should be."""

import copy
from functools import partial
from typing import Any

import pytest

from dropbox.flows.desk.collect import collect
from dropbox.flows.desk.publish_batch import publish_batch
from dropbox.flows.desk.requests import BatchAnswer, GetIntakeState, GetSegment, PostBatch
from dropbox.flows.desk.state import Conversation, Keyring, TextState
from dropbox.protocol.board import Chains, chain_start
from dropbox.protocol.codename import ConversationKeys
from dropbox.protocol.constants import LANES
from dropbox.protocol.envelope_open import open_envelope
from dropbox.protocol.errors import NotForThisKey, ProtocolError
from dropbox.protocol.rows import row_at
from dropbox.protocol.texts import open_row
from dropbox.protocol.units import UnitKey
from dropbox.protocol.wire import IntakeState, segment_header
from journalist_ui.daemon.keyring_format import decode_keyring, encode_keyring
from tests.flows.twin import Desk, Service, changed_unit, drive, make_service, replace_directory

STRETCHED = b"S" * 32


def started(slug: str = "north") -> tuple[Service, Desk, Conversation]:
    """A service whose unit has collected one report."""
    service = make_service()
    service.send(STRETCHED, slug, b"a report")
    service.tick(2)
    desk = service.desks[slug]
    return service, desk, next(iter(desk.context.ledger.conversations.values()))


def codes(found: Any) -> list[str]:
    return [notice.code for notice in found.notices]


def test_a_new_keyring_goes_on_where_the_board_stands() -> None:
    """After a lost keyring the unit's first batch chains to the newest on the board, sources see no warning, and it can
    answer once the source has written again, under a number far above the old ones."""
    service, desk, conversation = started()
    fresh = Keyring(signing_seed=b"\x07" * 32)
    context = desk.context
    context.keyring, context.checked = fresh, False
    now = service.twin.now

    def rotate(directory: Any) -> Any:
        keys = next(unit for unit in directory.units if unit.slug == "north").keys
        return changed_unit(directory, "north", keys=(*keys, UnitKey(fresh.public, now + 1)))

    replace_directory(service, rotate, 2)
    assert codes(desk.collect(service.twin)) == ["keyring-new", "key-not-listed"]
    assert codes(desk.publish(service.twin, service.random)) == ["key-not-listed"]
    service.tick(2)
    desk.reply(conversation, "cannot be sent yet")
    service.tick(2)
    assert next(iter(context.ledger.texts.values())).state == TextState.WAITING
    assert service.visit(STRETCHED).judged.warnings == ()
    service.send(STRETCHED, "north", b"written again")
    service.tick(3)
    (found,) = service.visit(STRETCHED).conversations
    assert [text.text for text in found.texts] == ["cannot be sent yet"]
    assert found.texts[0].number > 8 * now


def test_a_rolled_back_keyring_uses_no_key_twice() -> None:
    """A keyring put back from a snapshot is told from the board: the officers are told, every chain is dropped, and
    what seeded before seeds nothing; the source is answered once it has written again."""
    service, desk, conversation = started()
    snapshot = encode_keyring(desk.context.keyring)
    desk.reply(conversation, "first")
    service.tick(2)
    desk.context.keyring, desk.context.checked = decode_keyring(snapshot), False
    assert codes(desk.collect(service.twin)) == ["rolled-back"]
    assert desk.context.keyring.chains == {}
    desk.reply(conversation, "second")
    service.tick(2)
    assert service.visit(STRETCHED).judged.warnings == ()
    service.send(STRETCHED, "north", b"written again")
    service.tick(3)
    (found,) = service.visit(STRETCHED).conversations
    assert {"second"} <= {text.text for text in found.texts}
    assert desk.context.keyring.chains[conversation.pseudonym].step <= 2


def test_a_batch_held_by_the_server_shows_a_second_holder_of_the_key() -> None:
    """When the server answers an upload with another batch of this unit and period, proved ours, chains are dropped and
    the officers told."""
    service, desk, _ = started()
    twin = service.twin
    other = copy.deepcopy(desk)
    other.collect(twin)
    other.publish(twin, service.random)
    desk.context.ledger.conversations.clear()
    held = twin.uploads[desk.context.unit_id][twin.now]

    def answer(request: Any) -> Any:
        if isinstance(request, PostBatch):
            return BatchAnswer("batch-held", held)
        return desk.handle(twin, request)

    found = drive(publish_batch(desk.context, twin.clock, service.random), answer)
    assert codes(found) == ["rolled-back"]
    assert desk.context.keyring.published_period == twin.now
    assert desk.context.keyring.chains == {}


@pytest.mark.parametrize("refusal", ["expired", "other-size", "too-large", "forked", "bad-head", "try-later"])
def test_a_batch_refused_for_good_is_planned_afresh(refusal: str) -> None:
    """Entries of a batch that can never be stored leave with the next one, once: its period passed, or the roots
    changed the unit's size twice while it was on its way. Before its period is past it is uploaded again as it is."""
    service, desk, conversation = started()
    desk.reply(conversation, "words")
    desk.collect(service.twin)
    sent = []

    def refused(request: Any) -> Any:
        if isinstance(request, PostBatch):
            sent.append(request.upload)
            return BatchAnswer(refusal)
        return desk.handle(service.twin, request)

    for _ in range(2):
        assert not drive(publish_batch(desk.context, service.twin.clock, service.random), refused).published
    service.twin.advance()
    assert not drive(publish_batch(desk.context, service.twin.clock, service.random), refused).published
    assert len(sent) == 3
    assert len(set(sent)) == 1
    service.twin.advance()
    service.tick(2)
    (found,) = service.visit(STRETCHED).conversations
    assert [text.text for text in found.texts] == ["words"]


def test_sizes_that_changed_twice_since_the_intake_was_read_cost_no_batch() -> None:
    """The batch is made by the directory of its own hour: the server would take no other."""
    service, desk, conversation = started()
    desk.reply(conversation, "words")
    desk.collect(service.twin)
    for version, rows in ((2, 16), (3, 32)):
        change = partial(changed_unit, slug="north", rows=rows, marks=2 * rows)
        replace_directory(service, change, version)
    assert desk.publish(service.twin, service.random).published
    assert desk.context.keyring.dir_version == 3
    service.twin.advance()
    (found,) = service.visit(STRETCHED).conversations
    assert [text.text for text in found.texts] == ["words"]


@pytest.mark.parametrize("off", [-3, 3])
def test_a_desk_whose_clock_is_off_neither_publishes_nor_destroys(off: int) -> None:
    """More than one period from the open segment's: told, nothing published, every epoch secret kept."""
    service, desk, _ = started()
    service.tick(14)
    held = dict(desk.context.keyring.epochs)
    result = desk.collect(service.twin, service.twin.now + off)
    assert "clock-off" in codes(result)
    assert not desk.publish(service.twin, service.random, service.twin.now + off).published
    assert desk.context.keyring.epochs == held


def test_after_the_epochs_end_a_seized_desk_opens_nothing_recorded() -> None:
    """Every envelope and answered reply recorded during three weeks stays closed with all that the desk still holds."""
    service, desk, conversation = started()
    recorded = [envelope for period in service.twin.closed.values() for envelope in period]
    desk.reply(conversation, "an answer")
    service.tick(2)
    (found,) = service.visit(STRETCHED).conversations
    batch = found.unit.batch
    assert batch is not None
    service.tick(21)
    context = desk.context
    service_id = context.trusted().service_id
    openers = [secret.key(service_id, context.unit_id).opener() for secret in context.keyring.epochs.values()]
    for envelope in recorded:
        with pytest.raises(NotForThisKey):
            open_envelope(envelope, openers)
    assert all(not chain.texts for chain in context.keyring.chains.values())
    for key in [chain.key for chain in context.keyring.chains.values() if chain.key]:
        keys = ConversationKeys(context.unit_id, key, bytes(32), conversation.pseudonym, conversation.beacon)
        assert key != chain_start(keys.refresh(bytes(16)), context.unit_id, conversation.pseudonym)
        for lane in range(LANES):
            for at in range(batch.manifest.q):
                entry, period = row_at(batch.rows, at), batch.manifest.period
                with pytest.raises(ProtocolError):
                    open_row(keys, period, lane, entry, service_id, context.keyring.public, Chains())
    assert all(not text.parts for text in context.ledger.texts.values())


def lying(desk: Desk, service: Service, kind: type, lie: Any) -> Any:
    """Collect while the server answers requests of ``kind`` with ``lie(request, honest answer)``."""

    def answer(request: Any) -> Any:
        found = desk.handle(service.twin, request)
        return lie(request, found) if isinstance(request, kind) else found

    return drive(collect(desk.context, service.twin.clock), answer)


def test_a_changed_intake_is_told_to_the_officers() -> None:
    """A segment withheld, cut, unsorted or of another service: told, not used, asked for again."""
    service, desk, _ = started()
    twin = service.twin
    for number in range(3):
        service.send(bytes([number]) * 32, "north", b"more")
    twin.advance()
    one = slice(27, 27 + 16_384)
    lies = {
        "withheld": ("segment-missing", lambda request, found: None),
        "cut": ("segment-refused", lambda request, found: found[:-1]),
        "unsorted": ("segment-refused", lambda request, found: found[:27] + found[one.stop :] + found[one]),
        "other": ("segment-refused", lambda request, found: segment_header(b"x" * 16, request.period, True, 0)),
    }
    changed = twin.now - 1
    for code, lie in lies.values():
        assert codes(lying(desk, service, GetSegment, lie)) == [code]
        assert changed not in desk.context.ledger.roots
    assert codes(desk.collect(twin)) == []
    assert len(desk.bodies()) == 4


def test_segments_that_are_gone_are_told() -> None:
    """A desk away for longer than the server keeps segments learns which periods it missed."""
    service, desk, _ = started()
    service.twin.advance(20)
    assert "segments-gone" in codes(desk.collect(service.twin))


def test_two_desks_that_see_different_intakes_find_out() -> None:
    """A server that hides envelopes from one desk in a closed segment is told from the other desk's manifest."""
    service, desk, _ = started()
    service.send(b"x" * 32, "south", b"seen by one only")
    twin = service.twin
    twin.advance()

    def hidden(request: Any, found: Any) -> Any:
        empty = segment_header(twin.service_id, request.period, True, 0)
        return empty if request.period == twin.now - 1 else found

    lying(desk, service, GetSegment, hidden)
    other = service.desks["south"]
    other.collect(twin)
    other.publish(twin, service.random)
    twin.rebuild()
    assert "intake-differs" in codes(desk.collect(twin))


def test_a_server_that_jumps_ahead_destroys_nothing() -> None:
    """A claimed open segment far in the future leaves epoch secrets alone."""
    service, desk, _ = started()
    held = dict(desk.context.keyring.epochs)
    ahead = IntakeState(service.twin.now + 400, service.twin.now + 390).answer()
    found = lying(desk, service, GetIntakeState, lambda request, answer: ahead)
    assert "clock-off" in codes(found)
    assert desk.context.keyring.epochs == held
