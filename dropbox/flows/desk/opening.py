# SPDX-License-Identifier: AGPL-3.0-or-later
"""Trial-opening many envelopes: the long part of collecting, which needs only the keys (docs/protocol.md, 5.7)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from dropbox.protocol.envelope_open import EpochOpener, OpenedEnvelope, open_envelope
from dropbox.protocol.errors import ProtocolError
from dropbox.protocol.primitives import SealingKey


@dataclass(frozen=True)
class EpochKey:
    """What opens the envelopes of one epoch: its number, the hash of its certificate, and the 32-byte seed."""

    epoch: int
    cert_hash: bytes
    seed: bytes = field(repr=False)

    def opener(self) -> EpochOpener:
        """The key expanded. Raises WrongLength."""
        return EpochOpener(self.epoch, self.cert_hash, SealingKey(self.seed))


def open_all(envelopes: Sequence[bytes], keys: Sequence[EpochKey]) -> tuple[OpenedEnvelope | None, ...]:
    """What each envelope opened as; None for those that no key opens, or that are not as they must be."""
    openers = [key.opener() for key in keys]
    return tuple(_open(envelope, openers) for envelope in envelopes)


def _open(envelope: bytes, openers: Sequence[EpochOpener]) -> OpenedEnvelope | None:
    try:
        return open_envelope(envelope, openers)
    except ProtocolError:
        return None
