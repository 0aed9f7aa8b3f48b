# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a desk's next batch carries, of what it remembers: which texts and marks (docs/protocol.md, section 6.7).

What was planned for a batch counts only once that batch is on the server; else it is planned again.
"""

from collections.abc import Iterator

from dropbox.protocol.board import entry_tag
from dropbox.protocol.constants import LANES, MAX_TEXT_STEP
from dropbox.protocol.marks import mark_name, mark_value
from dropbox.protocol.policy import Policy
from dropbox.protocol.sets import value_of
from dropbox.protocol.units import Unit

from .board_plan import MARK, Correspondent, Mark, PlannedText, Row, Spans, Value, plan_marks, plan_rows
from .state import Conversation, DeskContext, Text, TextState


def note_left(state: DeskContext) -> set[int]:
    """Texts that stand in a batch that is on the server are published. Returns the changed ids."""
    history = set(state.keyring.history)
    left = [text for text in state.ledger.texts.live() if text.state == TextState.WAITING and text.stood in history]
    for text in left:
        text.state = TextState.PUBLISHED
    return {text.id for text in left}


def take_up(state: DeskContext, policy: Policy, now: int) -> set[int]:
    """New texts are of this period; those are finished that nobody read for ``give_up`` periods, or that were read and
    have lingered. Returns the changed ids."""
    changed = set()
    for text in state.ledger.texts.open():
        conversation = state.ledger.conversations.get(text.pseudonym)
        heard = conversation.last_heard if conversation else 0
        if not text.written:
            text.written = now
        elif now <= (text.read + policy.linger if text.read else max(text.written, heard) + policy.give_up):
            continue
        else:
            state.ledger.texts.finish(text)
        changed.add(text.id)
    return changed


def close_due(state: DeskContext, policy: Policy, now: int) -> tuple[set[bytes], set[int]]:
    """Conversations that their sources closed, and did not write in since, end: what is on its way in them is
    withdrawn. Returns the changed P_pk and text ids."""
    ended, changed = set(), set()
    for one in state.ledger.conversations.values():
        if policy.close_after and one.closes and not one.closed and now > one.closing + policy.close_after:
            one.closed = True
            ended.add(one.pseudonym)
        if one.closed:
            # Also what was written while it ended.
            for text in state.ledger.texts.open_of(one.pseudonym):
                state.ledger.texts.finish(text)
                changed.add(text.id)
    return ended, changed


def _correspondent(state: DeskContext, one: Conversation) -> Correspondent:
    chain = state.keyring.chains.get(one.pseudonym)
    keyed = chain.texts if chain else {}
    texts = tuple(
        PlannedText(text.id, text.number, len(text.parts), text.written, text.read, text.number in keyed)
        for text in state.ledger.texts.open_of(one.pseudonym)
    )
    steps = max(0, MAX_TEXT_STEP + 1 - chain.step) if chain else 0
    return Correspondent(one.pseudonym, texts, one.last_heard, one.asked, steps, one.collected, one.grown, one.answered)


def _correspondents(state: DeskContext) -> Iterator[Correspondent]:
    """All but those that are set aside: nothing stands on a board for them."""
    for one in state.ledger.conversations.values():
        if not one.set_aside:
            yield _correspondent(state, one)


def _values(state: DeskContext, unit: Unit, now: int) -> Value:
    """What stands in the index of the batch of ``now`` for each conversation."""

    def value(pseudonym: bytes, lane: int) -> int:
        beacon = state.ledger.conversations[pseudonym].beacon
        if lane == MARK:
            return mark_value(mark_name(beacon, pseudonym, now), unit.marks)
        return value_of(entry_tag(beacon, pseudonym, now, lane), unit.rows // LANES)

    return value


def plan_batch(state: DeskContext, unit: Unit, policy: Policy, now: int) -> tuple[tuple[Row, ...], tuple[Mark, ...]]:
    """Rows and marks of the batch of ``now``."""
    everybody = tuple(_correspondents(state))
    spans, value = Spans(policy.stay, policy.linger, policy.give_up), _values(state, unit, now)
    rows = plan_rows(everybody, unit.rows, now, spans, value)
    return rows, plan_marks(everybody, rows, unit.marks, now, spans, value)


def next_number(state: DeskContext, text: Text) -> int:
    """The msg_no of a text that stands on a board for the first time."""
    known = state.keyring.next_number.get(text.pseudonym, state.keyring.number_floor)
    return max(known, state.ledger.texts.highest(text.pseudonym) + 1)
