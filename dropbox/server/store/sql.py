# SPDX-License-Identifier: AGPL-3.0-or-later
"""The store on a database: SQLite by default, PostgreSQL at scale."""

from collections.abc import Iterable, Sequence

from dropbox.protocol.primitives import sha256
from dropbox.server.ports import ClosedSegment, StoreBusy, StoredBatch

from . import blobs, operations, put_back
from .arrivals import Arrival, count_waiting, known_periods
from .database import Database
from .group_commit import GroupCommit
from .open_database import open_database

EMPTY_ROOT = sha256(b"")


class SqlStore:
    """``dropbox.server.ports.Store`` over one database."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._commits = GroupCommit(database)
        self._closing = False

    async def put(self, envelope_id: bytes, body: bytes, period: int, cap: int) -> int:
        return await self._commits.put(Arrival(envelope_id, body, period, cap))

    async def kept(self, envelope_id: bytes) -> int | None:
        return (await self.database.read(known_periods, [envelope_id])).get(envelope_id)

    async def waiting(self, period: int) -> int:
        return await self.database.read(count_waiting, period)

    async def open_ids(self, period: int) -> list[bytes]:
        self._commits.recount()
        return await self.database.read(operations.open_ids, period)

    async def bodies(self, ids: Sequence[bytes]) -> list[bytes]:
        return await self.database.read(operations.bodies, ids)

    async def put_blob(self, blob_id: bytes, body: bytes, period: int, cap: int) -> int:
        if self._closing:
            raise StoreBusy
        kept = await self.database.write(blobs.put, blob_id, body, period, cap)
        if kept is None:
            raise StoreBusy
        return kept

    async def kept_blob(self, blob_id: bytes) -> int | None:
        return await self.database.read(blobs.known, blob_id)

    async def waiting_blobs(self, period: int) -> int:
        return await self.database.read(blobs.waiting, period)

    async def blob_ids(self, period: int) -> list[bytes]:
        return await self.database.read(blobs.ids, period)

    async def blobs(self, ids: Sequence[bytes]) -> list[bytes]:
        return await self.database.read(blobs.bodies, ids)

    async def blob_periods(self) -> list[int]:
        return await self.database.read(blobs.periods)

    async def begin(self, period: int) -> None:
        await self.database.write(operations.begin, period)

    async def newest_closed(self) -> int | None:
        return await self.database.read(operations.newest_closed)

    async def oldest_closed(self) -> int | None:
        return await self.database.read(operations.oldest_closed)

    async def segment(self, period: int) -> ClosedSegment | None:
        return await self.database.read(operations.segment, period)

    async def closed_segments(self) -> list[ClosedSegment]:
        return await self.database.read(operations.closed_segments)

    async def filled_periods(self) -> list[int]:
        return await self.database.read(operations.filled_periods)

    async def waiting_periods(self) -> list[int]:
        return await self.database.read(operations.waiting_periods)

    async def carry(self, before: int, into: int) -> None:
        await self.database.write(operations.carry, before, into)

    async def close_empty(self, first: int, last: int) -> bool:
        return await self.database.write(operations.close_empty, first, last, EMPTY_ROOT)

    async def seal(self, period: int) -> None:
        await self.database.write(operations.seal, period)

    async def close(self, segment: ClosedSegment) -> None:
        await self.database.write(operations.close, segment)

    async def scrub(self) -> None:
        await self.database.scrub()

    async def note_skip(self, opened: int, skipped: int) -> None:
        await self.database.write(operations.note_skip, opened, skipped)

    async def skips(self) -> list[tuple[int, int]]:
        return await self.database.read(operations.skips)

    async def confirm(self, period: int | None) -> None:
        await self.database.write(operations.confirm, period)

    async def confirmed(self) -> int | None:
        return await self.database.read(operations.confirmed)

    async def note_flood(self, flooded: bool) -> None:
        await self.database.write(operations.note_flood, flooded)

    async def flooded(self) -> bool:
        return await self.database.read(operations.flooded)

    async def fullest(self) -> int:
        """Envelopes in the closed segment that has most."""
        return await self.database.read(operations.fullest)

    async def half_restored(self) -> bool:
        """Whether a restore was cut short: nothing may be served from it."""
        return await self.database.read(put_back.half_restored)

    async def lost_through(self) -> int:
        return await self.database.read(operations.lost_through)

    async def take_back(self, period: int, bodies: Iterable[bytes], blobs: Iterable[bytes] = ()) -> None:
        self._commits.recount()
        await self.database.write(operations.take_back, period, bodies, blobs)

    async def drop_segments(self, before: int) -> list[int]:
        return await self.database.write(operations.drop_segments, before)

    async def batch(self, unit_id: bytes, period: int) -> StoredBatch | None:
        return await self.database.read(operations.batch, unit_id, period)

    async def has_batch(self, unit_id: bytes, period: int) -> bool:
        return await self.database.read(operations.has_batch, unit_id, period)

    async def batched_units(self) -> set[bytes]:
        return await self.database.read(operations.batched_units)

    async def newest_batches(self, unit_id: bytes, count: int) -> list[StoredBatch]:
        return await self.database.read(operations.newest_batches, unit_id, count)

    async def add_batch(self, batch: StoredBatch) -> bool:
        return await self.database.write(operations.add_batch, batch)

    async def trim_batches(self, keep: int) -> None:
        await self.database.write(operations.trim_batches, keep)

    async def newest_directories(self, count: int) -> list[bytes]:
        return await self.database.read(operations.newest_directories, count)

    async def newest_directory_version(self) -> int | None:
        return await self.database.read(operations.newest_directory_version)

    async def add_directory(self, dir_version: int, body: bytes) -> bool:
        return await self.database.write(operations.add_directory, dir_version, body)

    async def counts(self) -> dict[str, int]:
        """How many of what there is, without content."""
        return await self.database.read(operations.counts)

    def recount(self) -> None:
        if self.database.shared:
            self._commits.recount()

    async def claim(self) -> bool:
        return await self.database.claim()

    async def close_store(self) -> None:
        self._closing = True
        await self._commits.drain()
        await self.database.dispose()


def open_store(url: str) -> SqlStore:
    """The store at a database URL; its schema must be up to date (see schema.py)."""
    return SqlStore(open_database(url))
