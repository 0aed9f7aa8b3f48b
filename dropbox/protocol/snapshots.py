# SPDX-License-Identifier: AGPL-3.0-or-later
"""Batches of the snapshot board: manifest, upload, and the two answers that show them (sections 6a.6 and 6a.7)."""

from collections.abc import Sequence
from dataclasses import dataclass

from . import labels
from .anchors import HEAD_BODY, SignedHead, encode_slice, read_signed_head, read_slice
from .constants import (
    ENTRY,
    EPOCH_CERT,
    HASH,
    MAX_BOARD,
    MAX_ROOTS,
    MAX_UNITS,
    SERVICE_ID,
    SIGNATURE,
    TREE_NODE,
    UNIT_ID,
    StructType,
)
from .encoding import Reader, head, u8, u16, u32
from .errors import BadValue, Malformed, RowsMismatch
from .index import INDEX_LONGEST, check_sizes, index_size
from .manifests import NO_HASH
from .primitives import ed25519_sign, sha256

_FIXED = 2 + SERVICE_ID + UNIT_ID + 4 + 4 + HASH + 4 + 4 + HASH + HASH + TREE_NODE + 4 + HASH + HASH + HASH + HASH
SNAPSHOT_MANIFEST_LONGEST = _FIXED + 4 + HEAD_BODY + 1 + MAX_ROOTS * (1 + SIGNATURE)
_ROWS_HEAD = 2 + HASH


@dataclass(frozen=True)
class SnapshotManifest:
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
            head(StructType.SNAPSHOT_MANIFEST)
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


def parse_snapshot_manifest(body: bytes) -> SnapshotManifest:
    """``q`` and ``m`` may be any: what they may be is asked where a batch is proved. Raises Malformed."""
    reader = Reader(body, "manifest")
    reader.struct(StructType.SNAPSHOT_MANIFEST)
    service_id, unit_id, period = reader.take(SERVICE_ID), reader.take(UNIT_ID), reader.u32(1)
    parsed = SnapshotManifest(
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


@dataclass(frozen=True)
class Snapshot:
    """What the board shows of a batch, without its rows: the certificates, current and next, the manifest's bytes, its
    signature, the index. Nothing is believed yet."""

    certs: tuple[bytes, bytes]
    manifest: bytes
    signature: bytes
    index: bytes

    @property
    def hash(self) -> bytes:
        """H(manifest body): what the next manifest's prev_hash must be."""
        return sha256(self.manifest)

    def encode(self) -> bytes:
        """``cert 1262 || cert 1262 || slice(manifest) || signature 64 || slice(index)``."""
        return b"".join(self.certs) + encode_slice(self.manifest) + self.signature + encode_slice(self.index)


def sign_snapshot(
    manifest: SnapshotManifest, signing_seed: bytes, certs: tuple[bytes, bytes], index: bytes
) -> Snapshot:
    """``manifest`` names the hashes of ``certs`` and ``index``."""
    body = manifest.encode()
    signature = ed25519_sign(signing_seed, labels.MANIFEST_SIGNATURE + b"\0" + body)
    return Snapshot(certs, body, signature, index)


def read_snapshot(reader: Reader) -> Snapshot:
    """Raises Truncated, BadValue."""
    certs = (reader.take(EPOCH_CERT), reader.take(EPOCH_CERT))
    manifest, signature = read_slice(reader, SNAPSHOT_MANIFEST_LONGEST), reader.take(SIGNATURE)
    return Snapshot(certs, manifest, signature, read_slice(reader, INDEX_LONGEST))


@dataclass(frozen=True)
class SnapshotUpload:
    """What a desk posts: a batch and its rows."""

    snapshot: Snapshot
    rows: bytes

    def encode(self) -> bytes:
        """``snapshot || q x entry 1024``."""
        return self.snapshot.encode() + self.rows


def snapshot_upload_size(q: int, m: int) -> int:
    """The most bytes an upload of ``q`` rows and ``m`` marks may have."""
    return 2 * EPOCH_CERT + 4 + SNAPSHOT_MANIFEST_LONGEST + SIGNATURE + 4 + index_size(q, m) + q * ENTRY


def parse_snapshot_upload(data: bytes) -> SnapshotUpload:
    """The manifest must parse, since it says how many rows follow. Raises Malformed."""
    reader = Reader(data, "upload")
    snapshot = read_snapshot(reader)
    manifest = parse_snapshot_manifest(snapshot.manifest)
    check_sizes(manifest.q, manifest.m)
    parsed = SnapshotUpload(snapshot, reader.take(manifest.q * ENTRY))
    reader.end()
    return parsed


@dataclass(frozen=True)
class SnapshotPart:
    """One unit's part of the board: its newest batch, or none."""

    unit_id: bytes
    snapshot: Snapshot | None

    @property
    def rows_size(self) -> int:
        """Bytes of its rows: those of the manifest's q where it parses and q is one that a batch may have, else none.
        Nobody has proved the manifest yet."""
        try:
            manifest = parse_snapshot_manifest(self.snapshot.manifest if self.snapshot else b"")
            check_sizes(manifest.q, manifest.m)
        except Malformed:
            return 0
        return manifest.q * ENTRY

    def encode(self) -> bytes:
        """``unit_id 16 || has u8``, then the batch where has is 1."""
        return self.unit_id + (u8(1) + self.snapshot.encode() if self.snapshot else u8(0))


def encode_snapshot_board(parts: Sequence[SnapshotPart]) -> bytes:
    """``version, type, count u16, parts``."""
    return head(StructType.SNAPSHOT_BOARD) + u16(len(parts)) + b"".join(part.encode() for part in parts)


def parse_snapshot_board(data: bytes) -> tuple[SnapshotPart, ...]:
    """Raises Malformed."""
    if len(data) > MAX_BOARD:
        raise BadValue("board size")
    reader = Reader(data, "board")
    reader.struct(StructType.SNAPSHOT_BOARD)
    parts: list[SnapshotPart] = []
    for _ in range(reader.u16(0, 2 * MAX_UNITS)):
        unit_id = reader.take(UNIT_ID)
        parts.append(SnapshotPart(unit_id, read_snapshot(reader) if reader.u8(0, 1) else None))
    reader.end()
    if len({part.unit_id for part in parts}) != len(parts):
        raise BadValue("board units")
    return tuple(parts)


def board_id(directory: bytes, board: bytes) -> bytes:
    """32 bytes that name a board and the directory shown with it, by the bytes of both answers."""
    return sha256(labels.BOARD_ID + sha256(directory) + board)


def rows_size(parts: Sequence[SnapshotPart]) -> int:
    """Bytes of the answer with all rows of a board. Raises BadValue where that is more than there may be."""
    size = _ROWS_HEAD + sum(part.rows_size for part in parts)
    if size > MAX_BOARD:
        raise BadValue("rows size")
    return size


def encode_rows(board: bytes, rows: Sequence[bytes]) -> bytes:
    """``version, type, board_id 32``, then the rows of each part; ``board`` is the board_id."""
    return head(StructType.ROWS) + board + b"".join(rows)


def parse_rows(data: bytes, board: bytes, parts: Sequence[SnapshotPart]) -> tuple[bytes, ...]:
    """The rows of each part, for the board of that board_id. Raises Malformed, RowsMismatch."""
    rows_size(parts)
    reader = Reader(data, "rows")
    reader.struct(StructType.ROWS)
    if reader.take(HASH) != board:
        raise RowsMismatch("board")
    rows = tuple(reader.take(part.rows_size) for part in parts)
    reader.end()
    return rows
