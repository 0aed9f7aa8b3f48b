# SPDX-License-Identifier: AGPL-3.0-or-later
"""Batches, their upload, and the two answers that show them (docs/protocol.md, sections 6.7 and 6.8)."""

from collections.abc import Sequence
from dataclasses import dataclass

from . import labels
from .anchors import encode_slice, read_slice
from .constants import ENTRY, EPOCH_CERT, HASH, MAX_BOARD, MAX_UNITS, SIGNATURE, UNIT_ID, StructType
from .encoding import Reader, head, u8, u16
from .errors import BadValue, Malformed, RowsMismatch
from .index import INDEX_LONGEST, check_sizes, index_size
from .manifests import MANIFEST_LONGEST, Manifest, parse_manifest
from .primitives import ed25519_sign, sha256

_ROWS_HEAD = 2 + HASH


@dataclass(frozen=True)
class Batch:
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


def sign_batch(manifest: Manifest, signing_seed: bytes, certs: tuple[bytes, bytes], index: bytes) -> Batch:
    """``manifest`` names the hashes of ``certs`` and ``index``."""
    body = manifest.encode()
    signature = ed25519_sign(signing_seed, labels.MANIFEST_SIGNATURE + b"\0" + body)
    return Batch(certs, body, signature, index)


def read_batch(reader: Reader) -> Batch:
    """Raises Truncated, BadValue."""
    certs = (reader.take(EPOCH_CERT), reader.take(EPOCH_CERT))
    manifest, signature = read_slice(reader, MANIFEST_LONGEST), reader.take(SIGNATURE)
    return Batch(certs, manifest, signature, read_slice(reader, INDEX_LONGEST))


@dataclass(frozen=True)
class Upload:
    """What a desk posts: a batch and its rows."""

    batch: Batch
    rows: bytes

    def encode(self) -> bytes:
        """``batch || q x entry 1024``."""
        return self.batch.encode() + self.rows


def upload_size(q: int, m: int) -> int:
    """The most bytes an upload of ``q`` rows and ``m`` marks may have."""
    return 2 * EPOCH_CERT + 4 + MANIFEST_LONGEST + SIGNATURE + 4 + index_size(q, m) + q * ENTRY


def parse_upload(data: bytes) -> Upload:
    """The manifest must parse, since it says how many rows follow. Raises Malformed."""
    reader = Reader(data, "upload")
    batch = read_batch(reader)
    manifest = parse_manifest(batch.manifest)
    check_sizes(manifest.q, manifest.m)
    parsed = Upload(batch, reader.take(manifest.q * ENTRY))
    reader.end()
    return parsed


@dataclass(frozen=True)
class UnitBoard:
    """One unit's part of the board: its newest batch, or none."""

    unit_id: bytes
    batch: Batch | None

    @property
    def rows_size(self) -> int:
        """Bytes of its rows: those of the manifest's q where it parses and q is one that a batch may have, else none.
        Nobody has proved the manifest yet."""
        try:
            manifest = parse_manifest(self.batch.manifest if self.batch else b"")
            check_sizes(manifest.q, manifest.m)
        except Malformed:
            return 0
        return manifest.q * ENTRY

    def encode(self) -> bytes:
        """``unit_id 16 || has u8``, then the batch where has is 1."""
        return self.unit_id + (u8(1) + self.batch.encode() if self.batch else u8(0))


def encode_board(parts: Sequence[UnitBoard]) -> bytes:
    """``version, type, count u16, parts``."""
    return head(StructType.BOARD) + u16(len(parts)) + b"".join(part.encode() for part in parts)


def parse_board(data: bytes) -> tuple[UnitBoard, ...]:
    """Raises Malformed."""
    if len(data) > MAX_BOARD:
        raise BadValue("board size")
    reader = Reader(data, "board")
    reader.struct(StructType.BOARD)
    parts: list[UnitBoard] = []
    for _ in range(reader.u16(0, 2 * MAX_UNITS)):
        unit_id = reader.take(UNIT_ID)
        parts.append(UnitBoard(unit_id, read_batch(reader) if reader.u8(0, 1) else None))
    reader.end()
    if len({part.unit_id for part in parts}) != len(parts):
        raise BadValue("board units")
    return tuple(parts)


def board_id(directory: bytes, board: bytes) -> bytes:
    """32 bytes that name a board and the directory shown with it, by the bytes of both answers."""
    return sha256(labels.BOARD_ID + sha256(directory) + board)


def rows_size(parts: Sequence[UnitBoard]) -> int:
    """Bytes of the answer with all rows of a board. Raises BadValue where that is more than there may be."""
    size = _ROWS_HEAD + sum(part.rows_size for part in parts)
    if size > MAX_BOARD:
        raise BadValue("rows size")
    return size


def encode_rows(board: bytes, rows: Sequence[bytes]) -> bytes:
    """``version, type, board_id 32``, then the rows of each part; ``board`` is the board_id."""
    return head(StructType.ROWS) + board + b"".join(rows)


def parse_rows(data: bytes, board: bytes, parts: Sequence[UnitBoard]) -> tuple[bytes, ...]:
    """The rows of each part, for the board of that board_id. Raises Malformed, RowsMismatch."""
    rows_size(parts)
    reader = Reader(data, "rows")
    reader.struct(StructType.ROWS)
    if reader.take(HASH) != board:
        raise RowsMismatch("board")
    rows = tuple(reader.take(part.rows_size) for part in parts)
    reader.end()
    return rows
