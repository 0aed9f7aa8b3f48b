# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one batch of the snapshot board holds for one conversation (docs/protocol.md, section 6a.9)."""

from dataclasses import dataclass, field

from .board import EntryPlain, entry_tag, join_text
from .codename import ConversationKeys
from .constants import LANES, TAG, EntryType
from .errors import BadText, ProtocolError
from .marks import Mark, mark_name, mark_value, show_mark
from .proofs import ProvedSnapshot, SnapshotBatch
from .rows import row_at
from .texts import open_row, text_chains


@dataclass(frozen=True)
class WholeText:
    """A text of which every part is in the batch: its number, kind and words."""

    number: int
    type: EntryType
    text: str = field(repr=False)


@dataclass(frozen=True)
class ReadConversation:
    """What a batch holds for a conversation.

    ``ack`` is what to acknowledge, ``unacknowledged`` whether a whole text is none that the unit knows to be read;
    ``rows`` how many rows carry its tags, ``failed`` how many of them did not open; ``mark`` is its mark, or None.
    """

    texts: tuple[WholeText, ...]
    ack: int
    unacknowledged: bool
    rows: int
    failed: int
    mark: Mark | None


Parts = dict[int, EntryPlain]


@dataclass
class _Gathered:
    texts: dict[int, Parts] = field(default_factory=dict)
    first_unread: int = 0
    rows: int = 0
    failed: int = 0

    def add(self, plain: EntryPlain) -> None:
        """Of several copies of a part the first counts; one whose number of parts differs is ignored."""
        self.first_unread = self.first_unread or plain.first_unread
        parts = self.texts.setdefault(plain.msg_no, {})
        if all(other.parts == plain.parts for other in parts.values()):
            parts.setdefault(plain.part, plain)

    def whole(self, number: int) -> bool:
        parts = self.texts.get(number, {})
        return bool(parts) and len(parts) == next(iter(parts.values())).parts

    def acknowledge(self) -> int:
        """The highest a with every part of every number from ``from`` to a; from - 1 if none; 0 if nothing opened."""
        number = self.first_unread
        while self.whole(number):
            number += 1
        return max(number - 1, 0)


def _gather(batch: SnapshotBatch, keys: ConversationKeys) -> _Gathered:
    found, chains = _Gathered(), text_chains()
    period, service_id = batch.manifest.period, batch.manifest.service_id
    for lane in range(LANES):
        tag = entry_tag(keys.beacon, keys.pseudonym, period, lane)
        number = batch.index.row(lane, tag)
        entry = b"" if number is None else row_at(batch.rows, number)
        if entry[:TAG] != tag:
            continue
        found.rows += 1
        try:
            found.add(open_row(keys, period, lane, entry, service_id, batch.key, chains))
        except ProtocolError:
            found.failed += 1
    return found


def _texts(found: _Gathered) -> tuple[WholeText, ...]:
    texts = []
    for number, parts in sorted(found.texts.items()):
        if found.whole(number):
            ordered = [parts[place] for place in sorted(parts)]
            try:
                texts.append(WholeText(number, ordered[0].type, join_text([one.text for one in ordered])))
            except BadText:
                continue
    return tuple(texts)


def _find_mark(batch: SnapshotBatch, keys: ConversationKeys) -> Mark | None:
    name = mark_name(keys.beacon, keys.pseudonym, batch.manifest.period)
    payload = batch.index.payload(mark_value(name, batch.manifest.m))
    return None if payload is None else show_mark(name, payload)


def read_conversation(proved: ProvedSnapshot, keys: ConversationKeys) -> ReadConversation | None:
    """Of the unit that ``keys`` are towards; None when its batch holds nothing for it."""
    if proved.batch is None:
        return None
    found, mark = _gather(proved.batch, keys), _find_mark(proved.batch, keys)
    if not found.rows and mark is None:
        return None
    unacknowledged = any(number >= found.first_unread and found.whole(number) for number in found.texts)
    return ReadConversation(_texts(found), found.acknowledge(), unacknowledged, found.rows, found.failed, mark)
