# SPDX-License-Identifier: AGPL-3.0-or-later
"""What shows, long after an envelope was opened, that its source wrote this part (docs/protocol.md, 5.4 and 5.7).

The signature of a part covers ``b || r`` by its hash alone, so that it can be kept and shown without either.
"""

from dataclasses import dataclass

from . import labels
from .certificates import envelope_info
from .constants import BODY_PART, HASH, SIGNATURE, VERSION, EnvelopeType
from .encoding import Reader, u8, u16, u32
from .envelope_format import EnvelopePlain
from .envelope_open import OpenedEnvelope
from .padding import pad
from .primitives import ed25519_verify, sha256

PART_PROOF = HASH + HASH + 4 + SIGNATURE
"""132 bytes."""


@dataclass(frozen=True)
class PartProof:
    """``cert_hash`` is H of the epoch certificate that the envelope was sealed to, ``hidden`` is H(b || r), ``ack`` the
    msg_no that the source acknowledged with it."""

    cert_hash: bytes
    hidden: bytes
    ack: int
    signature: bytes

    def encode(self) -> bytes:
        """``cert_hash 32 || hidden 32 || ack u32 || signature 64``."""
        return self.cert_hash + self.hidden + u32(self.ack) + self.signature


def proof_of(opened: OpenedEnvelope) -> PartProof:
    """What to keep of an envelope that opened, beside its body."""
    plain: EnvelopePlain = opened.plain
    return PartProof(opened.cert_hash, sha256(plain.beacon + plain.refresh), plain.ack, opened.signature)


def parse_part_proof(data: bytes) -> PartProof:
    """Inverse of ``encode``. Raises Malformed."""
    reader = Reader(data, "part proof")
    found = PartProof(reader.take(HASH), reader.take(HASH), reader.u32(), reader.take(SIGNATURE))
    reader.end()
    return found


def verify_part(pseudonym: bytes, message_id: bytes, part: int, parts: int, body: bytes, proof: PartProof) -> None:
    """Whether whoever holds the pseudonym's key wrote exactly this part. Raises BadSignature, TooLong."""
    signed = (
        labels.SOURCE_MESSAGE_SIGNATURE
        + b"\0"
        + sha256(envelope_info(proof.cert_hash))
        + bytes((VERSION, EnvelopeType.MESSAGE))
        + pseudonym
        + proof.hidden
        + message_id
        + u8(part)
        + u8(parts)
        + u32(proof.ack)
        + u16(len(body))
        + pad(body, BODY_PART)
    )
    ed25519_verify(pseudonym, signed, proof.signature)
