# SPDX-License-Identifier: AGPL-3.0-or-later
"""The proof that a unit's board is whole (docs/protocol.md, sections 6.8 and 6.9)."""

from collections.abc import Set
from dataclasses import dataclass

from .batches import Batch, UnitBoard, check_content, verify_batch
from .certificates import EpochCert
from .errors import BatchAltered, BatchForked, BatchMissing, Malformed, UnitMissing
from .index import Index, parse_index
from .manifests import NO_HASH, Manifest, check_certs, parse_manifest, verify_signed
from .primitives import sha256
from .snapshots import SnapshotManifest, SnapshotPart, parse_snapshot_manifest
from .units import BoardPlace, Unit


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


def prove_unit(service_id: bytes, place: BoardPlace, served: UnitBoard, window: int) -> ProvedUnit:
    """Prove a unit's whole window (step 6.8): newest signature, hashes back, every batch there, counts right.

    Raises BoardAltered: each of them is a proof.
    """
    unit = place.unit
    if served.unit_id != unit.unit_id:
        raise UnitMissing("order")
    if not served.batches:
        if place.last_period:
            raise BatchMissing("last")
        return ProvedUnit(unit, (), ())
    if len(served.batches) > window:
        raise BatchForked("more than the window")
    manifests = [verify_batch(service_id, unit, served.batches[-1])]
    newest = manifests[0].period, served.batches[-1].hash
    if place.last_period is not None and newest != (place.last_period, place.last_hash):
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


@dataclass(frozen=True)
class SnapshotBatch:
    """A batch of the snapshot board that the unit's signature proves, and the key that signed it."""

    manifest: SnapshotManifest
    key: bytes
    index: Index
    rows: bytes


@dataclass(frozen=True)
class ProvedSnapshot:
    """A unit's newest batch, if it has one, and its two epoch certificates (step 6a.8)."""

    unit: Unit
    batch: SnapshotBatch | None
    certs: tuple[EpochCert, ...]

    @property
    def newest(self) -> int:
        """Period of the batch; first_period - 1 without one."""
        return self.batch.manifest.period if self.batch else max(self.unit.first_period - 1, 0)


Sizes = Set[tuple[int, int]]
"""Pairs of q and m."""


def _prove_index(manifest: SnapshotManifest, index: bytes, allowed: Sizes | None) -> Index:
    if allowed is not None and (manifest.q, manifest.m) not in allowed:
        raise BatchAltered("sizes")
    if sha256(index) != manifest.index_hash:
        raise BatchAltered("index")
    try:
        return parse_index(index, manifest.q, manifest.m)
    except Malformed:
        raise BatchAltered("index form") from None


def prove_snapshot(
    service_id: bytes, place: BoardPlace, served: SnapshotPart | None, rows: bytes, allowed: Sizes | None = None
) -> ProvedSnapshot:
    """Prove a unit's newest batch (step 6a.8): ``served`` is its part of the board, None where there is none, ``rows``
    what was cut for it; ``allowed`` the sizes that a directory allows or lately did, None where that is not asked.

    Raises BoardAltered: each of them is a proof.
    """
    unit = place.unit
    if served is None or served.unit_id != unit.unit_id:
        raise UnitMissing("board")
    if served.snapshot is None:
        if place.last_period:
            raise BatchMissing("last")
        return ProvedSnapshot(unit, None, ())
    shown = served.snapshot
    manifest, key = verify_signed(parse_snapshot_manifest, service_id, unit, shown.manifest, shown.signature)
    if place.last_period is not None and (manifest.period, shown.hash) != (place.last_period, place.last_hash):
        raise BatchMissing("last")
    index = _prove_index(manifest, shown.index, allowed)
    certs = check_certs(manifest, shown.certs)
    if sha256(rows) != manifest.rows_hash:
        raise BatchAltered("rows")
    return ProvedSnapshot(unit, SnapshotBatch(manifest, key, index, rows), certs)
