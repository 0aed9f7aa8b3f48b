# SPDX-License-Identifier: AGPL-3.0-or-later
"""A desk fetches the intake, opens what is its own and records it (docs/protocol.md, sections 5.7 to 5.9).

Order of durability: the keyring is saved before the vault is committed. After a crash between the two, the segment is
processed again; ids that the keyring has seen then fill content and seed nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from dropbox.flows.drive import Flow
from dropbox.protocol.board import chain_start
from dropbox.protocol.constants import EPOCH_SECRET_GRACE, EnvelopeType
from dropbox.protocol.directory import Unit
from dropbox.protocol.envelope_format import EnvelopePlain
from dropbox.protocol.envelope_open import EpochOpener, OpenedEnvelope, open_envelope
from dropbox.protocol.envelope_seal import envelope_id
from dropbox.protocol.errors import ProtocolError, SegmentChanged, WrongService, WrongType
from dropbox.protocol.part_proof import proof_of
from dropbox.protocol.wire import IntakeState, Segment, parse_segment, sign_segment_request

from .notice import Notice
from .own_board import check_board, refresh_directory
from .own_clock import fetch_intake
from .requests import CommitVault, DeskRequest, GetSegment, NewContent, SaveKeyring
from .state import Chain, Conversation, DeskContext, Incoming, Ledger, TextState
from .unfinished import forget_empty, give_up, make_room


@dataclass
class CollectResult:
    """``new`` counts messages that became complete; ``notices`` is what the officers must be told."""

    new: int = 0
    notices: list[Notice] = field(default_factory=list)


@dataclass
class _Changes:
    conversations: set[bytes] = field(default_factory=set)
    texts: set[int] = field(default_factory=set)
    messages: set[tuple[bytes, bytes]] = field(default_factory=set)
    contents: list[NewContent] = field(default_factory=list)
    keyring: bool = False
    new: int = 0

    def commit(self, ledger: Ledger) -> CommitVault:
        """What is left of it: a part may have gone again before it was ever stored."""
        kept = {(pseudonym, one) for pseudonym, one in self.messages if _holds(ledger, pseudonym, one)}
        contents = tuple(one for one in self.contents if (one.pseudonym, one.message_id) in kept)
        changed = (frozenset(self.conversations), frozenset(self.texts), frozenset(self.messages))
        return CommitVault(ledger, *changed, contents)


def _holds(ledger: Ledger, pseudonym: bytes, message_id: bytes) -> bool:
    conversation = ledger.conversations.get(pseudonym)
    return conversation is not None and message_id in conversation.incoming


def _acknowledge(state: DeskContext, conversation: Conversation, ack: int, changes: _Changes) -> None:
    """Texts up to ``ack`` are read: they are not posted again, and their words are emptied from what waits."""
    texts = [text for text in state.ledger.texts.values() if text.pseudonym == conversation.pseudonym]
    highest = max((text.number for text in texts), default=0)
    ack = min(ack, max(highest, conversation.acknowledged))
    if ack <= conversation.acknowledged:
        return
    conversation.acknowledged = ack
    for text in texts:
        if text.live and text.number <= ack:
            text.state, text.parts = TextState.READ, ()
            changes.texts.add(text.id)


def _take_part(conversation: Conversation, opened: OpenedEnvelope, period: int, changes: _Changes) -> None:
    """Record one part; ``parts`` is fixed by the first part seen, and a part counts once."""
    plain = opened.plain
    if plain.message_id not in conversation.incoming:
        changes.messages.update(make_room(conversation))
        conversation.incoming[plain.message_id] = Incoming(plain.parts, set(), opened.epoch)
        conversation.unfinished.add(plain.message_id)
    incoming = conversation.incoming[plain.message_id]
    if incoming.parts != plain.parts or plain.part in incoming.have:
        return
    incoming.have.add(plain.part)
    incoming.epoch = max(incoming.epoch, opened.epoch)
    incoming.period = max(incoming.period, period)
    changes.messages.add((plain.pseudonym, plain.message_id))
    proof = proof_of(opened).encode()
    changes.contents.append(
        NewContent(plain.pseudonym, plain.message_id, plain.part, plain.parts, period, plain.body, proof)
    )
    if len(incoming.have) == incoming.parts:
        conversation.collected += 1
        incoming.number = conversation.collected
        conversation.unfinished.discard(plain.message_id)
        conversation.mark_due_since = conversation.mark_due_since or period
        changes.new += 1


def _seed(state: DeskContext, opened: OpenedEnvelope, period: int) -> None:
    """Adopt r once, at part 1 of a new message_id, unless the chain was seeded from a later epoch."""
    plain, keyring = opened.plain, state.keyring
    key = plain.pseudonym + plain.message_id
    if plain.part != 1 or key in keyring.seeded or period <= keyring.no_seed_through:
        return
    keyring.seeded[key] = opened.epoch
    chain = keyring.chains.get(plain.pseudonym)
    if chain is None or chain.epoch <= opened.epoch:
        start = chain_start(plain.refresh, state.unit_id, plain.pseudonym)
        keyring.chains[plain.pseudonym] = Chain(plain.message_id, opened.epoch, 0, start)


def _conversation(state: DeskContext, plain: EnvelopePlain, period: int) -> Conversation | None:
    """Whose envelope it is; None for a decoy, an ack of somebody unknown, and a beacon that is not the first one."""
    if plain.type == EnvelopeType.DECOY:
        return None
    known = state.ledger.conversations.get(plain.pseudonym)
    if known is None and plain.type == EnvelopeType.MESSAGE:
        known = Conversation(plain.pseudonym, plain.beacon, opened=period)
        state.ledger.conversations[plain.pseudonym] = known
    return known if known is not None and known.beacon == plain.beacon else None


def _record(state: DeskContext, opened: OpenedEnvelope, name: bytes, period: int, changes: _Changes) -> None:
    plain = opened.plain
    conversation = _conversation(state, plain, period)
    if conversation is None:
        return
    changes.conversations.add(plain.pseudonym)
    conversation.last_heard = max(conversation.last_heard, period)
    if plain.type == EnvelopeType.MESSAGE:
        _take_part(conversation, opened, period, changes)
    _acknowledge(state, conversation, plain.ack, changes)
    if name not in state.keyring.seen:
        _seed(state, opened, period)
        state.keyring.seen[name] = opened.epoch
        changes.keyring = True


def _openers(state: DeskContext, service_id: bytes, period: int) -> tuple[EpochOpener, ...]:
    """Every epoch secret held, nearest to the period first; each expanded once."""
    secrets = sorted(
        state.keyring.epochs.values(),
        key=lambda secret: (max(secret.not_before - period, period - secret.not_after, 0), -secret.epoch),
    )
    return tuple(secret.opener(service_id, state.unit_id) for secret in secrets)


def _read_segment(state: DeskContext, segment: Segment, openers: Sequence[EpochOpener]) -> tuple[_Changes, set[bytes]]:
    changes, tried = _Changes(), set()
    for envelope in segment.envelopes:
        name = envelope_id(envelope)
        tried.add(name)
        if name in state.tried:
            continue
        try:
            opened = open_envelope(envelope, openers)
        except ProtocolError:
            continue
        _record(state, opened, name, segment.period, changes)
    return changes, tried


def check_segment(state: DeskContext, data: bytes, period: int, closed: bool) -> Segment:
    """Raises Malformed, IntakeAltered, WrongService."""
    segment = parse_segment(data)
    if segment.service_id != state.trusted().service_id:
        raise WrongService("segment")
    if segment.period != period or (closed and not segment.closed):
        raise WrongType("segment")
    known = state.ledger.roots.get(period)
    if known is not None and segment.closed and known != segment.root:
        raise SegmentChanged("root")
    return segment


def _process(state: DeskContext, segment: Segment, result: CollectResult) -> Flow[DeskRequest, None]:
    openers = _openers(state, state.trusted().service_id, segment.period)
    changes, tried = _read_segment(state, segment, openers)
    gone = set(give_up(state, segment.period, state.trusted().policy.retention))
    changes.messages |= gone
    changes.conversations |= {pseudonym for pseudonym, _ in gone}
    changes.keyring |= forget_empty(state, changes.conversations)
    if changes.keyring:
        yield from SaveKeyring(state.keyring)
    if segment.closed:
        state.ledger.roots[segment.period] = segment.root
        state.ledger.processed_through = max(state.ledger.processed_through, segment.period)
    if changes.conversations:
        yield from changes.commit(state.ledger)
    state.tried = state.tried - tried if segment.closed else state.tried | tried
    result.new += changes.new


def _periods(state: DeskContext, intake: IntakeState, result: CollectResult) -> Iterator[int]:
    """The segments still to process, oldest first, the open one last."""
    through = state.ledger.processed_through
    start = max(through + 1, intake.oldest)
    if through and start > through + 1:
        result.notices.append(Notice("segments-gone", {"first": through + 1, "last": start - 1}))
    return iter(range(start, intake.open + 1))


def _fetch_all(state: DeskContext, intake: IntakeState, result: CollectResult) -> Flow[DeskRequest, None]:
    for period in _periods(state, intake, result):
        signature = sign_segment_request(state.keyring.signing_seed, state.trusted().service_id, state.unit_id, period)
        data = yield from GetSegment(period, state.unit_id, signature)
        if data is None:
            if period < intake.open:
                result.notices.append(Notice("segment-missing", {"period": period}))
            break
        try:
            segment = check_segment(state, data, period, closed=period < intake.open)
        except ProtocolError as error:
            result.notices.append(Notice("segment-refused", {"period": period, "error": error.code}))
            break
        yield from _process(state, segment, result)
    yield from CommitVault(state.ledger)


def _due_to_destroy(state: DeskContext, intake: IntakeState) -> list[int]:
    """Epochs whose intake, five periods beyond their end, is processed (and backed up), or no longer served."""
    ledger = state.ledger
    safe = min(ledger.processed_through, ledger.backed_up_through) if state.has_backup else ledger.processed_through
    due = []
    for number, secret in state.keyring.epochs.items():
        last = secret.not_after + EPOCH_SECRET_GRACE
        if last <= safe or last < intake.oldest:
            due.append(number)
    return due


def _destroy(state: DeskContext, intake: IntakeState) -> Flow[DeskRequest, None]:
    """Destroy epoch secrets that are due, and the ids that were remembered for them."""
    keyring, due = state.keyring, _due_to_destroy(state, intake)
    if not due:
        return
    for number in due:
        del keyring.epochs[number]
    keyring.seen = {key: epoch for key, epoch in keyring.seen.items() if epoch in keyring.epochs}
    keyring.seeded = {key: epoch for key, epoch in keyring.seeded.items() if epoch in keyring.epochs}
    yield from SaveKeyring(keyring)


def _reopen(state: DeskContext, intake: IntakeState, notices: list[Notice]) -> None:
    """What was processed as closed and is open again, because the server's clock was ahead, is fetched once more when
    it closes: what came into it since must not be missed. Parts that are held count once."""
    ledger = state.ledger
    if intake.open > ledger.processed_through:
        return
    notices.append(Notice("segments-reopened", {"first": intake.open, "last": ledger.processed_through}))
    ledger.processed_through = intake.open - 1
    ledger.roots = {period: root for period, root in ledger.roots.items() if period < intake.open}


def _standing(state: DeskContext, unit: Unit | None) -> Iterator[Notice]:
    """What the signed list says of this unit, where that is not simply that it receives."""
    if state.directory is None:
        yield Notice("not-listed")
        return
    listed = state.directory.directory
    if unit is None:
        yield Notice("unit-revoked" if state.unit_id in listed.revoked else "not-listed")
    elif any(one.unit.unit_id == state.unit_id for one in listed.retired):
        yield Notice("unit-retired")
    elif unit.paused:
        yield Notice("unit-paused")


def collect(state: DeskContext, clock: int, result: CollectResult | None = None) -> Flow[DeskRequest, CollectResult]:
    """Fetch, open, record, acknowledge, destroy what is due.

    ``clock`` is this machine's, in Unix seconds. ``result`` is filled on the way: what it holds when a later request
    fails has happened and must be told. Raises Malformed when the intake's state cannot be read; everything else
    becomes a notice.
    """
    result = result or CollectResult()
    yield from refresh_directory(state, clock, result.notices)
    unit = state.unit()
    result.notices.extend(_standing(state, unit))
    if unit is None:
        return result
    now_period = state.period(clock)
    yield from check_board(state, now_period, result.notices)
    if not state.checked:
        return result
    intake = yield from fetch_intake(now_period, result.notices)
    if intake is None:
        return result
    if unit.key_at(now_period) != state.keyring.public:
        result.notices.append(Notice("key-not-listed"))
        return result
    _reopen(state, intake, result.notices)
    yield from _fetch_all(state, intake, result)
    for period in [period for period in state.ledger.roots if period < intake.oldest]:
        del state.ledger.roots[period]
    yield from _destroy(state, intake)
    return result
