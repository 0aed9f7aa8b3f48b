# SPDX-License-Identifier: AGPL-3.0-or-later
"""Batches, manifests, and the proof that a unit's board is whole (docs/protocol.md, sections 6.7 to 6.9)."""

from collections.abc import Sequence
from dataclasses import dataclass

from . import labels
from .anchors import HEAD_BODY, SignedHead, read_signed_head
from .certificates import EpochCert, parse_cert
from .constants import (
    ENTRY,
    EPOCH_CERT,
    HASH,
    MARK,
    MARKS_PER_ENTRY,
    MAX_BOARD,
    MAX_QUOTA,
    MAX_ROOTS,
    MAX_UNITS,
    MAX_WINDOW,
    SERVICE_ID,
    SIGNATURE,
    UNIT_ID,
    StructType,
)
from .directory import RetiredUnit, Unit
from .encoding import Reader, head, u16, u32
from .errors import (
    BadPublicKey,
    BadValue,
    BatchAltered,
    BatchForked,
    BatchMissing,
    CertMismatch,
    CryptoRefused,
    Malformed,
    ManifestUnproved,
    UnitMissing,
)
from .primitives import check_sealing_key, ed25519_sign, ed25519_verify, sha256

NO_HASH = bytes(HASH)
_MANIFEST_FIXED = 2 + SERVICE_ID + UNIT_ID + 4 + 4 + HASH + 2 + HASH + 4 + HASH + HASH + HASH + HASH
MANIFEST_LONGEST = _MANIFEST_FIXED + 4 + HEAD_BODY + 1 + MAX_ROOTS * (1 + SIGNATURE)
CERTS = 2 * EPOCH_CERT


@dataclass(frozen=True)
class Manifest:
    """What a unit signs about one batch. ``prev_hash`` is zeros and ``prev_period`` 0 at its first, and only there."""

    service_id: bytes
    unit_id: bytes
    period: int
    prev_period: int
    prev_hash: bytes
    count: int
    content_hash: bytes
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
            + u16(self.count)
            + self.content_hash
            + u32(self.intake_period)
            + self.intake_root
            + self.audit_head
            + self.head.encode()
            + self.cert_current
            + self.cert_next
        )


