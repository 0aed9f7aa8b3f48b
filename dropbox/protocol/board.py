# SPDX-License-Identifier: AGPL-3.0-or-later
"""Board entries: what a unit writes and only one source can find and open (docs/protocol.md, section 6)."""

from dataclasses import dataclass, field

from . import labels
from .codename import ConversationKeys
from .constants import (
    ENTRY,
    ENTRY_HEADER,
    ENTRY_PLAIN,
    INDEX,
    LANES,
    MAX_TEXT_PARTS,
    MAX_TEXT_STEP,
    MESSAGE_ID,
    SIGNATURE,
    TAG,
    TEXT_PART,
    VERSION,
    EntryType,
)
from .encoding import Reader, decode_text, u8, u16, u32, xor
from .errors import BadText, NotForThisKey, TooLong, WrongLength, WrongType, WrongVersion
from .padding import pad, unpad
from .primitives import aead_open, aead_seal, ed25519_sign, ed25519_verify, hkdf, mac


def entry_tag(beacon: bytes, pseudonym: bytes, period: int, slot: int) -> bytes:
    """16 bytes that mark the slot-th entry of a conversation in the batch of ``period`` (step 6.1)."""
    return mac(beacon, labels.ENTRY_TAG + pseudonym + u32(period) + u16(slot))[:TAG]


def _index_mask(beacon: bytes, pseudonym: bytes, period: int, slot: int) -> bytes:
    return mac(beacon, labels.ENTRY_INDEX + pseudonym + u32(period) + u16(slot))[:INDEX]


def mask_index(beacon: bytes, pseudonym: bytes, period: int, slot: int, message_id: bytes, step: int) -> bytes:
    """18 bytes: which chain and which step of it, hidden (step 6.2)."""
    return xor(message_id + u16(step), _index_mask(beacon, pseudonym, period, slot))


def unmask_index(beacon: bytes, pseudonym: bytes, period: int, slot: int, index: bytes) -> tuple[bytes, int]:
    """Inverse of mask_index: message_id and step."""
    clear = xor(index, _index_mask(beacon, pseudonym, period, slot))
    return clear[:MESSAGE_ID], int.from_bytes(clear[MESSAGE_ID:], "big")


def chain_start(refresh: bytes, unit_id: bytes, pseudonym: bytes) -> bytes:
    """CK_0 from r (step 6.3)."""
    return hkdf(refresh, labels.REPLY_CHAIN + unit_id + pseudonym)


def chain_next(chain_key: bytes) -> bytes:
    """CK_i+1 from CK_i, which is deleted."""
    return mac(chain_key, labels.CHAIN_NEXT)


@dataclass(frozen=True)
class EntryPlain:
    """One part of a text. ``first_unread`` is ``from``: the lowest msg_no not yet acknowledged."""

    type: EntryType
    msg_no: int
    first_unread: int
    part: int
    parts: int
    text: bytes = field(repr=False)

    def encode_unsigned(self) -> bytes:
        """898 bytes. Raises TooLong."""
        return (
            bytes((VERSION, self.type))
            + u32(self.msg_no)
            + u32(self.first_unread)
            + u8(self.part)
            + u8(self.parts)
            + u16(len(self.text))
            + pad(self.text, TEXT_PART)
        )


def unit_signed_bytes(service_id: bytes, pseudonym: bytes, unsigned: bytes) -> bytes:
    """What the unit signs in an entry: ``"u2s-sig" || 0 || service_id || P_pk || plain without signature``."""
    return labels.UNIT_MESSAGE_SIGNATURE + b"\0" + service_id + pseudonym + unsigned


def parse_entry_plain(plain: bytes) -> tuple[EntryPlain, bytes, bytes]:
    """The fields, the bytes that were signed, the signature. Raises Malformed."""
    if len(plain) != ENTRY_PLAIN:
        raise WrongLength("entry plaintext")
    reader = Reader(plain, "entry")
    if reader.u8() != VERSION:
        raise WrongVersion("entry")
    kind = reader.u8()
    if kind not in list(EntryType):
        raise WrongType("entry")
    msg_no, first_unread, part = reader.u32(1), reader.u32(1), reader.u8(1, MAX_TEXT_PARTS)
    parts = reader.u8(part, MAX_TEXT_PARTS)
    length = reader.u16(0, TEXT_PART)
    text = unpad(reader.take(TEXT_PART), length)
    found = EntryPlain(EntryType(kind), msg_no, first_unread, part, parts, text)
    return found, plain[:-SIGNATURE], reader.take(SIGNATURE)


