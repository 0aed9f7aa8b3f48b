# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one batch of the board holds for one conversation (docs/protocol.md, section 6.5)."""

from dataclasses import dataclass, field

from .board import Chains, EntryPlain, entry_tag, join_text
from .codename import ConversationKeys
from .constants import LANES, TAG, EntryType
from .contact import check_opened
from .errors import BadBody, BadText, ProtocolError
from .marks import Mark, mark_name, mark_value, show_mark
from .outcome import LISTS, parse_outcome
from .proofs import ProvedBatch, ProvedUnit
from .questions import Questions, parse_questions
from .referral import Offer, parse_offer
from .rows import row_at
from .texts import open_row
from .units import Unit


@dataclass(frozen=True)
class WholeText:
    """A text of which every part is in the batch: its number, type and words. Of an outcome, and of what answers a
    closing, the words are what is said with it, and ``kinds`` what it says; ``questions`` are what is asked, ``offer``
    a referral to another unit. That contact details were opened has no words. Not ``readable``: it is not in the form
    of its type, and holds nothing."""

    number: int
    type: EntryType
    text: str = field(repr=False)
    kinds: tuple[str, ...] = ()
    questions: Questions = ()
    offer: Offer | None = None
    readable: bool = True


@dataclass(frozen=True)
class ReadConversation:
    """What a batch holds for a conversation. ``ack`` is what to acknowledge, ``unacknowledged`` whether a whole text is
    none that the unit knows to be read; ``rows`` how many rows carry its tags, ``failed`` how many of those did not
    open; ``mark`` is its mark, if there is one."""

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
        """Of several copies of a part the first counts; one whose type or number of parts differs is ignored."""
        self.first_unread = self.first_unread or plain.first_unread
        parts = self.texts.setdefault(plain.msg_no, {})
        if all((other.type, other.parts) == (plain.type, plain.parts) for other in parts.values()):
            parts.setdefault(plain.part, plain)

    def whole(self, number: int) -> bool:
        parts = self.texts.get(number, {})
        return bool(parts) and len(parts) == next(iter(parts.values())).parts

    def acknowledge(self) -> int:
        """The highest a with every part of every number from ``from`` to a; from - 1 if none; 0 when nothing opened."""
        number = self.first_unread
        while self.whole(number):
            number += 1
        return max(number - 1, 0)


def _gather(unit: Unit, batch: ProvedBatch, keys: ConversationKeys) -> _Gathered:
    found, chains = _Gathered(), Chains()
    period, service_id = batch.manifest.period, batch.manifest.service_id
    # It signed the manifest too.
    unit_key = unit.key_at(period) or b""
    for lane in range(LANES):
        tag = entry_tag(keys.beacon, keys.pseudonym, period, lane)
        number = batch.index.row(lane, tag)
        entry = b"" if number is None else row_at(batch.rows, number)
        if entry[:TAG] != tag:
            continue
        found.rows += 1
        try:
            found.add(open_row(keys, period, lane, entry, service_id, unit_key, chains))
        except ProtocolError:
            found.failed += 1
    return found


def _texts(found: _Gathered) -> tuple[WholeText, ...]:
    texts = []
    for number, parts in sorted(found.texts.items()):
        if found.whole(number):
            ordered = [parts[place] for place in sorted(parts)]
            try:
                texts.append(_read_text(number, ordered[0].type, [one.text for one in ordered]))
            except BadText:
                continue
            except BadBody:
                texts.append(WholeText(number, ordered[0].type, "", readable=False))
    return tuple(texts)


def _read_text(number: int, kind: EntryType, parts: list[bytes]) -> WholeText:
    """Raises BadText of a text, BadBody of a form."""
    if kind in LISTS:
        found = parse_outcome(b"".join(parts), LISTS[kind])
        return WholeText(number, kind, found.say, found.kinds)
    if kind is EntryType.QUESTIONS:
        return WholeText(number, kind, "", questions=parse_questions(b"".join(parts)))
    if kind is EntryType.CONTACT_OPENED:
        check_opened(b"".join(parts))
        return WholeText(number, kind, "")
    if kind is EntryType.REFERRAL_OFFER:
        return WholeText(number, kind, "", offer=parse_offer(b"".join(parts)))
    return WholeText(number, kind, join_text(parts))


def _find_mark(batch: ProvedBatch, keys: ConversationKeys) -> Mark | None:
    name = mark_name(keys.beacon, keys.pseudonym, batch.manifest.period)
    payload = batch.index.payload(mark_value(name, batch.manifest.m))
    return None if payload is None else show_mark(name, payload)


def read_conversation(proved: ProvedUnit, keys: ConversationKeys) -> ReadConversation | None:
    """Of the unit that ``keys`` are towards; None when its batch holds nothing for it."""
    if proved.batch is None:
        return None
    found, mark = _gather(proved.unit, proved.batch, keys), _find_mark(proved.batch, keys)
    if not found.rows and mark is None:
        return None
    unacknowledged = any(number >= found.first_unread and found.whole(number) for number in found.texts)
    return ReadConversation(_texts(found), found.acknowledge(), unacknowledged, found.rows, found.failed, mark)
