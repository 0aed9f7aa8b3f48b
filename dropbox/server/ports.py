# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the server's handlers need of a store, and what they may count on.

Every writing call returns only once the change is durable. Periods are numbers (docs/protocol.md, section 3).
"""

import json
from collections.abc import AsyncIterable, Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

from dropbox.http_edge.answers import Opened
from dropbox.protocol.anchors import read_slice
from dropbox.protocol.batches import Upload, parse_upload
from dropbox.protocol.encoding import Reader
from dropbox.protocol.errors import Malformed
from dropbox.protocol.manifests import MANIFEST_LONGEST
from dropbox.protocol.primitives import sha256


class StoreBusy(Exception):
    """Nothing was stored: the cap of the period, the queue, or a shutdown. Try again later."""


@dataclass(frozen=True)
class StoredBatch:
    """A unit's batch as it came: ``certs`` both certificates, ``body`` what follows them, its manifest first."""

    unit_id: bytes
    period: int
    certs: bytes
    body: bytes

    def upload(self) -> Upload | None:
        """None for a batch of an earlier form, which is shown no more."""
        try:
            return parse_upload(self.certs + self.body)
        except Malformed:
            return None

    @property
    def hash(self) -> bytes:
        """H(manifest), whatever its form."""
        return sha256(read_slice(Reader(self.body, "batch"), MANIFEST_LONGEST))


@dataclass(frozen=True)
class ClosedSegment:
    """A closed segment's row: how many envelopes, H of their sorted ids, and how many blobs the period brought."""

    period: int
    count: int
    root: bytes
    blobs: int = 0


class EnvelopeStore(Protocol):
    """Where envelopes wait until their period closes."""

    async def put(self, envelope_id: bytes, body: bytes, period: int, cap: int) -> int:
        """Keep an envelope; answers the period whose segment holds it.

        The same id again, open or closed, answers the first period. The period is ``period`` or, when that is sealed,
        the first that is not. Raises StoreBusy when the period holds ``cap`` envelopes already.
        """

    async def kept(self, envelope_id: bytes) -> int | None:
        """The period whose segment holds an envelope; None when nothing is kept of that id."""

    async def waiting(self, period: int) -> int:
        """How many envelopes wait in ``period``."""

    async def open_ids(self, period: int) -> list[bytes]:
        """Ids waiting in ``period``, sorted."""

    async def bodies(self, ids: Sequence[bytes]) -> list[bytes]:
        """The envelopes of these ids, sorted by id. All of them must be waiting."""


class BlobStore(Protocol):
    """Where blobs of files wait until their period closes."""

    async def put_blob(self, blob_id: bytes, body: bytes, period: int, cap: int) -> int:
        """As ``EnvelopeStore.put``. Raises StoreBusy when the period holds ``cap`` blobs already."""

    async def kept_blob(self, blob_id: bytes) -> int | None:
        """The period that has a blob; None when nothing is kept of that id."""

    async def waiting_blobs(self, period: int) -> int:
        """How many blobs wait in ``period``."""

    async def blob_ids(self, period: int) -> list[bytes]:
        """Ids waiting in ``period``, sorted."""

    async def blobs(self, ids: Sequence[bytes]) -> list[bytes]:
        """The blobs of these ids, sorted by id. All of them must be waiting."""

    async def blob_periods(self) -> list[int]:
        """Closed periods, still kept, that brought one, ascending."""


class SegmentStore(Protocol):
    """Closed segments, and the steps that close one. Only one process at a time takes them."""

    async def begin(self, period: int) -> None:
        """Say, once in a store's life, that everything before ``period`` is closed and empty."""

    async def newest_closed(self) -> int | None:
        """The newest closed period; None in a store that has not begun."""

    async def oldest_closed(self) -> int | None:
        """The oldest closed period that is still kept."""

    async def segment(self, period: int) -> ClosedSegment | None:
        """A closed segment that is still kept."""

    async def closed_segments(self) -> list[ClosedSegment]:
        """The rows of all that are kept, the oldest first."""

    async def filled_periods(self) -> list[int]:
        """Closed periods, still kept, that hold an envelope, ascending."""

    async def waiting_periods(self) -> list[int]:
        """Periods with envelopes or blobs waiting, ascending."""

    async def carry(self, before: int, into: int) -> None:
        """Move envelopes and blobs waiting in periods before ``before`` to the period ``into``."""

    async def close_empty(self, first: int, last: int) -> bool:
        """Close these periods if none holds an envelope or a blob; otherwise change nothing and answer False."""

    async def seal(self, period: int) -> None:
        """From now on no envelope or blob joins ``period`` or an earlier one."""

    async def close(self, segment: ClosedSegment) -> None:
        """Replace what waits of a sealed period by its ids and the segment's row, at once."""

    async def scrub(self) -> None:
        """Leave nothing in the store's files that shows in which order anything closed came."""

    async def note_skip(self, opened: int, skipped: int) -> None:
        """Say that ``skipped`` periods just before ``opened`` passed while no server ran."""

    async def skips(self) -> list[tuple[int, int]]:
        """What ``note_skip`` was told, ascending."""

    async def confirm(self, period: int | None) -> None:
        """Write down that a person says: it is ``period`` now. None takes it away again."""

    async def confirmed(self) -> int | None:
        """What ``confirm`` was last told."""

    async def note_flood(self, flooded: bool) -> None:
        """Say whether senders are kept waiting at present."""

    async def flooded(self) -> bool:
        """What ``note_flood`` was last told."""

    async def take_back(self, period: int, bodies: Iterable[bytes], blobs: Iterable[bytes] = ()) -> None:
        """Undo, at once, every close from ``period`` on: their envelopes, which are ``bodies``, and their ``blobs``
        wait in ``period`` again, and so do those that wait in later ones."""

    async def drop_segments(self, before: int) -> list[int]:
        """Forget segments of periods before ``before`` with their ids and skips; answers which."""


