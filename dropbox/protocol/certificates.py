# SPDX-License-Identifier: AGPL-3.0-or-later
"""Epoch certificates: which key a unit's envelopes are sealed to, and when (docs/protocol.md, section 3.5)."""

from dataclasses import dataclass

from . import labels
from .constants import EPOCH_CERT, SERVICE_ID, UNIT_ID, XWING_PUBLIC, StructType
from .encoding import Reader, head, u32
from .errors import WrongLength
from .primitives import sha256


@dataclass(frozen=True)
class EpochCert:
    """A unit's X-Wing key for one epoch. Unsigned: its hash stands in the unit's signed manifest."""

    service_id: bytes
    unit_id: bytes
    epoch: int
    not_before: int
    not_after: int
    public: bytes

    def encode(self) -> bytes:
        """``version, type, service_id 16, unit_id 16, epoch, not_before, not_after u32 each, key 1216``: 1,262 B."""
        return (
            head(StructType.EPOCH_CERT)
            + self.service_id
            + self.unit_id
            + u32(self.epoch)
            + u32(self.not_before)
            + u32(self.not_after)
            + self.public
        )

    @property
    def hash(self) -> bytes:
        """H(cert), 32 bytes: what the manifest names and what every envelope is bound to."""
        return sha256(self.encode())

    @property
    def info(self) -> bytes:
        """The HPKE info of envelopes sealed to this key: ``"s2u" || H(cert)`` (step 5.3)."""
        return envelope_info(self.hash)

    def holds(self, period: int) -> bool:
        """Whether the epoch covers ``period``."""
        return self.not_before <= period <= self.not_after


def envelope_info(cert_hash: bytes) -> bytes:
    """``"s2u" || H(cert)``."""
    return labels.ENVELOPE_INFO + cert_hash


def parse_cert(data: bytes) -> EpochCert:
    """Raises Malformed."""
    if len(data) != EPOCH_CERT:
        raise WrongLength("epoch certificate")
    reader = Reader(data, "epoch certificate")
    reader.struct(StructType.EPOCH_CERT)
    service_id, unit_id, epoch, not_before = reader.take(SERVICE_ID), reader.take(UNIT_ID), reader.u32(), reader.u32()
    return EpochCert(service_id, unit_id, epoch, not_before, reader.u32(not_before), reader.take(XWING_PUBLIC))


def epoch_of(period: int, length: int) -> int:
    """The number of the epoch that holds ``period``; epochs are ``length`` periods, counted from period 0."""
    return period // length


def epoch_bounds(epoch: int, length: int) -> tuple[int, int]:
    """First and last period of an epoch."""
    return epoch * length, epoch * length + length - 1
