# SPDX-License-Identifier: AGPL-3.0-or-later
"""The store's twin in memory, for tests and simulations: the same contract, nothing durable."""

from collections.abc import Iterable, Sequence

from dropbox.protocol.primitives import sha256
from dropbox.server.ports import ClosedSegment, StoreBusy, StoredBatch

from .operations import KEPT_DIRECTORIES


class MemoryStore:
    """``dropbox.server.ports.Store`` in dictionaries."""

    def __init__(self) -> None:
        self._open: dict[bytes, tuple[int, bytes]] = {}
        self._closed: dict[bytes, int] = {}
        self._segments: dict[int, ClosedSegment] = {}
        self._batches: dict[tuple[bytes, int], StoredBatch] = {}
        self._directories: dict[int, bytes] = {}
        self._sealed: int | None = None
        self._before: int | None = None
        self._skips: dict[int, int] = {}
        self._confirmed: int | None = None
        self._ended = False

    async def put(self, envelope_id: bytes, body: bytes, period: int, cap: int) -> int:
        if self._ended:
            raise StoreBusy
        if envelope_id in self._closed:
            return self._closed[envelope_id]
        if envelope_id not in self._open:
            target = max(period, -1 if self._sealed is None else self._sealed + 1)
            if len(await self.open_ids(target)) >= cap:
                raise StoreBusy
            self._open[envelope_id] = target, body
        return self._open[envelope_id][0]

    async def open_ids(self, period: int) -> list[bytes]:
        return sorted(one for one, (where, _) in self._open.items() if where == period)

    async def bodies(self, ids: Sequence[bytes]) -> list[bytes]:
        return [self._open[one][1] for one in sorted(ids)]

    async def begin(self, period: int) -> None:
        if self._sealed is None:
            self._sealed = self._before = period - 1

    async def newest_closed(self) -> int | None:
        return max(self._segments, default=self._before)

    async def oldest_closed(self) -> int | None:
        return min(self._segments, default=None)

    async def segment(self, period: int) -> ClosedSegment | None:
        return self._segments.get(period)

    async def filled_periods(self) -> list[int]:
        return sorted(one.period for one in self._segments.values() if one.count)

    async def waiting_periods(self) -> list[int]:
        return sorted({period for period, _ in self._open.values()})

    async def carry(self, before: int, into: int) -> None:
        for one, (period, body) in list(self._open.items()):
            if period < before:
                self._open[one] = into, body

    async def close_empty(self, first: int, last: int) -> bool:
        if any(first <= period <= last for period, _ in self._open.values()):
            return False
        await self.seal(last)
        for period in range(first, last + 1):
            self._segments.setdefault(period, ClosedSegment(period, 0, sha256(b"")))
        return True

    async def seal(self, period: int) -> None:
        if self._sealed is not None:
            self._sealed = max(self._sealed, period)

    async def close(self, segment: ClosedSegment) -> None:
        for one in await self.open_ids(segment.period):
            self._closed[one] = segment.period
            del self._open[one]
        self._segments[segment.period] = segment

    async def scrub(self) -> None:
        """There is no file."""

    async def note_skip(self, opened: int, skipped: int) -> None:
        self._skips.setdefault(opened, skipped)

    async def skips(self) -> list[tuple[int, int]]:
        return sorted(self._skips.items())

    async def confirm(self, period: int | None) -> None:
        self._confirmed = period

    async def confirmed(self) -> int | None:
        return self._confirmed

    async def take_back(self, period: int, bodies: Iterable[bytes]) -> None:
        waiting = {one: (min(where, period), body) for one, (where, body) in self._open.items()}
        self._open = {sha256(body): (period, body) for body in bodies} | waiting
        self._closed = {one: where for one, where in self._closed.items() if where < period}
        self._segments = {where: one for where, one in self._segments.items() if where < period}
        self._skips = {opened: skipped for opened, skipped in self._skips.items() if opened <= period}
        self._sealed = self._before = period - 1

    async def drop_segments(self, before: int) -> list[int]:
        dropped = sorted(period for period in self._segments if period < before)
        self._closed = {one: period for one, period in self._closed.items() if period >= before}
        for period in dropped:
            del self._segments[period]
        if dropped:
            self._skips = {opened: skipped for opened, skipped in self._skips.items() if opened > before}
        return dropped

    async def batch(self, unit_id: bytes, period: int) -> StoredBatch | None:
        return self._batches.get((unit_id, period))

    async def newest_batches(self, unit_id: bytes, count: int) -> list[StoredBatch]:
        periods = sorted(period for unit, period in self._batches if unit == unit_id)
        return [self._batches[unit_id, period] for period in periods[-count:]]

    async def add_batch(self, batch: StoredBatch) -> bool:
        if (batch.unit_id, batch.period) in self._batches:
            return False
        for (unit, period), older in list(self._batches.items()):
            if unit == batch.unit_id and period < batch.period:
                self._batches[unit, period] = StoredBatch(unit, period, b"", older.body)
        self._batches[batch.unit_id, batch.period] = batch
        return True

    async def trim_batches(self, keep: int) -> None:
        for unit in {unit for unit, _ in self._batches}:
            kept = {one.period for one in await self.newest_batches(unit, keep)}
            for key in [key for key in self._batches if key[0] == unit and key[1] not in kept]:
                del self._batches[key]

    async def newest_directories(self, count: int) -> list[bytes]:
        return [self._directories[version] for version in sorted(self._directories, reverse=True)[:count]]

    async def newest_directory_version(self) -> int | None:
        return max(self._directories, default=None)

    async def add_directory(self, dir_version: int, body: bytes) -> bool:
        if any(version >= dir_version for version in self._directories):
            return False
        self._directories[dir_version] = body
        for version in sorted(self._directories)[:-KEPT_DIRECTORIES]:
            del self._directories[version]
        return True

    async def close_store(self) -> None:
        self._ended = True
