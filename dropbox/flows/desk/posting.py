# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a desk's next batch carries: which texts are admitted, which parts and marks leave (docs/protocol.md, 6.7).

A copy or a mark counts only once its batch is on the server: one whose batch was planned and never stored is planned
again.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dropbox.protocol.constants import (
    ADMIT_DENOMINATOR,
    ADMIT_NUMERATOR,
    MARKS_PER_ENTRY,
    MAX_CHAIN_INDEX,
    MAX_SLOTS,
)
from dropbox.protocol.policy import Policy

from .state import Conversation, DeskContext, Keyring, Text, TextState


def capacity(policy: Policy, quota: int) -> int:
    """The most parts that admitted texts may have together: 3/4 x quota x (window - 2)."""
    return ADMIT_NUMERATOR * quota * (policy.window - 2) // ADMIT_DENOMINATOR


@dataclass(frozen=True)
class PlannedPart:
    """One part of a text that leaves with the next batch; ``part`` counts from 0."""

    text: Text
    part: int


def _left(keyring: Keyring, period: int) -> bool:
    """Whether what was planned for the batch of ``period`` is on the server: that batch is among those published, or
    older than all that are remembered. A batch that the server refused for good never left."""
    history = keyring.history
    if not period or not history:
        return False
    at = bisect_left(history, period)
    return period < history[0] or (at < len(history) and history[at] == period)


def _age(keyring: Keyring, period: int) -> int:
    """How many batches have left since the one of ``period``."""
    return len(keyring.history) - bisect_right(keyring.history, period)


def _steps_left(keyring: Keyring, pseudonym: bytes) -> int:
    chain = keyring.chains.get(pseudonym)
    return MAX_CHAIN_INDEX + 1 - chain.step if chain else 0


def note_left(state: DeskContext) -> set[int]:
    """Texts of which every part is on the server are published. Returns the changed ids."""
    changed = set()
    for text in state.ledger.texts.live():
        if text.state == TextState.WAITING and all(_left(state.keyring, one) for one in text.copies):
            text.state = TextState.PUBLISHED
            changed.add(text.id)
    return changed


def expire(state: DeskContext, policy: Policy, now: int) -> set[int]:
    """Give up texts that nobody read for ``give_up`` periods; their words are emptied. Returns the changed ids."""
    changed = set()
    for text in state.ledger.texts.live():
        conversation = state.ledger.conversations.get(text.pseudonym)
        if conversation is None or not text.first_posted:
            continue
        if now > max(text.first_posted, conversation.last_heard) + policy.give_up:
            state.ledger.texts.finish(text, TextState.EXPIRED)
            changed.add(text.id)
    return changed


def _next_number(state: DeskContext, pseudonym: bytes) -> int:
    known = state.keyring.next_number.get(pseudonym, state.keyring.number_floor)
    return max(known, state.ledger.texts.highest(pseudonym) + 1)


def admit(state: DeskContext, policy: Policy, quota: int) -> set[int]:
    """Give msg_nos to waiting texts, oldest first, while there is room. Returns the changed ids."""
    texts = state.ledger.texts
    posting = sum(len(text.parts) for text in texts.live())
    changed = set()
    for text in texts.open():
        if text.state != TextState.WAITING or text.number or not _steps_left(state.keyring, text.pseudonym):
            continue
        if posting + len(text.parts) > capacity(policy, quota):
            break
        texts.admit(text, _next_number(state, text.pseudonym))
        text.copies = [0] * len(text.parts)
        state.keyring.next_number[text.pseudonym] = text.number + 1
        posting += len(text.parts)
        changed.add(text.id)
    return changed


def _due_parts(state: DeskContext, policy: Policy) -> dict[bytes, tuple[list[PlannedPart], list[PlannedPart]]]:
    """For each conversation: parts to post again, and parts to post first, each in order of number."""
    due: dict[bytes, tuple[list[PlannedPart], list[PlannedPart]]] = {}
    for text in sorted(state.ledger.texts.live(), key=lambda one: (one.number, one.id)):
        again, new = due.setdefault(text.pseudonym, ([], []))
        for place, period in enumerate(text.copies):
            if not _left(state.keyring, period):
                new.append(PlannedPart(text, place))
            elif _age(state.keyring, period) >= policy.repost:
                again.append(PlannedPart(text, place))
    return due


def _round_robin(queues: Iterable[list[PlannedPart]]) -> Iterator[PlannedPart]:
    waiting = sorted((queue for queue in queues if queue), key=lambda queue: queue[0].text.id)
    place = 0
    while any(place < len(queue) for queue in waiting):
        yield from (queue[place] for queue in waiting if place < len(queue))
        place += 1


def plan_entries(state: DeskContext, policy: Policy, quota: int) -> list[PlannedPart]:
    """At most ``quota`` parts: those posted again first, then new ones, round robin, at most 8 a conversation."""
    due = _due_parts(state, policy)
    taken: dict[bytes, int] = {}
    planned: list[PlannedPart] = []
    for kind in (0, 1):
        for part in _round_robin(queues[kind] for queues in due.values()):
            pseudonym = part.text.pseudonym
            used = taken.get(pseudonym, 0)
            if len(planned) < quota and used < min(MAX_SLOTS, _steps_left(state.keyring, pseudonym)):
                taken[pseudonym] = used + 1
                planned.append(part)
    return planned


def _mark_due(state: DeskContext, policy: Policy, conversation: Conversation, now: int) -> bool:
    if conversation.set_aside or not conversation.collected or now > conversation.last_heard + policy.give_up:
        return False
    if not _left(state.keyring, conversation.mark_period) or conversation.collected > conversation.mark_count:
        return True
    return _age(state.keyring, conversation.mark_period) >= policy.repost


def plan_marks(state: DeskContext, policy: Policy, quota: int, now: int) -> list[Conversation]:
    """At most 8 x ``quota`` conversations: those that an officer has answered first, then the longest due."""
    due = [one for one in state.ledger.conversations.values() if _mark_due(state, policy, one, now)]
    due.sort(key=lambda one: (not one.answered, one.mark_due_since or one.mark_period, one.pseudonym))
    return due[: MARKS_PER_ENTRY * quota]
