# SPDX-License-Identifier: AGPL-3.0-or-later
"""Enrolment: a desk's public keys on their way to the roots, with proof of possession (docs/protocol.md, 3.7)."""

from dataclasses import dataclass

from . import labels
from .constants import KEY, MAX_NAME, SERVICE_ID, SIGNATURE, UNIT_ID, XWING_PUBLIC, StructType
from .encoding import Reader, head, text8, u16
from .errors import BadValue
from .primitives import ed25519_sign, ed25519_verify, sha256
from .units import check_name


@dataclass(frozen=True)
class Enrolment:
    """What a desk asks the roots to list. ``contact_pk`` is empty or an X-Wing public key of 1,216 bytes."""

    service_id: bytes
    unit_id: bytes
    signing_public: bytes
    contact_pk: bytes
    name: str

    def encode(self) -> bytes:
        """``version, type, service_id 16, unit_id 16, Usig_pk 32, contact_pk u16 length, name u8 length``."""
        return (
            head(StructType.ENROLMENT)
            + self.service_id
            + self.unit_id
            + self.signing_public
            + u16(len(self.contact_pk))
            + self.contact_pk
            + text8(self.name)
        )

    @property
    def fingerprint(self) -> bytes:
        """H(body), 32 bytes: read out by the desk's officer, compared by whoever adds the unit."""
        return sha256(self.encode())

    def sign(self, signing_seed: bytes) -> bytes:
        """The content of an enrolment file: body, then the desk's signature over it."""
        body = self.encode()
        return body + ed25519_sign(signing_seed, labels.ENROLMENT_SIGNATURE + b"\0" + body)


def verify_enrolment(data: bytes) -> Enrolment:
    """Parse an enrolment file's content and check its proof of possession. Raises Malformed, BadSignature."""
    reader = Reader(data, "enrolment")
    reader.struct(StructType.ENROLMENT)
    service_id, unit_id, public = reader.take(SERVICE_ID), reader.take(UNIT_ID), reader.take(KEY)
    length = reader.u16(0, XWING_PUBLIC)
    if length not in (0, XWING_PUBLIC):
        raise BadValue("contact key")
    found = Enrolment(service_id, unit_id, public, reader.take(length), check_name(reader.text(1, MAX_NAME)))
    signature = reader.take(SIGNATURE)
    reader.end()
    ed25519_verify(public, labels.ENROLMENT_SIGNATURE + b"\0" + found.encode(), signature)
    return found
