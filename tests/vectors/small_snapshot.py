# SPDX-License-Identifier: AGPL-3.0-or-later
"""The small service on the snapshot board: batches of eight rows and eight marks, made by hand from the structs."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dropbox.protocol.anchors import Head
from dropbox.protocol.batches import Batch
from dropbox.protocol.board import EntryPlace, EntryPlain
from dropbox.protocol.constants import ENTRY, HASH, LANES, PAYLOAD, EntryType
from dropbox.protocol.index import make_index
from dropbox.protocol.manifests import NO_HASH
from dropbox.protocol.marks import Mark, hide_mark, mark_name, mark_value
from dropbox.protocol.primitives import sha256
from dropbox.protocol.rows import join_rows, rows_root
from dropbox.protocol.snapshots import (
    Snapshot,
    SnapshotManifest,
    SnapshotPart,
    board_id,
    encode_rows,
    encode_snapshot_board,
    sign_snapshot,
)
from dropbox.protocol.texts import seal_row, text_key
from dropbox.protocol.units import BoardPlace, Unit
from tests.vectors.small_service import (
    POLICY,
    SERVICE,
    SIGNED,
    START,
    Reply,
    certs_at,
    chain_key,
    keys_for,
    make_directory,
    noise,
    seed,
    sign_directory,
    sign_head,
    unit_id,
)

QUOTA = 8


@dataclass(frozen=True)
class Said:
    """What a unit puts in a batch: entries by lane, payloads by value; the rest is random."""

    lanes: dict[int, tuple[bytes, ...]] = field(default_factory=dict)
    marks: dict[int, bytes] = field(default_factory=dict)
    q: int = QUOTA
    m: int = QUOTA


@dataclass(frozen=True)
class Made:
    """A batch and its rows."""

    snapshot: Snapshot
    rows: bytes


def _lanes(slug: str, period: int, said: Said) -> list[list[bytes]]:
    filled = []
    for lane in range(LANES):
        entries = list(said.lanes.get(lane, ()))
        more = range(said.q // LANES - len(entries))
        filled.append(entries + [noise(f"{slug} {period} row {lane} {at}", ENTRY) for at in more])
    return filled


def _marks(slug: str, period: int, said: Said) -> dict[int, bytes]:
    filled = dict(said.marks)
    for at in range(said.m - len(filled)):
        drawn = noise(f"{slug} {period} mark {at}", 6 + PAYLOAD)
        filled[mark_value(drawn, said.m)] = drawn[6:]
    return filled


def make_snapshot(
    slug: str, period: int, said: Said | None = None, before: tuple[int, Batch | Snapshot] | None = None, **changes: Any
) -> Made:
    """One signed batch. ``changes`` bend the manifest's fields; ``signer`` names another key's seed, ``index`` and
    ``rows`` are served, and named, in place of the right ones."""
    said = said or Said()
    signer = changes.pop("signer", seed(f"{slug} signs"))
    lanes = _lanes(slug, period, said)
    index = changes.pop("index", make_index(lanes, _marks(slug, period, said)).encode())
    rows = changes.pop("rows", join_rows(lanes))
    current, following = certs_at(slug, period)
    manifest = SnapshotManifest(
        service_id=SERVICE,
        unit_id=unit_id(slug),
        period=period,
        prev_period=before[0] if before else 0,
        prev_hash=before[1].hash if before else NO_HASH,
        q=said.q,
        m=said.m,
        index_hash=sha256(index),
        rows_hash=sha256(rows),
        root=changes["root"] if "root" in changes else rows_root(rows),
        intake_period=period - 1,
        intake_root=sha256(b""),
        audit_head=bytes(HASH),
        head=sign_head(Head(SERVICE, 1, 1, START, START + POLICY.head_life, bytes(HASH))),
        cert_current=current.hash,
        cert_next=following.hash,
    )
    certs = (current.encode(), following.encode())
    return Made(sign_snapshot(replace(manifest, **changes), signer, certs, index), rows)


def make_row(slug: str, period: int, lane: int, reply: Reply, signer: bytes | None = None) -> bytes:
    """An entry of the conversation between STRETCHED and the unit; ``reply.slot`` is not asked."""
    keys = keys_for(slug)
    place = EntryPlace(keys.beacon, keys.pseudonym, period, lane, reply.message_id, reply.step)
    plain = EntryPlain(EntryType.TEXT, reply.number, reply.first, reply.part, reply.parts, reply.text)
    key = text_key(chain_key(keys, reply.step, reply.message_id))
    return seal_row(
        place, key, noise(f"nonce {slug} {period} {lane}", 12), SERVICE, signer or seed(f"{slug} signs"), plain
    )


def own_mark(slug: str, period: int, collected: int, more_waits: bool = False, m: int = QUOTA) -> dict[int, bytes]:
    """The mark of that conversation, by its value."""
    keys = keys_for(slug)
    name = mark_name(keys.beacon, keys.pseudonym, period)
    return {mark_value(name, m): hide_mark(name, Mark(collected, more_waits))}


def said_to(
    slug: str, period: int, replies: dict[int, Reply], marks: dict[int, bytes] | None = None, q: int = QUOTA
) -> Said:
    """A text's part a lane."""
    lanes = {lane: (make_row(slug, period, lane, reply),) for lane, reply in replies.items()}
    return Said(lanes, marks or {}, q)


def part_with(slug: str, made: Made | None) -> SnapshotPart:
    return SnapshotPart(unit_id(slug), made.snapshot if made else None)


def shown(
    units: Sequence[Unit], made: dict[str, Made | None], retired: Sequence[BoardPlace] = (), **changes: Any
) -> dict[str, Any]:
    """The input of an operation on a directory, a board and its rows, pinned to the first anchor.

    ``changes`` replace the board's or the rows' bytes; rows are then for the board that is shown.
    """
    directory = sign_directory(make_directory(units, retired)).encode()
    board = changes.get("board", encode_snapshot_board([part_with(slug, one) for slug, one in made.items()]))
    rows = changes.get("rows", [one.rows for one in made.values() if one])
    return {
        "anchor": SIGNED[0].encode().hex(),
        "directory": directory.hex(),
        "board": board.hex(),
        "rows": encode_rows(board_id(directory, board), rows).hex(),
    }