def parse_manifest(body: bytes) -> Manifest:
    """Raises Malformed."""
    reader = Reader(body, "manifest")
    reader.struct(StructType.MANIFEST)
    service_id, unit_id, period = reader.take(SERVICE_ID), reader.take(UNIT_ID), reader.u32(1)
    parsed = Manifest(
        service_id=service_id,
        unit_id=unit_id,
        period=period,
        prev_period=reader.u32(0, period - 1),
        prev_hash=reader.take(HASH),
        count=reader.u16(0, MAX_QUOTA),
        content_hash=reader.take(HASH),
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


@dataclass(frozen=True)
class Batch:
    """One batch as served: the manifest's bytes, its signature, marks and entries. Nothing is believed yet."""

    manifest: bytes
    signature: bytes
    marks: bytes
    entries: bytes

    @property
    def count(self) -> int:
        """How many entries there are."""
        return len(self.entries) // ENTRY

    @property
    def hash(self) -> bytes:
        """H(manifest body): what the next manifest's prev_hash must be."""
        return sha256(self.manifest)

    def encode(self) -> bytes:
        """``slice(manifest) || signature 64 || count u16 || marks 18 x 8 x count || entries 1,024 x count``."""
        return u32(len(self.manifest)) + self.manifest + self.signature + u16(self.count) + self.marks + self.entries

    def mark_list(self) -> tuple[bytes, ...]:
        return tuple(self.marks[at : at + MARK] for at in range(0, len(self.marks), MARK))

    def entry_list(self) -> tuple[bytes, ...]:
        return tuple(self.entries[at : at + ENTRY] for at in range(0, len(self.entries), ENTRY))


def read_batch(reader: Reader) -> Batch:
    """Raises Truncated, BadValue."""
    manifest = reader.take(reader.u32(0, MANIFEST_LONGEST))
    signature = reader.take(SIGNATURE)
    count = reader.u16(0, MAX_QUOTA)
    return Batch(manifest, signature, reader.take(count * MARKS_PER_ENTRY * MARK), reader.take(count * ENTRY))


def make_batch(manifest: Manifest, signing_seed: bytes, marks: Sequence[bytes], entries: Sequence[bytes]) -> Batch:
    """Sign and assemble; ``manifest.content_hash`` must be ``content_hash(marks, entries)``."""
    body = manifest.encode()
    signature = ed25519_sign(signing_seed, labels.MANIFEST_SIGNATURE + b"\0" + body)
    return Batch(body, signature, b"".join(sorted(marks)), b"".join(sorted(entries)))


def content_hash(marks: Sequence[bytes], entries: Sequence[bytes]) -> bytes:
    """H(marks || entries), each list sorted by its bytes."""
    return sha256(b"".join(sorted(marks)) + b"".join(sorted(entries)))


@dataclass(frozen=True)
class Upload:
    """What a desk posts: its certificates, current and next, and one batch."""

    certs: tuple[bytes, bytes]
    batch: Batch

    def encode(self) -> bytes:
        return self.certs[0] + self.certs[1] + self.batch.encode()


def upload_size(count: int) -> int:
    """The most bytes an upload of ``count`` entries may have."""
    return CERTS + 4 + MANIFEST_LONGEST + SIGNATURE + 2 + count * (MARKS_PER_ENTRY * MARK + ENTRY)


def parse_upload(data: bytes) -> Upload:
    """Raises Malformed."""
    reader = Reader(data, "upload")
    certs = (reader.take(EPOCH_CERT), reader.take(EPOCH_CERT))
    parsed = Upload(certs, read_batch(reader))
    reader.end()
    return parsed


def read_front(front: bytes) -> tuple[bytes, bytes]:
    """Manifest and signature from the first bytes of an upload, which may be cut after them. Raises Malformed."""
    reader = Reader(front, "upload")
    reader.take(CERTS)
    return reader.take(reader.u32(0, MANIFEST_LONGEST)), reader.take(SIGNATURE)


@dataclass(frozen=True)
class UnitBoard:
    """One unit's part of the board: certificates of the newest batch (none without a batch), batches oldest first."""

    unit_id: bytes
    certs: tuple[bytes, ...]
    batches: tuple[Batch, ...]

    def encode(self) -> bytes:
        return (
            self.unit_id
            + u16(len(self.batches))
            + b"".join(self.certs)
            + b"".join(batch.encode() for batch in self.batches)
        )


def encode_board(units: Sequence[UnitBoard]) -> bytes:
    """``version, type, count u16, units``."""
    return head(StructType.BOARD) + u16(len(units)) + b"".join(unit.encode() for unit in units)


def parse_board(data: bytes) -> tuple[UnitBoard, ...]:
    """Raises Malformed."""
    if len(data) > MAX_BOARD:
        raise BadValue("board size")
    reader = Reader(data, "board")
    reader.struct(StructType.BOARD)
    units: list[UnitBoard] = []
    for _ in range(reader.u16(0, 2 * MAX_UNITS)):
        unit_id = reader.take(UNIT_ID)
        count = reader.u16(0, MAX_WINDOW)
        certs = (reader.take(EPOCH_CERT), reader.take(EPOCH_CERT)) if count else ()
        units.append(UnitBoard(unit_id, certs, tuple(read_batch(reader) for _ in range(count))))
    reader.end()
    if len({unit.unit_id for unit in units}) != len(units):
        raise BadValue("board units")
    return tuple(units)


@dataclass(frozen=True)
class ProvedBatch:
    """A batch that the unit's signature proves, directly or through the chain of hashes."""

    manifest: Manifest
    marks: dict[bytes, bytes]
    entries: dict[bytes, bytes]


@dataclass(frozen=True)
class ProvedUnit:
    """A unit's whole window, oldest first, and its two epoch certificates (step 6.8)."""

    unit: Unit
    batches: tuple[ProvedBatch, ...]
    certs: tuple[EpochCert, ...]

    @property
    def newest(self) -> int:
        """Period of the newest batch; first_period - 1 without one."""
        return self.batches[-1].manifest.period if self.batches else max(self.unit.first_period - 1, 0)


def verify_manifest(service_id: bytes, unit: Unit, body: bytes, signature: bytes) -> Manifest:
    """The unit's key, valid at the manifest's period, signed it.

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


def verify_batch(service_id: bytes, unit: Unit, batch: Batch) -> Manifest:
    """The unit signed the manifest, and it names these bytes. Raises ManifestUnproved, BatchAltered."""
    manifest = verify_manifest(service_id, unit, batch.manifest, batch.signature)
    check_content(manifest, batch)
    return manifest


def check_content(manifest: Manifest, batch: Batch) -> None:
    """Marks and entries are those the manifest names, as many as it says. Raises BatchAltered."""
    if batch.count != manifest.count or sha256(batch.marks + batch.entries) != manifest.content_hash:
        raise BatchAltered("content")


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


def _prove_older(manifest: Manifest, older: Batch) -> Manifest:
    """The batch before ``manifest``: proved by its hash. Raises BatchForked, BatchAltered, BatchMissing."""
    if manifest.prev_hash == NO_HASH:
        raise BatchForked("before the first")
    if older.hash != manifest.prev_hash:
        try:
            period = parse_manifest(older.manifest).period
        except Malformed:
            raise BatchAltered("manifest") from None
        raise BatchMissing("chain") if period < manifest.prev_period else BatchForked("chain")
    try:
        parsed = parse_manifest(older.manifest)
    except Malformed:
        raise BatchAltered("manifest") from None
    if parsed.period != manifest.prev_period or parsed.unit_id != manifest.unit_id:
        raise BatchForked("period")
    check_content(parsed, older)
    return parsed


def prove_unit(service_id: bytes, place: Unit | RetiredUnit, served: UnitBoard, window: int) -> ProvedUnit:
    """Prove a unit's whole window (step 6.8): newest signature, hashes back, every batch there, counts right.

    Raises BoardAltered: each of them is a proof.
    """
    unit = place.unit if isinstance(place, RetiredUnit) else place
    if served.unit_id != unit.unit_id:
        raise UnitMissing("order")
    if not served.batches:
        if isinstance(place, RetiredUnit) and place.last_period:
            raise BatchMissing("last")
        return ProvedUnit(unit, (), ())
    if len(served.batches) > window:
        raise BatchForked("more than the window")
    manifests = [verify_batch(service_id, unit, served.batches[-1])]
    newest = manifests[0].period, served.batches[-1].hash
    if isinstance(place, RetiredUnit) and newest != (place.last_period, place.last_hash):
        raise BatchMissing("last")
    for older in reversed(served.batches[:-1]):
        manifests.append(_prove_older(manifests[-1], older))
    if len(served.batches) < window and manifests[-1].prev_period != 0:
        raise BatchMissing("window")
    certs = check_certs(manifests[0], served.certs)
    proved = tuple(
        ProvedBatch(
            manifest,
            {mark[:16]: mark for mark in batch.mark_list()},
            {entry[:16]: entry for entry in batch.entry_list()},
        )
        for manifest, batch in zip(reversed(manifests), served.batches, strict=True)
    )
    return ProvedUnit(unit, proved, certs)
