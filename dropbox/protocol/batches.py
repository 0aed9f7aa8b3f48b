# SPDX-License-Identifier: AGPL-3.0-or-later
"""Batches, their upload, and the board that shows them (docs/protocol.md, sections 6.7 and 6.8)."""

from collections.abc import Sequence
from dataclasses import dataclass

from . import labels
from .constants import (
    ENTRY,
    EPOCH_CERT,
    MARK,
    MARKS_PER_ENTRY,
    MAX_BOARD,
    MAX_QUOTA,
    MAX_UNITS,
    MAX_WINDOW,
    SIGNATURE,
    UNIT_ID,
    StructType,
)
from .encoding import Reader, head, u16, u32
from .errors import BadValue, BatchAltered
from .manifests import MANIFEST_LONGEST, Manifest, verify_manifest
from .primitives import ed25519_sign, sha256
from .units import Unit

CERTS = 2 * EPOCH_CERT


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


def check_content(manifest: Manifest, batch: Batch) -> None:
    """Marks and entries are those the manifest names, as many as it says. Raises BatchAltered."""
    if batch.count != manifest.count or sha256(batch.marks + batch.entries) != manifest.content_hash:
        raise BatchAltered("content")


def verify_batch(service_id: bytes, unit: Unit, batch: Batch) -> Manifest:
    """The unit signed the manifest, and it names these bytes. Raises ManifestUnproved, BatchAltered."""
    manifest = verify_manifest(service_id, unit, batch.manifest, batch.signature)
    check_content(manifest, batch)
    return manifest


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
