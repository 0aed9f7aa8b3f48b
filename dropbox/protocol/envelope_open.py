# SPDX-License-Identifier: AGPL-3.0-or-later
"""Trial-opening an envelope at a desk (docs/protocol.md, step 5.7). The server must never import this."""

from collections.abc import Sequence
from dataclasses import dataclass

from .certificates import envelope_info
from .constants import ENVELOPE
from .envelope_format import EnvelopePlain, parse_envelope_plain
from .errors import NotForThisKey, WrongLength
from .primitives import SealingKey, ed25519_verify


@dataclass(frozen=True)
class EpochOpener:
    """An epoch's private key, expanded once, with the hash of the certificate that announced it."""

    epoch: int
    cert_hash: bytes
    key: SealingKey


@dataclass(frozen=True)
class OpenedEnvelope:
    """An envelope that opened and whose signature holds, its epoch, and the hash of that epoch's certificate."""

    plain: EnvelopePlain
    epoch: int
    signature: bytes
    cert_hash: bytes


def open_envelope(envelope: bytes, openers: Sequence[EpochOpener]) -> OpenedEnvelope:
    """Try each epoch in the order given.

    Raises NotForThisKey when none opens it, WrongLength, Malformed, BadSignature.
    """
    if len(envelope) != ENVELOPE:
        raise WrongLength("envelope")
    for opener in openers:
        info = envelope_info(opener.cert_hash)
        try:
            opened = opener.key.open(envelope, info)
        except NotForThisKey:
            continue
        plain, signature = parse_envelope_plain(opened)
        ed25519_verify(plain.pseudonym, plain.signed_bytes(info), signature)
        return OpenedEnvelope(plain, opener.epoch, signature, opener.cert_hash)
    raise NotForThisKey("envelope")