class BoardStore(Protocol):
    """Batches of the units and the directories of the roots."""

    async def batch(self, unit_id: bytes, period: int) -> StoredBatch | None:
        """One batch."""

    async def has_batch(self, unit_id: bytes, period: int) -> bool:
        """Whether there is one, without reading it."""

    async def batched_units(self) -> set[bytes]:
        """The units that have a batch."""

    async def newest_batches(self, unit_id: bytes, count: int) -> list[StoredBatch]:
        """A unit's newest ``count`` batches, oldest first."""

    async def add_batch(self, batch: StoredBatch) -> bool:
        """Keep a batch. False when (unit, period) is taken."""

    async def lost_through(self) -> int:
        """The last period of which batches may have been lost with a machine whose backup this store is; -1 for none:
        a unit goes on from a batch that it alone still knows."""

    async def trim_batches(self, keep: int) -> None:
        """Keep each unit's newest ``keep`` batches."""

    async def newest_directories(self, count: int) -> list[bytes]:
        """Signed directories, newest first."""

    async def newest_directory_version(self) -> int | None:
        """dir_version of the newest directory; None before the first publish."""

    async def add_directory(self, dir_version: int, body: bytes) -> bool:
        """Keep a directory newer than all others. False when it is not newer."""


class Store(EnvelopeStore, BlobStore, SegmentStore, BoardStore, Protocol):
    """The whole store."""

    def recount(self) -> None:
        """Where other processes add envelopes too: count those of a period afresh before the next is kept."""

    async def claim(self) -> bool:
        """Be the one publisher of this store until it is closed. False when another process is. To be asked before each
        turn: whoever loses the store may lose its place to another."""

    async def close_store(self) -> None:
        """Finish what was accepted, then let go of files and connections."""


class ObjectGone(LookupError):
    """There is no object of that name."""


class Objects(Protocol):
    """Named strings of bytes that are served as they stand: segments, the board, and what is shown. A name is
    ``kind/name``; an object appears whole or not at all, and the same name written again takes its place."""

    def open(self, name: str) -> Opened:
        """Waits, so never on the event loop. Raises ObjectGone."""

    async def write(self, name: str, pieces: AsyncIterable[bytes], stamp: int) -> None:
        """Durable when it returns; in the memory of one piece. ``stamp`` (unix seconds) is the time that it shows."""

    async def remove(self, name: str) -> None:
        """Remove one, where there is one."""

    async def keep_only(self, kind: str, names: Collection[str]) -> None:
        """Remove every other object of a kind: what is past, and the rest of a crash."""


STORED = 2
"""A unit's batches that are kept: the one that is shown, and the one that was."""
SEGMENTS = "segments"
BLOBS = "blobs"
BOARD = "board"
SHOWN = f"{BOARD}/shown.json"


def board_names(board: str) -> tuple[str, str]:
    """The objects of a board: its answer, and that of its rows."""
    return f"{BOARD}/{board}.bin", f"{BOARD}/{board}.rows"


def segment_name(period: int, closed: bool) -> str:
    """The object of a segment."""
    return f"{SEGMENTS}/{period}.bin" if closed else f"{SEGMENTS}/open-{period}.bin"


def blobs_name(period: int) -> str:
    """The object of a closed period's blobs."""
    return f"{BLOBS}/{period}.bin"


@dataclass(frozen=True)
class Shown:
    """What the service shows at this moment. The publisher alone writes it; every process that answers reads it.

    ``board`` is the board's name, its board_id in hex, and ``board_before`` that of the one before it (empty: none);
    ``dir_version`` the directory in the store that it was built for. ``segment`` says whether the open period has an
    object yet. ``held``: the publisher's clock does not follow from what is stored, so nothing is taken.
    """

    open_period: int
    oldest_period: int
    dir_version: int
    board: str
    board_before: str
    segment: bool
    held: bool

    def encode(self) -> bytes:
        """A JSON object of the fields."""
        return json.dumps(asdict(self)).encode()


def parse_shown(data: bytes) -> Shown:
    """Raises ValueError when these bytes are none of ``encode``'s."""
    found = json.loads(data)
    if not isinstance(found, dict) or {name: type(value) for name, value in found.items()} != Shown.__annotations__:
        raise ValueError("shown")
    return Shown(**found)
