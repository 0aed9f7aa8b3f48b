# SPDX-License-Identifier: AGPL-3.0-or-later
"""A source finds and reads what the board holds for it (docs/protocol.md, sections 6.5 and 6.9). No request is made."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from dropbox.flows.trust import Judged
from dropbox.protocol.board import Chains, EntryPlain, entry_tag, join_text, mark_tag, open_entry, read_mark
from dropbox.protocol.codename import ConversationKeys, conversation_keys
from dropbox.protocol.constants import MAX_CHAIN_INDEX, MAX_SLOTS, EntryType
from dropbox.protocol.errors import ProtocolError
from dropbox.protocol.proofs import ProvedBatch, ProvedUnit


@dataclass(frozen=True)
class ReadText:
    """A whole text: its number, kind, words, and the period of the oldest copy in the window."""

    number: int
    type: EntryType
    text: str
    period: int


@dataclass(frozen=True)
class FoundConversation:
    """What one unit's board holds for this codename. ``ack`` is what to acknowledge; ``entries`` whether any
    entry carried its tag, ``marked`` whether a mark did; ``unread_entries`` how many with the tag did not open."""

    unit: ProvedUnit
    keys: ConversationKeys
    collected: int
    texts: tuple[ReadText, ...]
    ack: int
    entries: bool
    marked: bool
    unread_entries: int


@dataclass(frozen=True)
class Reading:
    """All that a visit has read, before it is known what becomes of its envelope."""

    judged: Judged
    conversations: tuple[FoundConversation, ...] = field(repr=False)


@dataclass
class _Gathered:
    chains: Chains
    parts: dict[int, dict[int, EntryPlain]] = field(default_factory=dict)
    periods: dict[int, int] = field(default_factory=dict)
    first_unread: int = 0
    tagged: int = 0
    failed: int = 0
    collected: int = 0
    marked: bool = False


def _scan_entries(found: _Gathered, proved: ProvedUnit, batch: ProvedBatch, keys: ConversationKeys) -> None:
    period = batch.manifest.period
    unit_key = proved.unit.key_at(period)
    opened = False
    for slot in range(MAX_SLOTS):
        entry = batch.entries.get(entry_tag(keys.beacon, keys.pseudonym, period, slot))
        if entry is None or unit_key is None:
            return
        found.tagged += 1
        try:
            plain = open_entry(keys, period, slot, entry, batch.manifest.service_id, unit_key, found.chains)
        except ProtocolError:
            found.failed += 1
            continue
        if not opened:
            found.first_unread, opened = plain.first_unread, True
        parts = found.parts.setdefault(plain.msg_no, {})
        if all(other.parts == plain.parts for other in parts.values()):
            parts.setdefault(plain.part, plain)
            found.periods[plain.msg_no] = min(found.periods.get(plain.msg_no, period), period)


def _scan_mark(found: _Gathered, batch: ProvedBatch, keys: ConversationKeys) -> None:
    period = batch.manifest.period
    mark = batch.marks.get(mark_tag(keys.beacon, keys.pseudonym, period))
    if mark is not None:
        found.marked = True
        found.collected = max(found.collected, read_mark(keys.beacon, keys.pseudonym, period, mark))


def _whole(parts: dict[int, EntryPlain]) -> bool:
    return bool(parts) and len(parts) == next(iter(parts.values())).parts


def _acknowledge(found: _Gathered) -> int:
    """The highest a with every part of every number from ``from`` to a; from - 1 if none; 0 without entries."""
    if not found.first_unread:
        return 0
    number = found.first_unread
    while _whole(found.parts.get(number, {})):
        number += 1
    return number - 1


def _texts(found: _Gathered) -> tuple[ReadText, ...]:
    texts = []
    for number, parts in sorted(found.parts.items()):
        if _whole(parts):
            ordered = [parts[place] for place in sorted(parts)]
            try:
                text = join_text([one.text for one in ordered])
            except ProtocolError:
                continue
            texts.append(ReadText(number, ordered[0].type, text, found.periods[number]))
    return tuple(texts)


def read_unit(proved: ProvedUnit, keys: ConversationKeys) -> FoundConversation | None:
    """The conversation with one unit; None when the board holds nothing for it."""
    # One chain may be at its end, and no entry of an honest desk is more than two steps after the one before it.
    found = _Gathered(Chains(MAX_CHAIN_INDEX + 1 + 2 * MAX_SLOTS * len(proved.batches)))
    for batch in proved.batches:
        _scan_entries(found, proved, batch, keys)
        _scan_mark(found, batch, keys)
    if not found.tagged and not found.marked:
        return None
    texts, ack = _texts(found), _acknowledge(found)
    return FoundConversation(proved, keys, found.collected, texts, ack, found.tagged > 0, found.marked, found.failed)


def read_board(units: Sequence[ProvedUnit], stretched: bytes) -> tuple[FoundConversation, ...]:
    """Every conversation of a codename, over present and retired units; ``stretched`` is S."""
    found = (read_unit(proved, conversation_keys(stretched, proved.unit.unit_id)) for proved in units)
    return tuple(conversation for conversation in found if conversation is not None)
