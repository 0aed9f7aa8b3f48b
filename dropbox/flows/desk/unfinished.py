# SPDX-License-Identifier: AGPL-3.0-or-later
"""Messages of which parts are missing: how many a desk keeps, for how long, and which go first (protocol.md, 5.7).

A source sends the parts of a message within minutes; whoever sends a first part and never the rest fills the vault of
every desk. So there is an age after which parts go, a bound for a conversation, and one for the desk: those go first
that were not added to for longest, and of conversations in which nothing is whole.
"""

from collections.abc import Iterator

from .state import Conversation, DeskContext, Ledger

MOST_IN_CONVERSATION = 16
MOST = 20_000
"""About 300 MB of parts, and four days of an intake of 5,000 envelopes that is filled with nothing else."""

Message = tuple[bytes, bytes]
"""P_pk and message_id."""


def count_unfinished(ledger: Ledger) -> int:
    """How many messages wait for parts; also while another thread collects."""
    return sum(len(one.unfinished) for one in list(ledger.conversations.values()))


def make_room(conversation: Conversation) -> Iterator[Message]:
    """Let the oldest go where one more would be too many for the conversation. Yields what went."""
    while len(conversation.unfinished) >= MOST_IN_CONVERSATION:
        oldest = min(conversation.unfinished, key=lambda one: conversation.incoming[one].period)
        yield _drop(conversation, oldest)


def give_up(state: DeskContext, period: int, kept: int) -> Iterator[Message]:
    """Let those go to which nothing was added in ``kept`` periods before ``period``, and the oldest beyond MOST."""
    waiting = sorted(
        (
            (conversation.collected > 0, conversation.incoming[one].period, conversation.pseudonym, one)
            for conversation in state.ledger.conversations.values()
            for one in conversation.unfinished
        ),
    )
    beyond = len(waiting) - MOST
    for place, (_, newest, pseudonym, message_id) in enumerate(waiting):
        if place < beyond or newest + kept < period:
            yield _drop(state.ledger.conversations[pseudonym], message_id)


def _drop(conversation: Conversation, message_id: bytes) -> Message:
    del conversation.incoming[message_id]
    conversation.unfinished.discard(message_id)
    return conversation.pseudonym, message_id


def forget_empty(state: DeskContext, pseudonyms: set[bytes]) -> bool:
    """Forget conversations of which nothing is left, with their chains; whether the keyring changed."""
    changed = False
    for pseudonym in pseudonyms:
        conversation = state.ledger.conversations.get(pseudonym)
        if conversation is not None and not conversation.incoming:
            del state.ledger.conversations[pseudonym]
            changed |= state.keyring.chains.pop(pseudonym, None) is not None
    return changed
