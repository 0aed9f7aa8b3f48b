# SPDX-License-Identifier: AGPL-3.0-or-later
"""The proof that a unit's newest batch is what it signed (docs/protocol.md, section 6.8)."""

from dataclasses import dataclass

from .batches import UnitBoard
from .certificates import EpochCert
from .errors import BatchAltered, BatchMissing, Malformed, UnitMissing
from .index import Index, parse_index
from .manifests import Manifest, check_certs, verify_manifest
from .primitives import sha256
from .units import BoardPlace, Unit


@dataclass(frozen=True)
class ProvedBatch:
    """A batch that the unit's signature proves."""

    manifest: Manifest
    index: Index
    rows: bytes


@dataclass(frozen=True)
class ProvedUnit:
    """A unit's newest batch, if it has one, and its two epoch certificates (step 6.8)."""

    unit: Unit
    batch: ProvedBatch | None
    certs: tuple[EpochCert, ...]

    @property
    def newest(self) -> int:
        """Period of the batch; first_period - 1 without one."""
        return self.batch.manifest.period if self.batch else max(self.unit.first_period - 1, 0)


def _prove_index(manifest: Manifest, index: bytes) -> Index:
    if sha256(index) != manifest.index_hash:
        raise BatchAltered("index")
    try:
        return parse_index(index, manifest.q, manifest.m)
    except Malformed:
        raise BatchAltered("index form") from None


def prove_unit(service_id: bytes, place: BoardPlace, served: UnitBoard | None, rows: bytes) -> ProvedUnit:
    """Prove a unit's newest batch (step 6.8): ``served`` is its part of the board, None where there is none, ``rows``
    what was cut for it.

    Raises BoardAltered: each of them is a proof.
    """
    unit = place.unit
    if served is None or served.unit_id != unit.unit_id:
        raise UnitMissing("board")
    if served.batch is None:
        if place.last_period:
            raise BatchMissing("last")
        return ProvedUnit(unit, None, ())
    shown = served.batch
    manifest = verify_manifest(service_id, unit, shown.manifest, shown.signature)
    if place.last_period is not None and (manifest.period, shown.hash) != (place.last_period, place.last_hash):
        raise BatchMissing("last")
    index = _prove_index(manifest, shown.index)
    certs = check_certs(manifest, shown.certs)
    if sha256(rows) != manifest.rows_hash:
        raise BatchAltered("rows")
    return ProvedUnit(unit, ProvedBatch(manifest, index, rows), certs)
