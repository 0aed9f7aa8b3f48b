# SPDX-License-Identifier: AGPL-3.0-or-later
"""A desk publishes its batch of the period (docs/protocol.md, section 6.7).

Order of durability: the vault (numbers, copies, marks) with its backup, then the keyring (advanced chains and the
batch's bytes), then the upload. A batch that is not answered is uploaded again, the same bytes, before any other.
"""

from dataclasses import dataclass, field

from dropbox.flows.drive import Flow
from dropbox.protocol.batches import Batch, Upload, content_hash, make_batch, read_batch, verify_batch
from dropbox.protocol.board import EntryPlace, EntryPlain, chain_next, make_mark, seal_entry
from dropbox.protocol.certificates import epoch_bounds, epoch_of
from dropbox.protocol.chance import Random
from dropbox.protocol.constants import (
    ENTRY,
    HASH,
    MARK,
    MARKS_PER_ENTRY,
    MAX_CHAIN_INDEX,
    NONCE,
    XWING_SEED,
)
from dropbox.protocol.encoding import Reader
from dropbox.protocol.errors import ProtocolError
from dropbox.protocol.manifests import Manifest
from dropbox.protocol.units import Unit

from .notice import Notice
from .own_board import note_published, rolled_back
from .own_clock import fetch_intake
from .posting import PlannedPart, admit, expire, note_left, plan_entries, plan_marks
from .requests import CommitVault, DeskRequest, PostBatch, SaveKeyring
from .state import Conversation, DeskContext, EpochSecret, PendingBatch

REFUSED_FOR_GOOD = frozenset({"expired", "future"})
"""Refusals after which the same bytes can never be stored, once their period is past by this desk's own clock; their
entries are then planned afresh. A server that refuses sooner must not make a desk seal a period twice."""


@dataclass
class PublishResult:
    """``published`` whether a batch reached the server in this run; ``entries`` how many real ones it carried."""

    published: bool = False
    entries: int = 0
    notices: list[Notice] = field(default_factory=list)


Steps = Flow[DeskRequest, None]


def make_epochs(state: DeskContext, length: int, now: int, random: Random) -> bool:
    """Make the secrets of the present and the next epoch where they are missing; whether any was made."""
    made = False
    for number in (epoch_of(now, length), epoch_of(now, length) + 1):
        if number not in state.keyring.epochs:
            first, last = epoch_bounds(number, length)
            state.keyring.epochs[number] = EpochSecret(number, first, last, random(XWING_SEED))
            made = True
    return made


def _from(state: DeskContext, pseudonym: bytes) -> int:
    """The lowest msg_no not yet acknowledged among the texts that are posted."""
    return min(text.number for text in state.ledger.texts.live_of(pseudonym))


def _seal_part(state: DeskContext, part: PlannedPart, now: int, slot: int, random: Random) -> bytes:
    """Seal one part with the chain's present key, and advance the chain."""
    text, chain = part.text, state.keyring.chains[part.text.pseudonym]
    conversation = state.ledger.conversations[text.pseudonym]
    place = EntryPlace(conversation.beacon, text.pseudonym, now, slot, chain.message_id, chain.step)
    plain = EntryPlain(
        type=text.type,
        msg_no=text.number,
        first_unread=_from(state, text.pseudonym),
        part=part.part + 1,
        parts=len(text.parts),
        text=text.parts[part.part],
    )
    service_id, seed = state.trusted().service_id, state.keyring.signing_seed
    entry = seal_entry(place, chain.key, random(NONCE), service_id, seed, plain)
    chain.step += 1
    chain.key = chain_next(chain.key) if chain.step <= MAX_CHAIN_INDEX else b""
    text.copies[part.part] = now
    text.first_posted = text.first_posted or now
    return entry


def _entries(state: DeskContext, planned: list[PlannedPart], quota: int, now: int, random: Random) -> list[bytes]:
    slots: dict[bytes, int] = {}
    entries = []
    for part in planned:
        slot = slots.get(part.text.pseudonym, 0)
        slots[part.text.pseudonym] = slot + 1
        entries.append(_seal_part(state, part, now, slot, random))
    return entries + [random(ENTRY) for _ in range(quota - len(entries))]


def _marks(conversations: list[Conversation], quota: int, now: int, random: Random) -> list[bytes]:
    marks = []
    for one in conversations:
        marks.append(make_mark(one.beacon, one.pseudonym, now, one.collected))
        one.mark_period, one.mark_count, one.mark_due_since = now, one.collected, 0
    return marks + [random(MARK) for _ in range(MARKS_PER_ENTRY * quota - len(marks))]


