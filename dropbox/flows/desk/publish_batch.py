# SPDX-License-Identifier: AGPL-3.0-or-later
"""A desk publishes its batch of the period (docs/protocol.md, section 6.7).

Order of durability: what opens the audit head; the vault (numbers and places, the manifest) with its backup; then the
keyring (advanced chains and the batch's bytes); then the upload. A batch that is not answered is uploaded again, the
same bytes, before any other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from dropbox.flows.drive import Flow
from dropbox.protocol.batches import Upload, parse_upload, sign_batch
from dropbox.protocol.board import EntryPlace, EntryPlain, chain_next
from dropbox.protocol.certificates import epoch_bounds, epoch_of
from dropbox.protocol.chance import Random
from dropbox.protocol.constants import ENTRY, HASH, LANES, MAX_TEXT_STEP, NONCE, PAYLOAD, XWING_SEED
from dropbox.protocol.errors import ProtocolError
from dropbox.protocol.index import make_index
from dropbox.protocol.manifests import Manifest, verify_manifest
from dropbox.protocol.marks import Mark as BoardMark, hide_mark, mark_name, mark_value
from dropbox.protocol.primitives import sha256
from dropbox.protocol.rows import join_rows, rows_root
from dropbox.protocol.sets import value_of
from dropbox.protocol.texts import seal_row, text_key
from dropbox.protocol.units import Unit

from .board_plan import Mark, Row
from .notice import Notice
from .own_board import give_up_batch, note_published, refresh_directory, rolled_back
from .own_clock import fetch_intake
from .posting import close_due, next_number, note_left, plan_batch, take_up
from .requests import CommitVault, DeskRequest, MakeAuditHead, PostBatch, SaveKeyring
from .state import Chain, DeskContext, EpochSecret, PendingBatch, Text, TextKey


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


def _key_of(chain: Chain, number: int) -> TextKey:
    """T of a text that stands on the board; a new one takes a step of the chain."""
    if number not in chain.texts:
        chain.texts[number] = TextKey(chain.step, text_key(chain.key))
        chain.step += 1
        chain.key = chain_next(chain.key) if chain.step <= MAX_TEXT_STEP else b""
    return chain.texts[number]


def _number(state: DeskContext, text: Text) -> None:
    if not text.number:
        number = next_number(state, text)
        state.ledger.texts.admit(text, number)
        state.keyring.next_number[text.pseudonym] = number + 1


def _seal_row(state: DeskContext, row: Row, now: int, random: Random) -> bytes:
    text, service_id = state.ledger.texts[row.text], state.trusted().service_id
    chain, conversation = state.keyring.chains[row.pseudonym], state.ledger.conversations[row.pseudonym]
    key, unread = _key_of(chain, text.number), [one for one in state.ledger.texts.live_of(row.pseudonym) if one.number]
    place = EntryPlace(conversation.beacon, row.pseudonym, now, row.lane, chain.message_id, key.step)
    plain = EntryPlain(
        type=text.type,
        msg_no=text.number,
        first_unread=min((one.number for one in unread), default=conversation.acknowledged + 1),
        part=row.part + 1,
        parts=len(text.parts),
        text=text.parts[row.part],
    )
    return seal_row(place, key.key, random(NONCE), service_id, state.keyring.signing_seed, plain)


def _lanes(state: DeskContext, rows: Sequence[Row], unit: Unit, now: int, random: Random) -> list[list[bytes]]:
    """The entries of each lane, and random ones in what is left of it."""
    texts, size = state.ledger.texts, unit.rows // LANES
    for row in rows:
        _number(state, texts[row.text])
    lanes: list[list[bytes]] = [[] for _ in range(LANES)]
    for row in rows:
        lanes[row.lane].append(_seal_row(state, row, now, random))
        texts[row.text].stood = now
    for lane in lanes:
        taken = {value_of(entry, size) for entry in lane}
        while len(lane) < size:
            entry = random(ENTRY)
            if value_of(entry, size) not in taken:
                taken.add(value_of(entry, size))
                lane.append(entry)
    return lanes


def _drop_keys(state: DeskContext) -> None:
    """Of texts that stand on the board no more, and the chains of conversations that are closed."""
    ended = {one.pseudonym for one in state.ledger.conversations.values() if one.closed}
    for pseudonym in ended & state.keyring.chains.keys():
        del state.keyring.chains[pseudonym]
    for pseudonym, chain in state.keyring.chains.items():
        if chain.texts:
            now = state.keyring.built
            there = {one.number for one in state.ledger.texts.open_of(pseudonym) if one.stood == now}
            chain.texts = {number: key for number, key in chain.texts.items() if number in there}


def _marks(state: DeskContext, planned: Sequence[Mark], unit: Unit, now: int, random: Random) -> dict[int, bytes]:
    """The payload of each mark by its value, and random ones in what is left."""
    marks = {}
    for one in planned:
        name = mark_name(state.ledger.conversations[one.pseudonym].beacon, one.pseudonym, now)
        marks[mark_value(name, unit.marks)] = hide_mark(name, BoardMark(one.collected, one.more))
    while len(marks) < unit.marks:
        marks.setdefault(mark_value(random(HASH), unit.marks), random(PAYLOAD))
    return marks


def _assemble(state: DeskContext, now: int, index: bytes, rows: bytes, unit: Unit, audit_head: bytes) -> Upload:
    directory, keyring, ledger = state.trusted(), state.keyring, state.ledger
    epoch = epoch_of(now, directory.policy.epoch)
    certs = [keyring.epochs[number].cert(directory.service_id, state.unit_id) for number in (epoch, epoch + 1)]
    manifest = Manifest(
        service_id=directory.service_id,
        unit_id=state.unit_id,
        period=now,
        prev_period=keyring.published_period,
        prev_hash=keyring.published_hash,
        q=unit.rows,
        m=unit.marks,
        index_hash=sha256(index),
        rows_hash=sha256(rows),
        root=rows_root(rows),
        intake_period=ledger.processed_through,
        intake_root=ledger.roots.get(ledger.processed_through, bytes(HASH)),
        audit_head=audit_head,
        head=directory.signed_head,
        cert_current=certs[0].hash,
        cert_next=certs[1].hash,
    )
    batch = sign_batch(manifest, keyring.signing_seed, (certs[0].encode(), certs[1].encode()), index)
    return Upload(batch, rows)


def _build(state: DeskContext, unit: Unit, now: int, random: Random, result: PublishResult) -> Steps:
    """Plan, seal and sign; vault first, then keyring."""
    policy = state.trusted().policy
    ended, withdrawn = close_due(state, policy, now)
    texts = withdrawn | note_left(state) | take_up(state, policy, now)
    rows, marks = plan_batch(state, unit, policy, now)
    texts |= {row.text for row in rows}
    lanes = _lanes(state, rows, unit, now, random)
    index = make_index(lanes, _marks(state, marks, unit, now, random)).encode()
    audit_head = yield from MakeAuditHead(now)
    upload = _assemble(state, now, index, join_rows(lanes), unit, audit_head)
    yield from CommitVault(
        state.ledger, frozenset(ended), frozenset(texts), manifest=upload.batch.manifest, backup=True
    )
    if state.has_backup:
        state.ledger.backed_up_through = state.ledger.processed_through
    state.keyring.pending, state.keyring.built = PendingBatch(now, upload.batch.hash, upload.encode()), now
    _drop_keys(state)
    yield from SaveKeyring(state.keyring)
    result.entries = len(rows)
    _tell_of_ends(state, result)


def _tell_of_ends(state: DeskContext, result: PublishResult) -> None:
    """Texts that wait because their chain is at its end are the officers' to know of."""
    waiting = {text.pseudonym for text in state.ledger.texts.live() if text.stood != state.keyring.built}
    waiting -= {one.pseudonym for one in state.ledger.conversations.values() if one.set_aside}
    chains = (state.keyring.chains.get(pseudonym) for pseudonym in waiting)
    ended = sum(chain is not None and chain.step > MAX_TEXT_STEP for chain in chains)
    if ended:
        result.notices.append(Notice("chains-ended", {"count": ended}))


