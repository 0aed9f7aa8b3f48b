# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a server may do to one unit's part of the board, and the proof that each lie leaves."""

from collections.abc import Callable
from dataclasses import replace

from dropbox.protocol.batches import UnitBoard

Lie = Callable[[UnitBoard], UnitBoard | None]
"""None leaves the part out."""


def flip(data: bytes, at: int) -> bytes:
    """One bit of that byte turned."""
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def _change(at: int, **changes: Callable[[bytes], bytes]) -> Lie:
    def lie(served: UnitBoard) -> UnitBoard:
        batch = served.batches[at]
        one = replace(batch, **{name: change(getattr(batch, name)) for name, change in changes.items()})
        batches = list(served.batches)
        batches[at] = one
        return replace(served, batches=tuple(batches))

    return lie


LIES: dict[str, tuple[Lie, str]] = {
    "the unit's part left out": (lambda served: None, "unit-missing"),
    "oldest batch left out": (lambda served: replace(served, batches=served.batches[1:]), "batch-missing"),
    "a middle batch left out": (
        lambda served: replace(served, batches=served.batches[:5] + served.batches[6:]),
        "batch-missing",
    ),
    "an entry changed": (_change(-1, entries=lambda data: flip(data, 500)), "batch-altered"),
    "an old entry changed": (_change(3, entries=lambda data: flip(data, 500)), "batch-altered"),
    "a mark changed": (_change(-2, marks=lambda data: flip(data, 3)), "batch-altered"),
    "entries dropped": (
        _change(-1, entries=lambda data: data[1_024:], marks=lambda data: data[144:]),
        "batch-altered",
    ),
    "the newest manifest changed": (_change(-1, manifest=lambda data: flip(data, 60)), "manifest-unproved"),
    "an old manifest changed": (_change(4, manifest=lambda data: flip(data, 60)), "batch-forked"),
    "the signature changed": (_change(-1, signature=lambda data: flip(data, 5)), "manifest-unproved"),
    "a certificate swapped": (lambda served: replace(served, certs=served.certs[::-1]), "cert-mismatch"),
    "a certificate changed": (
        lambda served: replace(served, certs=(flip(served.certs[0], 700), served.certs[1])),
        "cert-mismatch",
    ),
    "batches out of order": (lambda served: replace(served, batches=served.batches[::-1]), "batch-forked"),
    "a batch twice": (
        lambda served: replace(served, batches=(*served.batches[1:-1], *served.batches[-2:-1], served.batches[-1])),
        "batch-forked",
    ),
}
