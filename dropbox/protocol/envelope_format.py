# SPDX-License-Identifier: AGPL-3.0-or-later
"""What stands inside an envelope (docs/protocol.md, steps 5.2 and 5.4)."""

from dataclasses import dataclass, field

from . import labels
from .constants import (
    BODY_PART,
    ENVELOPE_PLAIN,
    KEY,
    MAX_PARTS,
    MESSAGE_ID,
    RESERVED_ENVELOPE_TYPES,
    SIGNATURE,
    VERSION,
    EnvelopeType,
)
from .encoding import Reader, u8, u16, u32
from .errors import BadValue, ReservedType, TooLong, WrongLength, WrongType, WrongVersion
from .padding import pad, unpad
from .primitives import sha256


@dataclass(frozen=True)
class EnvelopePlain:
    """One part of a message, an ack or a decoy, before it is sealed.

    ``pseudonym`` is P_pk, ``beacon`` b, ``refresh`` r (32 bytes each), ``message_id`` 16 bytes; ``part`` counts from 1;
    ``ack`` is the msg_no up to which the source has every text; ``body`` at most 15,062 bytes.
    """

    type: EnvelopeType
    pseudonym: bytes
    beacon: bytes = field(repr=False)
    refresh: bytes = field(repr=False)
    message_id: bytes
    part: int
    parts: int
    ack: int
    body: bytes = field(repr=False)

    def _head(self) -> bytes:
        return bytes((VERSION, self.type)) + self.pseudonym

    def _tail(self) -> bytes:
        return (
            self.message_id
            + u8(self.part)
            + u8(self.parts)
            + u32(self.ack)
            + u16(len(self.body))
            + pad(self.body, BODY_PART)
        )

    def encode_unsigned(self) -> bytes:
        """The plaintext without its signature, 15,184 bytes. Raises TooLong."""
        return self._head() + self.beacon + self.refresh + self._tail()

    def signed_bytes(self, info: bytes) -> bytes:
        """What the source signs: ``"s2u-sig" || 0 || H(info) || plain``, with ``b || r`` replaced by its hash, so that
        the signature can be shown later without them."""
        return (
            labels.SOURCE_MESSAGE_SIGNATURE
            + b"\0"
            + sha256(info)
            + self._head()
            + sha256(self.beacon + self.refresh)
            + self._tail()
        )


def parse_envelope_plain(plain: bytes) -> tuple[EnvelopePlain, bytes]:
    """The fields and the signature. Raises Malformed."""
    if len(plain) != ENVELOPE_PLAIN:
        raise WrongLength("envelope plaintext")
    reader = Reader(plain, "envelope")
    if reader.u8() != VERSION:
        raise WrongVersion("envelope")
    kind = reader.u8()
    if kind in RESERVED_ENVELOPE_TYPES:
        raise ReservedType("envelope")
    if kind not in list(EnvelopeType):
        raise WrongType("envelope")
    pseudonym, beacon, refresh, message_id = (reader.take(size) for size in (KEY, KEY, KEY, MESSAGE_ID))
    part = reader.u8(1, MAX_PARTS)
    parts = reader.u8(part, MAX_PARTS)
    ack = reader.u32()
    length = reader.u16(0, BODY_PART)
    body = unpad(reader.take(BODY_PART), length)
    if kind != EnvelopeType.MESSAGE and (parts != 1 or length):
        raise BadValue("envelope body")
    found = EnvelopePlain(EnvelopeType(kind), pseudonym, beacon, refresh, message_id, part, parts, ack, body)
    return found, reader.take(SIGNATURE)


def split_body(body: bytes) -> tuple[bytes, ...]:
    """The parts of a body, 15,062 bytes each but the last. Raises TooLong with the number."""
    parts = max(1, -(-len(body) // BODY_PART))
    if parts > MAX_PARTS:
        raise TooLong("body", parts, MAX_PARTS)
    return tuple(body[at * BODY_PART : (at + 1) * BODY_PART] for at in range(parts))
