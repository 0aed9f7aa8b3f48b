# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sealing an envelope: message, ack or decoy, all of one size (docs/protocol.md, steps 5.1 to 5.5)."""

from .certificates import EpochCert
from .codename import ConversationKeys
from .constants import KEY, MESSAGE_ID, EnvelopeType
from .envelope_format import EnvelopePlain
from .errors import BadValue, WrongLength
from .primitives import ed25519_public, ed25519_sign, hpke_seal, sha256

DECOY_RANDOM = KEY + KEY + KEY + MESSAGE_ID
"""Random bytes of a decoy: signing seed, b, r, message_id."""


def envelope_id(envelope: bytes) -> bytes:
    """H(envelope), 32 bytes."""
    return sha256(envelope)


def _seal(cert: EpochCert, signing_seed: bytes, plain: EnvelopePlain) -> bytes:
    signature = ed25519_sign(signing_seed, plain.signed_bytes(cert.info))
    return hpke_seal(cert.public, plain.encode_unsigned() + signature, cert.info)


def seal_message(
    keys: ConversationKeys, cert: EpochCert, message_id: bytes, part: int, parts: int, body: bytes, ack: int
) -> bytes:
    """One part of a message, 16,384 bytes. Raises BadPublicKey, BadValue, TooLong."""
    if keys.unit_id != cert.unit_id:
        raise BadValue("keys of another unit")
    plain = EnvelopePlain(
        EnvelopeType.MESSAGE, keys.pseudonym, keys.beacon, keys.refresh(message_id), message_id, part, parts, ack, body
    )
    return _seal(cert, keys.signing_seed, plain)


def seal_ack(keys: ConversationKeys, cert: EpochCert, message_id: bytes, ack: int) -> bytes:
    """An acknowledgement of every text up to ``ack``, which brings a fresh chain too. Raises BadPublicKey, BadValue."""
    if keys.unit_id != cert.unit_id:
        raise BadValue("keys of another unit")
    plain = EnvelopePlain(
        EnvelopeType.ACK, keys.pseudonym, keys.beacon, keys.refresh(message_id), message_id, 1, 1, ack, b""
    )
    return _seal(cert, keys.signing_seed, plain)


def seal_decoy(cert: EpochCert, random112: bytes) -> bytes:
    """An envelope that says nothing, sealed in earnest with fresh keys (step 5.5). Raises BadPublicKey, WrongLength."""
    if len(random112) != DECOY_RANDOM:
        raise WrongLength("decoy randomness")
    seed, beacon, refresh = (random112[at : at + KEY] for at in range(0, 3 * KEY, KEY))
    plain = EnvelopePlain(EnvelopeType.DECOY, ed25519_public(seed), beacon, refresh, random112[3 * KEY :], 1, 1, 0, b"")
    return _seal(cert, seed, plain)
