# SPDX-License-Identifier: AGPL-3.0-or-later
"""The newest head of every unit's board, and a short form of all of them in words (docs/protocol.md, section 6.12).

Two visits, or two people, that were shown the same board have the same words; whoever was shown another one has others.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from dropbox.protocol import labels
from dropbox.protocol.encoding import u32
from dropbox.protocol.primitives import sha256
from dropbox.protocol.proofs import ProvedUnit

HEAD_WORDS = 6
"""Fewer than a codename has, so that none is taken for one; 77 bits of a hash."""


@dataclass(frozen=True)
class BoardHead:
    """A unit's newest batch: its period, and the hash of its manifest, which names all batches before it."""

    unit_id: bytes
    slug: str
    period: int
    hash: bytes


def newest_heads(units: Sequence[ProvedUnit]) -> tuple[BoardHead, ...]:
    """Those of the units whose board is proved and holds a batch, by unit_id."""
    heads = []
    for proved in units:
        if proved.batch:
            manifest = proved.batch.manifest
            heads.append(BoardHead(proved.unit.unit_id, proved.unit.slug, manifest.period, sha256(manifest.encode())))
    return tuple(sorted(heads, key=lambda head: head.unit_id))


def head_words(service_id: bytes, heads: Sequence[BoardHead], words: Sequence[str]) -> tuple[str, ...]:
    """HEAD_WORDS words of the list for all heads together, whatever their order."""
    parts = sorted(head.unit_id + u32(head.period) + head.hash for head in heads)
    number = int.from_bytes(sha256(labels.BOARD_HEADS + service_id + b"".join(parts)), "big")
    found = []
    for _ in range(HEAD_WORDS):
        number, place = divmod(number, len(words))
        found.append(words[place])
    return tuple(found)
