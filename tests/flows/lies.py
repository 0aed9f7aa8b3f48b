# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a server may do to one unit's part of the board and its rows, and the proof that each lie leaves."""

from collections.abc import Callable
from dataclasses import replace

from dropbox.protocol.batches import Batch, UnitBoard
from dropbox.protocol.constants import ENTRY

Served = tuple[UnitBoard, bytes]
"""A unit's part, and its rows."""
Lie = Callable[[UnitBoard, bytes], Served | None]
"""None leaves the part out."""


def flip(data: bytes, at: int) -> bytes:
    """One bit of that byte turned."""
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def _batch(change: Callable[[Batch], Batch]) -> Lie:
    def lie(served: UnitBoard, rows: bytes) -> Served:
        assert served.batch is not None
        return replace(served, batch=change(served.batch)), rows

    return lie


def _rows(change: Callable[[bytes], bytes]) -> Lie:
    return lambda served, rows: (served, change(rows))


def _certs(change: Callable[[tuple[bytes, bytes]], tuple[bytes, bytes]]) -> Lie:
    return _batch(lambda batch: replace(batch, certs=change(batch.certs)))


def _field(name: str, change: Callable[[bytes], bytes]) -> Lie:
    return _batch(lambda batch: replace(batch, **{name: change(getattr(batch, name))}))


LIES: dict[str, tuple[Lie, str]] = {
    "the unit's part left out": (lambda served, rows: None, "unit-missing"),
    "a row changed": (_rows(lambda rows: flip(rows, 500)), "batch-altered"),
    "two rows swapped": (
        _rows(lambda rows: rows[ENTRY : 2 * ENTRY] + rows[:ENTRY] + rows[2 * ENTRY :]),
        "batch-altered",
    ),
    "a tag in the index changed": (_field("index", lambda index: flip(index, 9)), "batch-altered"),
    "a mark in the index changed": (_field("index", lambda index: flip(index, -3)), "batch-altered"),
    "the index cut short": (_field("index", lambda index: index[:-1]), "batch-altered"),
    "the manifest changed": (_field("manifest", lambda manifest: flip(manifest, 60)), "manifest-unproved"),
    "the signature changed": (_field("signature", lambda signature: flip(signature, 5)), "manifest-unproved"),
    "the certificates swapped": (_certs(lambda certs: certs[::-1]), "cert-mismatch"),
    "a certificate changed": (_certs(lambda certs: (flip(certs[0], 700), certs[1])), "cert-mismatch"),
}
