# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an opened envelope changes at a desk: parts, acknowledgements, chains (docs/protocol.md, 5.7 and 5.8)."""

from dataclasses import dataclass, field

from dropbox.protocol.board import chain_start
from dropbox.protocol.closing import closes
from dropbox.protocol.constants import CLOSE_OPTIONS, EnvelopeType
from dropbox.protocol.envelope_format import EnvelopePlain
from dropbox.protocol.envelope_open import OpenedEnvelope
from dropbox.protocol.part_proof import proof_of

from .requests import CommitVault, NewContent
from .state import Chain, Conversation, DeskContext, Incoming, Ledger, Seen
from .unfinished import make_room

BURN = CLOSE_OPTIONS[0]


@dataclass
class Changes:
    """What has to be made durable: P_pk, text ids, messages (P_pk and message_id) and new contents; whether the keyring
    changed; ``new`` counts messages that became complete."""

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


def _acknowledge(state: DeskContext, conversation: Conversation, ack: int, period: int, changes: Changes) -> None:
    """Texts up to ``ack`` are read."""
    texts = state.ledger.texts
    ack = min(ack, max(texts.highest(conversation.pseudonym), conversation.acknowledged))
    if ack <= conversation.acknowledged:
        return
    conversation.acknowledged = ack
    for text in texts.live_of(conversation.pseudonym):
        if text.number and text.number <= ack:
            texts.acknowledge(text, period)
            changes.texts.add(text.id)


def _ask(state: DeskContext, conversation: Conversation, period: int) -> None:
    """Whoever comes while a text is off the board may have looked for it."""
    on_board = state.keyring.published_period
    if any(text.stood != on_board or not on_board for text in state.ledger.texts.live_of(conversation.pseudonym)):
        conversation.asked = max(conversation.asked, period)


def _note_closing(conversation: Conversation, plain: EnvelopePlain, period: int) -> None:
    """Whether a part that came closes the conversation (5.12), or undoes that."""
    wish = closes(plain.body) if plain.parts == 1 else ""
    if not wish:
        conversation.spoke = max(conversation.spoke, period)
    elif period >= conversation.closing:
        conversation.burn = wish == BURN or (conversation.burn and period == conversation.closing)
        conversation.closing = period
    if conversation.closed and not conversation.closes:
        conversation.closed = False


def _take_part(conversation: Conversation, opened: OpenedEnvelope, period: int, changes: Changes) -> None:
    """Record one part; ``parts`` is fixed by the first part seen, and a part counts once."""
    plain = opened.plain
    if plain.message_id not in conversation.incoming:
        changes.messages.update(make_room(conversation))
        conversation.incoming[plain.message_id] = Incoming(plain.parts, frozenset(), opened.epoch)
        conversation.unfinished.add(plain.message_id)
    incoming = conversation.incoming[plain.message_id]
    if incoming.parts != plain.parts or plain.part in incoming.have:
        return
    incoming.have |= {plain.part}
    incoming.epoch = max(incoming.epoch, opened.epoch)
    incoming.period = max(incoming.period, period)
    _note_closing(conversation, plain, period)
    changes.messages.add((plain.pseudonym, plain.message_id))
    proof = proof_of(opened).encode()
    changes.contents.append(
        NewContent(plain.pseudonym, plain.message_id, plain.part, plain.parts, period, plain.body, proof)
    )
    if len(incoming.have) == incoming.parts:
        conversation.collected += 1
        incoming.number = conversation.collected
        conversation.unfinished.discard(plain.message_id)
        conversation.grown = max(conversation.grown, period)
        changes.new += 1


def _seed(state: DeskContext, conversation: Conversation, opened: OpenedEnvelope, period: int) -> None:
    """Adopt r once, at part 1 of a new message_id, unless the chain was seeded from a later epoch, or is not needed any
    more."""
    plain, keyring = opened.plain, state.keyring
    key = plain.pseudonym + plain.message_id
    if plain.part != 1 or key in keyring.seeded or period <= keyring.no_seed_through or conversation.closed:
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


def record(state: DeskContext, opened: OpenedEnvelope, name: bytes, period: int, changes: Changes) -> None:
    """Take in what one opened envelope says; ``name`` is its id, ``period`` that of its segment. One that was taken in
    before says what it said then, in the period of then: a server that brings it again makes nobody younger."""
    plain, before = opened.plain, state.keyring.seen.get(name)
    period = before.period if before else period
    conversation = _conversation(state, plain, period)
    if conversation is None:
        return
    changes.conversations.add(plain.pseudonym)
    conversation.last_heard = max(conversation.last_heard, period)
    if plain.type == EnvelopeType.MESSAGE:
        _take_part(conversation, opened, period, changes)
    _acknowledge(state, conversation, plain.ack, period, changes)
    _ask(state, conversation, period)
    if before is None:
        _seed(state, conversation, opened, period)
        state.keyring.seen[name] = Seen(opened.epoch, period)
        changes.keyring = True
