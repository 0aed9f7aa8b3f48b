# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is kept of an envelope proves its source, for as long as anybody keeps it."""

from typing import Any

import pytest

from dropbox.protocol.certificates import EpochCert
from dropbox.protocol.codename import conversation_keys
from dropbox.protocol.constants import BODY_PART
from dropbox.protocol.envelope_open import EpochOpener, open_envelope
from dropbox.protocol.envelope_seal import seal_message
from dropbox.protocol.errors import BadSignature, TooLong, TrailingBytes, Truncated
from dropbox.protocol.part_proof import PART_PROOF, parse_part_proof, proof_of, verify_part
from dropbox.protocol.primitives import SealingKey, sha256

SERVICE, UNIT, MESSAGE = bytes(16), bytes([1]) * 16, bytes(range(16))
KEY = SealingKey(bytes(range(32)))
CERT = EpochCert(SERVICE, UNIT, 1, 7, 13, KEY.public)


def kept(body: bytes = b"what was said", part: int = 1, parts: int = 2) -> tuple[Any, ...]:
    """All that a desk keeps of a part, as ``verify_part`` takes it."""
    keys = conversation_keys(bytes([7]) * 32, UNIT)
    envelope = seal_message(keys, CERT, MESSAGE, part, parts, body, 5)
    opened = open_envelope(envelope, [EpochOpener(1, CERT.hash, KEY)])
    proof = proof_of(opened)
    assert (proof.cert_hash, proof.ack) == (CERT.hash, 5)
    assert proof.hidden == sha256(opened.plain.beacon + opened.plain.refresh)
    assert keys.beacon not in proof.encode()
    return keys.pseudonym, MESSAGE, part, parts, body, proof


@pytest.mark.parametrize("body", [b"", b"x", b"y" * BODY_PART])
def test_a_part_is_proved_without_b_and_r(body: bytes) -> None:
    """The shortest and the longest; what is kept is 132 bytes and reads back as it was."""
    right = kept(body)
    verify_part(*right)
    assert len(right[5].encode()) == PART_PROOF
    assert parse_part_proof(right[5].encode()) == right[5]


@pytest.mark.parametrize("place", range(5))
def test_each_field_is_bound(place: int) -> None:
    """Another pseudonym, message, part, number of parts or body is not what was signed."""
    right = list(kept())
    other = conversation_keys(bytes([8]) * 32, UNIT).pseudonym
    right[place] = (other, bytes(16), 2, 3, b"what was not said")[place]
    with pytest.raises(BadSignature):
        verify_part(*right)


@pytest.mark.parametrize("at", [0, 31, 32, 63, 64, 67, 68, 131])
def test_each_byte_of_the_proof_is_bound(at: int) -> None:
    """Certificate, b and r, acknowledgement and signature."""
    *right, proof = kept()
    bent = bytes(one ^ (place == at) for place, one in enumerate(proof.encode()))
    with pytest.raises(BadSignature):
        verify_part(*right, parse_part_proof(bent))


def test_what_is_no_proof_is_refused() -> None:
    """A byte too few, one too many, and a body that no part can have."""
    *right, proof = kept()
    with pytest.raises(Truncated):
        parse_part_proof(proof.encode()[:-1])
    with pytest.raises(TrailingBytes):
        parse_part_proof(proof.encode() + b"\0")
    right[4] = bytes(BODY_PART + 1)
    with pytest.raises(TooLong):
        verify_part(*right, proof)