@dataclass(frozen=True)
class EntryPlace:
    """Where an entry stands: conversation (b, P_pk), batch and slot, and which step of which chain seals it."""

    beacon: bytes
    pseudonym: bytes
    period: int
    slot: int
    message_id: bytes
    step: int


def seal_under(
    key: bytes, place: EntryPlace, nonce: bytes, service_id: bytes, signing_seed: bytes, plain: EntryPlain
) -> bytes:
    """An entry sealed with ``key``, at a place that was checked. Raises TooLong."""
    where = (place.beacon, place.pseudonym, place.period, place.slot)
    tag, index = entry_tag(*where), mask_index(*where, place.message_id, place.step)
    unsigned = plain.encode_unsigned()
    signature = ed25519_sign(signing_seed, unit_signed_bytes(service_id, place.pseudonym, unsigned))
    aad = labels.ENTRY_AAD + tag + index
    return tag + index + nonce + aead_seal(key, nonce, unsigned + signature, aad)


class Chains:
    """CK_0, CK_1, … of each message_id, as far as walked: no chain is walked twice in a visit, and all of them together
    no further than ``limit`` steps (step 6.5). Without that a unit could make the visits of one codename stand out, by
    entries at the far ends of many chains."""

    def __init__(self, limit: int = LANES * (MAX_TEXT_STEP + 1)) -> None:
        self._left = limit
        self._walked: dict[bytes, list[bytes]] = {}

    def key_at(self, keys: ConversationKeys, message_id: bytes, step: int) -> bytes:
        """CK_step. Raises NotForThisKey."""
        walked = self._walked.get(message_id, [])
        needed = max(0, step + 1 - len(walked))
        if needed > self._left:
            raise NotForThisKey("chain steps")
        self._left -= needed
        if not walked:
            self._walked[message_id] = walked
            walked.append(chain_start(keys.refresh(message_id), keys.unit_id, keys.pseudonym))
        while len(walked) <= step:
            walked.append(chain_next(walked[-1]))
        return walked[step]


def chain_place(keys: ConversationKeys, period: int, slot: int, entry: bytes) -> tuple[bytes, int]:
    """Which chain seals an entry, and which of its steps. Raises NotForThisKey, WrongLength."""
    if len(entry) != ENTRY:
        raise WrongLength("entry")
    message_id, step = unmask_index(keys.beacon, keys.pseudonym, period, slot, entry[TAG : TAG + INDEX])
    if step > MAX_TEXT_STEP:
        raise NotForThisKey("entry step")
    return message_id, step


def open_under(key: bytes, pseudonym: bytes, entry: bytes, service_id: bytes, unit_key: bytes) -> EntryPlain:
    """Open an entry of 1,024 bytes with its ``key``.

    Raises NotForThisKey, BadSignature, Malformed.
    """
    names, nonce = entry[: TAG + INDEX], entry[TAG + INDEX : ENTRY_HEADER]
    opened = aead_open(key, nonce, entry[ENTRY_HEADER:], labels.ENTRY_AAD + names)
    plain, unsigned, signature = parse_entry_plain(opened)
    ed25519_verify(unit_key, unit_signed_bytes(service_id, pseudonym, unsigned), signature)
    return plain


def split_text(text: str) -> tuple[bytes, ...]:
    """A text as parts of at most 884 bytes, joined again before decoding. Raises BadText, TooLong with the number."""
    try:
        return split_bytes(text.encode())
    except UnicodeEncodeError:
        raise BadText("text") from None


def split_bytes(data: bytes) -> tuple[bytes, ...]:
    """The same of what is written already. Raises TooLong with the number."""
    parts = max(1, -(-len(data) // TEXT_PART))
    if parts > MAX_TEXT_PARTS:
        raise TooLong("text", parts, MAX_TEXT_PARTS)
    return tuple(data[at * TEXT_PART : (at + 1) * TEXT_PART] for at in range(parts))


def join_text(parts: list[bytes]) -> str:
    """Inverse of split_text. Raises BadText."""
    return decode_text(b"".join(parts), "text")