def _assemble(state: DeskContext, now: int, marks: list[bytes], entries: list[bytes]) -> PendingBatch:
    directory, keyring, ledger = state.trusted(), state.keyring, state.ledger
    epoch = epoch_of(now, directory.policy.epoch)
    certs = [keyring.epochs[number].cert(directory.service_id, state.unit_id) for number in (epoch, epoch + 1)]
    manifest = Manifest(
        service_id=directory.service_id,
        unit_id=state.unit_id,
        period=now,
        prev_period=keyring.published_period,
        prev_hash=keyring.published_hash,
        count=len(entries),
        content_hash=content_hash(marks, entries),
        intake_period=ledger.processed_through,
        intake_root=ledger.roots.get(ledger.processed_through, bytes(HASH)),
        audit_head=state.audit_head,
        head=directory.signed_head,
        cert_current=certs[0].hash,
        cert_next=certs[1].hash,
    )
    batch = make_batch(manifest, keyring.signing_seed, marks, entries)
    return PendingBatch(now, batch.hash, Upload((certs[0].encode(), certs[1].encode()), batch).encode())


def _build(state: DeskContext, unit: Unit, now: int, random: Random, result: PublishResult) -> Steps:
    """Plan, seal and sign; vault first, then keyring."""
    policy, quota = state.trusted().policy, unit.board_quota
    texts = note_left(state) | expire(state, policy, now) | admit(state, policy, quota)
    planned = plan_entries(state, policy, quota)
    marked = plan_marks(state, policy, quota, now)
    texts |= {part.text.id for part in planned}
    entries = _entries(state, planned, quota, now, random)
    marks = _marks(marked, quota, now, random)
    pending = _assemble(state, now, marks, entries)
    changed = frozenset(one.pseudonym for one in marked)
    yield from CommitVault(state.ledger, changed, frozenset(texts), backup=True)
    if state.has_backup:
        state.ledger.backed_up_through = state.ledger.processed_through
    state.keyring.pending, state.keyring.built = pending, now
    yield from SaveKeyring(state.keyring)
    result.entries = len(planned)


def _held(state: DeskContext, unit: Unit, data: bytes, now: int, result: PublishResult) -> None:
    """The server holds another batch of the pending one's period: proved ours, it means that the keyring is behind it.

    Whatever else it shows is no proof of that: an older batch of ours can be shown by anybody.
    """
    pending = state.keyring.pending
    directory = state.trusted()
    try:
        batch = _parse_held(data)
        manifest = verify_batch(directory.service_id, unit, batch)
    except ProtocolError as error:
        result.notices.append(Notice("batch-refused", {"error": error.code}))
        return
    if pending is None or manifest.period != pending.period or batch.hash == pending.hash:
        result.notices.append(Notice("batch-refused", {"error": "batch-held"}))
        return
    epoch = epoch_of(manifest.period, directory.policy.epoch)
    rolled_back(state, manifest.period, batch.hash, epoch + 1, now)
    result.notices.append(Notice("rolled-back", {"period": manifest.period}))


def _parse_held(data: bytes) -> Batch:
    reader = Reader(data, "batch")
    batch = read_batch(reader)
    reader.end()
    return batch


def _upload(state: DeskContext, unit: Unit, now: int, result: PublishResult) -> Steps:
    pending = state.keyring.pending
    if pending is None:
        return
    answer = yield from PostBatch(pending.upload)
    if answer.code == "published":
        note_published(state.keyring, pending.period, pending.hash)
        result.published = True
        yield from CommitVault(state.ledger, texts=frozenset(note_left(state)))
    elif answer.code == "batch-held":
        _held(state, unit, answer.held, now, result)
    elif answer.code in REFUSED_FOR_GOOD and pending.period < now - 1:
        state.keyring.pending = None
    else:
        result.notices.append(Notice("batch-refused", {"error": answer.code}))
        return
    yield from SaveKeyring(state.keyring)


def _ended(state: DeskContext, now: int) -> bool:
    """Whether this unit is retired and its last batch's period is over."""
    retired = state.trusted().directory.retired
    return any(one.unit.unit_id == state.unit_id and one.over(now) for one in retired)


def publish_batch(
    state: DeskContext, clock: int, random: Random, result: PublishResult | None = None
) -> Flow[DeskRequest, PublishResult]:
    """Publish the batch of the period of ``clock`` (Unix seconds) if it has not been; first upload again what was not
    answered.

    Does nothing before ``collect`` has compared the keyring with the board in this process. ``result`` is filled on
    the way, as in ``collect``. Raises Malformed when the intake's state cannot be read.
    """
    result, unit = result or PublishResult(), state.unit()
    if unit is None or not state.checked:
        return result
    now_period = state.period(clock)
    if _ended(state, now_period):
        return result
    if state.keyring.pending is None and max(state.keyring.published_period, state.keyring.built) >= now_period:
        return result
    if (yield from fetch_intake(now_period, result.notices)) is None:
        return result
    yield from _upload(state, unit, now_period, result)
    if state.keyring.pending is not None or max(state.keyring.published_period, state.keyring.built) >= now_period:
        return result
    if unit.key_at(now_period) != state.keyring.public:
        result.notices.append(Notice("key-not-listed"))
        return result
    make_epochs(state, state.trusted().policy.epoch, now_period, random)
    yield from _build(state, unit, now_period, random, result)
    yield from _upload(state, unit, now_period, result)
    return result
