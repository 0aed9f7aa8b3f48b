# SPDX-License-Identifier: AGPL-3.0-or-later
"""The publisher: closes periods, rebuilds the open segment and the board, takes up directories, keeps retention.

Each step can be cut off by a crash and is taken again with the same bytes; docs/ARCHITECTURE.md tells the order.
Nothing is closed or deleted by a clock that does not follow from what is stored: docs/clocks.md.
"""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from dropbox.protocol.anchors import Anchor
from dropbox.protocol.directory import Directory, Policy, parse_directory, parse_signed_directory, verify_directory
from dropbox.protocol.errors import ProtocolError
from dropbox.protocol.wire import segment_header, segment_root

from .admission import above_reserve
from .board import build_board
from .connection import log_fault
from .lived_periods import explained, first_explained, first_kept, passed_over
from .ports import ClosedSegment, SegmentFiles, Store
from .shelf import Shelf
from .static_files import StaticFile
from .steady_clock import Clocks

LONGEST_NAP = 5.0
_LOG = logging.getLogger("dropbox.server")


class Publisher:
    """One for each process; ``tick`` does whatever is due at the clock's time."""

    def __init__(
        self,
        store: Store,
        files: SegmentFiles,
        shelf: Shelf,
        pinned: Anchor,
        document: Callable[[Directory], StaticFile],
        clocks: Clocks,
    ) -> None:
        """``document`` makes the page for a directory."""
        self._store = store
        self._files = files
        self._shelf = shelf
        self._pinned = pinned
        self._document = document
        self._clocks = clocks
        self._clock = clocks.now
        self._closed_at: float | None = None
        self._told = False
        self._dir_version: int | None = None
        self._collected: int | None = None
        self._board_turn: int | None = None
        self._written: tuple[int, int] | None = None
        self._started = False
        self._scrubbed = False
        self._building = asyncio.Lock()
        self._ticking = asyncio.Lock()

    @property
    def _policy(self) -> Policy:
        return self._shelf.ready.policy

    async def tick(self) -> None:
        """Do what is due."""
        async with self._ticking:
            await self._tick()

    async def _tick(self) -> None:
        if not self._scrubbed:
            # A crash may have come between a close and its scrub. Before the board is in memory: both take some.
            await self._store.scrub()
            self._scrubbed = True
        await self._take_up_directory()
        if self._shelf.verified is None:
            return
        if not self._started:
            await self._start()
        period = await self._believed_period()
        if period is not None and period > self._shelf.open_period:
            await self._close_until(period)
        if period is not None and self._closed_at is None:
            self._closed_at = self._clocks.awake()
        collected = int(self._clock() // self._policy.collect)
        if collected != self._collected:
            await self._rebuild_open_segment()
            self._collected = collected
        turn = self._turn()
        if turn != self._board_turn:
            await self.rebuild_board()
            self._board_turn = turn

    def _turn(self) -> int:
        """The board changes once a period, one ``collect`` after it began, when desks have had time to upload."""
        policy = self._policy
        return int((self._clock() - policy.collect % policy.period) // policy.period)

    def nap(self) -> float:
        """Seconds until something may be due."""
        if self._shelf.verified is None:
            return 0.5
        now, policy = self._clock(), self._policy
        spans = (policy.period, policy.collect)
        return min(LONGEST_NAP, *(span - now % span + 0.01 for span in spans))

    async def run(self, data_dir: Path, reserve: int) -> None:
        """Tick until cancelled; a failure is logged by its class and tried again."""
        while True:
            try:
                self._shelf.taking = above_reserve(data_dir, reserve)
                await self.tick()
            except Exception as error:
                log_fault(error)
                await asyncio.sleep(1)
            await asyncio.sleep(self.nap())

    async def _take_up_directory(self) -> None:
        version = await self._store.newest_directory_version()
        if version is None or version == self._dir_version:
            return
        newest, *older = await self._store.newest_directories(2)
        try:
            verified = verify_directory(self._pinned, parse_signed_directory(newest))
            previous = parse_directory(parse_signed_directory(older[0]).body) if older else None
        except ProtocolError as error:
            # `directory publish` lets no such one through; the service goes on with the one it has.
            if self._shelf.verified is None:
                raise
            log_fault(error)
            self._dir_version = version
            return
        async with self._building:
            board, on_board = await build_board(self._store, verified.directory)
            shelf = self._shelf
            shelf.verified, shelf.previous, shelf.directory_bytes = verified, previous, newest
            shelf.board, shelf.on_board = board, on_board
            shelf.document = self._document(verified.directory)
        self._dir_version, self._board_turn = version, self._turn()

    async def rebuild_board(self) -> None:
        """Show what has been uploaded until now."""
        async with self._building:
            board, on_board = await build_board(self._store, self._shelf.ready.directory)
            self._shelf.board, self._shelf.on_board = board, on_board

    def _period(self) -> int:
        return int(self._clock() // self._policy.period)

    async def _start(self) -> None:
        newest = await self._store.newest_closed()
        self._shelf.open_period = 0 if newest is None else newest + 1
        await self._note_oldest()
        await self._files.keep_only(await self._store.filled_periods(), self._shelf.open_period)
        self._started = True

    async def _believed_period(self) -> int | None:
        """The clock's period; None while it does not follow from what is stored and nobody has confirmed it."""
        confirmed = await self._store.confirmed()
        agreed = confirmed is not None and abs(int(self._clocks.machine() // self._policy.period) - confirmed) <= 1
        if agreed or self._shelf.held:
            self._clocks.retake()
        period = self._period()
        if agreed:
            if period < self._shelf.open_period:
                await self._take_back(period)
        elif self._shelf.held and not await self._explained(period):
            if not self._told:
                _LOG.error("clock-unconfirmed")
            self._told = True
            return None
        if confirmed is not None:
            await self._store.confirm(None)
        if self._shelf.held:
            await self._open_first(period)
            self._shelf.held = self._told = False
        return period

    async def _explained(self, period: int) -> bool:
        policy = self._policy
        if await self._store.newest_closed() is None:
            return first_explained(policy, self._shelf.ready.signed_head.head, period)
        return explained(policy, self._shelf.open_period, period)

    async def _open_first(self, period: int) -> None:
        """Once in a store's life: everything before the first believed period is closed and empty."""
        if await self._store.newest_closed() is None:
            await self._store.begin(period)
            self._shelf.open_period = period
            await self._note_oldest()

    async def _take_back(self, period: int) -> None:
        """Open again what was closed ahead of ``period``."""
        ahead = [one for one in await self._store.filled_periods() if one >= period]
        await self._store.take_back(period, self._files.envelopes(ahead))
        self._shelf.open_period, self._shelf.open_file = period, None
        self._written = self._collected = None
        await self._files.keep_only(await self._store.filled_periods(), period)
        await self._note_oldest()

    async def _close_until(self, period: int) -> None:
        """Close every period before ``period``; after a long stop only the last ``retention`` ones are made."""
        await self._note_skip(period)
        first = max(self._shelf.open_period, period - self._policy.retention)
        if first > self._shelf.open_period:
            # Accepted long ago and never closed: they go into the newest segment, which desks can still fetch.
            await self._store.carry(first, period - 1)
        waiting = [one for one in await self._store.waiting_periods() if first <= one < period]
        for one in [*waiting, period]:
            if first < one and not await self._store.close_empty(first, one - 1):
                for late in range(first, one):
                    await self._close_one(late)
            if one < period:
                await self._close_one(one)
            first = one + 1
        if waiting:
            await self._store.scrub()
        self._shelf.open_period, self._shelf.open_file = period, None
        self._closed_at = self._clocks.awake()
        await self._retain(period)

    async def _note_skip(self, period: int) -> None:
        """Periods in which no server was awake give no desk a chance to fetch, so they count for no retention."""
        lived = 1
        if self._closed_at is not None:
            lived += int((self._clocks.awake() - self._closed_at) // self._policy.period)
        skipped = passed_over(self._shelf.open_period, period, lived)
        if skipped:
            await self._store.note_skip(period, skipped)

    async def _close_one(self, period: int) -> None:
        await self._store.seal(period)
        ids = await self._store.open_ids(period)
        if ids:
            await self._write_segment(period, True, ids)
        await self._store.close(ClosedSegment(period, len(ids), segment_root(ids)))

    async def _write_segment(self, period: int, closed: bool, ids: list[bytes]) -> None:
        header = segment_header(self._shelf.ready.service_id, period, closed, len(ids))
        target = self._files.path(period, closed)
        await self._files.write(target, header, ids, self._store.bodies, period * self._policy.period)

    async def _rebuild_open_segment(self) -> None:
        period = self._shelf.open_period
        ids = await self._store.open_ids(period)
        if ids and self._written != (period, len(ids)):
            await self._write_segment(period, False, ids)
            self._written = (period, len(ids))
            self._shelf.open_file = period

    async def _retain(self, period: int) -> None:
        kept = first_kept(period, self._policy.retention, await self._store.skips())
        await self._store.drop_segments(kept)
        await self._store.trim_batches(self._policy.window)
        await self._files.keep_only(await self._store.filled_periods(), period)
        await self._note_oldest()

    async def _note_oldest(self) -> None:
        oldest = await self._store.oldest_closed()
        self._shelf.oldest_period = self._shelf.open_period if oldest is None else oldest