def _held(state: DeskContext, unit: Unit, data: bytes, now: int, result: PublishResult) -> None:
    """The server holds another batch of the pending one's period: proved ours, it means that the keyring is behind it.

    Whatever else it shows is no proof of that: an older batch of ours can be shown by anybody.
    """
    pending = state.keyring.pending
    directory = state.trusted()
    try:
        batch = parse_upload(data).batch
        manifest = verify_manifest(directory.service_id, unit, batch.manifest, batch.signature)
    except ProtocolError as error:
        result.notices.append(Notice("batch-refused", {"error": error.code}))
        return
    if pending is None or manifest.period != pending.period or batch.hash == pending.hash:
        result.notices.append(Notice("batch-refused", {"error": "batch-held"}))
        return
    epoch = epoch_of(manifest.period, directory.policy.epoch)
    rolled_back(state, manifest.period, batch.hash, epoch + 1, now)
    result.notices.append(Notice("rolled-back", {"period": manifest.period}))


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
    elif pending.period < now - 1:
        # No server may store it any more, whatever it refuses it for. One that refuses sooner must not make a desk seal
        # a period twice.
        give_up_batch(state.keyring)
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

    Does nothing before ``collect`` has compared the keyring with the board in this process. The directory is fetched
    again: a batch of a size that the roots have changed since would be refused for good. What is wrong with it is told
    by ``collect``. ``result`` is filled on the way, as in ``collect``. Raises Malformed when the intake's state cannot
    be read.
    """
    result, now_period = result or PublishResult(), state.period(clock) if state.directory else 0
    if state.unit() is None or not state.checked or _ended(state, now_period):
        return result
    if state.keyring.pending is None and max(state.keyring.published_period, state.keyring.built) >= now_period:
        return result
    yield from refresh_directory(state, clock, [])
    unit = state.unit()
    if unit is None or _ended(state, now_period):
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
