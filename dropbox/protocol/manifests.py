# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a unit signs about a batch, and the certificates that it names (docs/protocol.md, section 6.7)."""

from collections.abc import Sequence
from dataclasses import dataclass

from . import labels
from .anchors import HEAD_BODY, SignedHead, read_signed_head
from .certificates import EpochCert, parse_cert
from .constants import HASH, MAX_ROOTS, SERVICE_ID, SIGNATURE, TREE_NODE, UNIT_ID, StructType
from .encoding import Reader, head, u32
from .errors import BadPublicKey, BadValue, CertMismatch, CryptoRefused, Malformed, ManifestUnproved
from .primitives import check_sealing_key, ed25519_verify
from .units import Unit

NO_HASH = bytes(HASH)
_FIXED = 2 + SERVICE_ID + UNIT_ID + 4 + 4 + HASH + 4 + 4 + HASH + HASH + TREE_NODE + 4 + HASH + HASH + HASH + HASH
MANIFEST_LONGEST = _FIXED + 4 + HEAD_BODY + 1 + MAX_ROOTS * (1 + SIGNATURE)


@dataclass(frozen=True)
class Manifest:
    """What a unit signs about a batch of ``q`` rows and ``m`` marks.

    ``prev_hash`` is zeros and ``prev_period`` 0 at its first, and only there; it may be that of a manifest of type 5.
    """

    service_id: bytes
    unit_id: bytes
    period: int
    prev_period: int
    prev_hash: bytes
    q: int
    m: int
    index_hash: bytes
    rows_hash: bytes
    root: bytes
    intake_period: int
    intake_root: bytes
    audit_head: bytes
    head: SignedHead
    cert_current: bytes
    cert_next: bytes

    def encode(self) -> bytes:
        """The body without its signature; its hash is the next manifest's prev_hash."""
        return (
            head(StructType.MANIFEST)
            + self.service_id
            + self.unit_id
            + u32(self.period)
            + u32(self.prev_period)
            + self.prev_hash
            + u32(self.q)
            + u32(self.m)
            + self.index_hash
            + self.rows_hash
            + self.root
            + u32(self.intake_period)
            + self.intake_root
            + self.audit_head
            + self.head.encode()
            + self.cert_current
            + self.cert_next
        )


def parse_manifest(body: bytes) -> Manifest:
    """``q`` and ``m`` may be any: what they may be is asked where a batch is proved. Raises Malformed."""
    reader = Reader(body, "manifest")
    reader.struct(StructType.MANIFEST)
    service_id, unit_id, period = reader.take(SERVICE_ID), reader.take(UNIT_ID), reader.u32(1)
    parsed = Manifest(
        service_id=service_id,
        unit_id=unit_id,
        period=period,
        prev_period=reader.u32(0, period - 1),
        prev_hash=reader.take(HASH),
        q=reader.u32(),
        m=reader.u32(),
        index_hash=reader.take(HASH),
        rows_hash=reader.take(HASH),
        root=reader.take(TREE_NODE),
        intake_period=reader.u32(),
        intake_root=reader.take(HASH),
        audit_head=reader.take(HASH),
        head=read_signed_head(reader),
        cert_current=reader.take(HASH),
        cert_next=reader.take(HASH),
    )
    reader.end()
    if (parsed.prev_period == 0) != (parsed.prev_hash == NO_HASH):
        raise BadValue("manifest before this one")
    return parsed


def verify_manifest(service_id: bytes, unit: Unit, body: bytes, signature: bytes) -> Manifest:
    """A manifest that the unit's key, valid at its period, signed.

    The signature is checked over the bytes before they are believed; only the period is read first, to choose the key.
    Raises ManifestUnproved.
    """
    try:
        manifest = parse_manifest(body)
        key = unit.key_at(manifest.period)
        if key is None or manifest.service_id != service_id or manifest.unit_id != unit.unit_id:
            raise ManifestUnproved("names")
        ed25519_verify(key, labels.MANIFEST_SIGNATURE + b"\0" + body, signature)
    except (CryptoRefused, Malformed) as error:
        raise ManifestUnproved(str(error)) from None
    return manifest


def check_certs(manifest: Manifest, certs: Sequence[bytes]) -> tuple[EpochCert, EpochCert]:
    """The two certificates that the manifest names: of the epoch that holds its period, and the next; both usable.

    Raises CertMismatch.
    """
    try:
        current, following = (parse_cert(data) for data in certs)
    except (Malformed, ValueError):
        raise CertMismatch("form") from None
    if (current.hash, following.hash) != (manifest.cert_current, manifest.cert_next):
        raise CertMismatch("hash")
    for cert in (current, following):
        if cert.service_id != manifest.service_id or cert.unit_id != manifest.unit_id:
            raise CertMismatch("names")
    if not current.holds(manifest.period) or following.not_before != current.not_after + 1:
        raise CertMismatch("epochs")
    try:
        for cert in (current, following):
            check_sealing_key(cert.public)
    except BadPublicKey:
        raise CertMismatch("key") from None
    return current, following
