# SPDX-License-Identifier: AGPL-3.0-or-later
"""The publisher: closes periods, rebuilds the open segment and the board, takes up directories, keeps retention.

Each step can be cut off by a crash and is taken again with the same bytes; docs/ARCHITECTURE.md tells the order.
Nothing is closed or deleted by a clock that does not follow from what is stored: docs/clocks.md.
"""

import asyncio
import errno
import logging
from collections.abc import AsyncIterator, Iterator, Sequence

from dropbox.protocol.anchors import Anchor
from dropbox.protocol.constants import ENVELOPE
from dropbox.protocol.errors import ProtocolError, WrongVersion
from dropbox.protocol.policy import Policy
from dropbox.protocol.wire import SEGMENT_HEADER, segment_header, segment_root
from dropbox.server.directories import Listed, newest_listed
from dropbox.server.faults import log_fault
from dropbox.server.ports import (
    BLOBS,
    BOARD,
    SEGMENTS,
    SHOWN,
    STORED,
    ClosedSegment,
    Objects,
    Shown,
    Store,
    blobs_name,
    board_names,
    segment_name,
)

from .blobs import read_blobs, write_blobs
from .board import BoardBuild
from .lived_periods import explained, first_explained, first_kept, passed_over
from .steady_clock import Clocks

LONGEST_NAP = 5.0
_AT_ONCE = 64  # 1 MiB of envelopes in memory
_PIECE = 1 << 20
_BEING_BUILT = f"{BOARD}/being-built.bin"
_LOG = logging.getLogger("dropbox.server")


async def _one_piece(data: bytes) -> AsyncIterator[bytes]:
    yield data


class Publisher:
    """One for each service; ``tick`` does whatever is due at the clock's time."""

    def __init__(self, store: Store, objects: Objects, pinned: Anchor, clocks: Clocks) -> None:
        self._store = store
        self._objects = objects
        self._pinned = pinned
        self._clocks = clocks
        self._clock = clocks.now
        self._listed: Listed | None = None
        self._open_period = 0
        self._oldest_period = 0
        self._segment = False
        self._held = True
        self._board = self._board_before = ""
        self._on_board: set[bytes] = set()
        self._shown: Shown | None = None
        self._closed_at: float | None = None
        self._told = False
        self._refused: int | None = None
        self._collected: int | None = None
        self._board_turn: int | None = None
        self._written: tuple[int, int] | None = None
        self._started = False
        self._scrubbed = False
        # Held by whoever writes or removes objects of the board: a handler may ask for a new one at any moment.
        self._building = asyncio.Lock()
        self._ticking = asyncio.Lock()

    @property
    def _now_listed(self) -> Listed:
        if self._listed is None:
            raise RuntimeError("nothing is listed yet")
        return self._listed

    @property
    def _policy(self) -> Policy:
        return self._now_listed.verified.policy

    @property
    def shows(self) -> bool:
        """Whether it has written down, since it began, what is shown."""
        return self._shown is not None

    async def tick(self) -> None:
        """Do what is due, and write down what is shown from now on."""
        async with self._ticking:
            await self._tick()

    async def _tick(self) -> None:
        if not self._scrubbed:
            # A crash may have come between a close and its scrub.
            await self._store.scrub()
            self._scrubbed = True
        await self._take_up_directory()
        if self._listed is None:
            return
        if not self._started:
            await self._start()
        period = await self._believed_period()
        if period is not None and period > self._open_period:
            await self._close_until(period)
        if period is not None and self._closed_at is None:
            self._closed_at = self._clocks.awake()
        collected = int(self._clock() // self._policy.collect)
        if collected != self._collected:
            await self._rebuild_open_segment()
            self._collected = collected
        turn = self._turn()
        if turn != self._board_turn or await self._some_wait_for_the_board():
            await self.rebuild_board()
            self._board_turn = turn
        await self._show()

    def _turn(self) -> int:
        """The board changes once a period, one ``collect`` after it began, when desks have had time to upload."""
        policy = self._policy
        return int((self._clock() - policy.collect % policy.period) // policy.period)

    def nap(self) -> float:
        """Seconds until something may be due."""
        if self._listed is None:
            return 0.5
        now, policy = self._clock(), self._policy
        spans = (policy.period, policy.collect)
        return min(LONGEST_NAP, *(span - now % span + 0.01 for span in spans))

    async def _show(self) -> None:
        async with self._building:
            await self._write_shown()

    async def _write_shown(self) -> None:
        """Write down what is shown, where it is not what was written before; then nobody needs older boards."""
        shown = Shown(
            self._open_period,
            self._oldest_period,
            self._now_listed.version,
            self._board,
            self._board_before,
            self._segment,
            self._held,
        )
        if shown == self._shown:
            return
        await self._objects.write(SHOWN, _one_piece(shown.encode()), self._stamp(self._open_period))
        self._shown = shown
        # Whoever has begun to read the one before, or has not taken up the new one yet, still opens it.
        kept = [name for board in (shown.board, shown.board_before) if board for name in board_names(board)]
        await self._objects.keep_only(BOARD, {SHOWN, *kept})

    def _stamp(self, period: int) -> int:
        return period * self._policy.period

    async def _take_up_directory(self) -> None:
        version = await self._store.newest_directory_version()
        if version is None or version == self._refused or (self._listed and version == self._listed.version):
            return
        try:
            listed = await newest_listed(self._store, self._pinned)
        except WrongVersion:
            # Of an earlier release: until the roots have issued it anew nothing is shown, nor what that release showed.
            _LOG.error("directory-of-another-form")
            if self._listed is None:
                await self._objects.keep_only(BOARD, set())
            self._refused = version
            return
        except ProtocolError as error:
            # `directory publish` lets no such one through; the service goes on with the one it has.
            if self._listed is None:
                raise
            log_fault(error)
            self._refused = version
            return
        async with self._building:
            self._listed = listed
            await self._build_board()
        self._board_turn = self._turn()

    async def _some_wait_for_the_board(self) -> bool:
        """Whether a unit has sent its first batch since the board was built."""
        listed = {unit.unit_id for unit in self._now_listed.verified.directory.on_board()}
        return bool((await self._store.batched_units() & listed) - self._on_board)

    async def rebuild_board(self) -> None:
        """Show what has been uploaded until now."""
        async with self._building:
            await self._build_board()
            if self._started:
                await self._write_shown()

    async def _build_board(self) -> None:
        listed, stamp = self._now_listed, self._stamp(self._open_period)
        on_board = await self._store.batched_units()
        build = BoardBuild(self._store, listed.verified.directory, listed.data)
        # Its name follows from its bytes, so that they are kept under another until all are there.
        await self._objects.write(_BEING_BUILT, build.board(), stamp)
        board = build.board_id.hex()
        answer, rows = board_names(board)
        await self._objects.write(rows, build.rows(), stamp)
        await self._objects.write(answer, self._pieces(_BEING_BUILT), stamp)
        if board != self._board:
            self._board, self._board_before = board, self._board
        self._on_board = on_board

    async def _pieces(self, name: str) -> AsyncIterator[bytes]:
        """An object's bytes."""
        opened = await asyncio.to_thread(self._objects.open, name)
        try:
            for at in range(0, opened.length, _PIECE):
                yield await asyncio.to_thread(opened.read, at, _PIECE)
        finally:
            opened.close()

    def _period(self) -> int:
        return int(self._clock() // self._policy.period)

    async def _start(self) -> None:
        newest = await self._store.newest_closed()
        self._open_period = 0 if newest is None else newest + 1
        await self._note_oldest()
        await self._keep_segments()
        self._started = True

    async def _keep_segments(self) -> None:
        """Remove every segment's object that is neither kept nor the open one: what is past, and the rest of a
        crash."""
        kept = {segment_name(period, True) for period in await self._store.filled_periods()}
        await self._objects.keep_only(SEGMENTS, kept | {segment_name(self._open_period, False)})
        await self._objects.keep_only(BLOBS, {blobs_name(period) for period in await self._store.blob_periods()})

    async def _believed_period(self) -> int | None:
        """The clock's period; None while it does not follow from what is stored and nobody has confirmed it."""
        confirmed = await self._store.confirmed()
        agreed = confirmed is not None and abs(int(self._clocks.machine() // self._policy.period) - confirmed) <= 1
        if agreed or self._held:
            self._clocks.retake()
        period = self._period()
        if agreed:
            if period < self._open_period:
                await self._take_back(period)
        elif self._held and not await self._explained(period):
            if not self._told:
                _LOG.error("clock-unconfirmed")
            self._told = True
            return None
        if confirmed is not None:
            await self._store.confirm(None)
        if self._held:
            await self._open_first(period)
            self._held = self._told = False
        return period

    async def _explained(self, period: int) -> bool:
        policy = self._policy
        if await self._store.newest_closed() is None:
            return first_explained(policy, self._now_listed.verified.signed_head.head, period)
        return explained(policy, self._open_period, period)

    async def _open_first(self, period: int) -> None:
        """Once in a store's life: everything before the first believed period is closed and empty."""
        if await self._store.newest_closed() is None:
            await self._store.begin(period)
            self._open_period = period
            await self._note_oldest()

    async def _take_back(self, period: int) -> None:
        """Open again what was closed ahead of ``period``."""
        ahead = [one for one in await self._store.filled_periods() if one >= period]
        blobs = [one for one in await self._store.blob_periods() if one >= period]
        await self._store.take_back(period, self._envelopes(ahead), read_blobs(self._objects, blobs))
        self._open_period, self._segment = period, False
        self._written = self._collected = None
        await self._note_oldest()
        await self._show()
        await self._keep_segments()

    def _envelopes(self, periods: Sequence[int]) -> Iterator[bytes]:
        """The envelopes of closed segments, one after another. Raises ObjectGone, and OSError when one is cut short."""
        for period in periods:
            opened = self._objects.open(segment_name(period, True))
            try:
                count, rest = divmod(opened.length - SEGMENT_HEADER, ENVELOPE)
                if count < 0 or rest:
                    raise OSError(errno.EIO, f"the segment of period {period} is cut short")
                for number in range(count):
                    yield opened.read(SEGMENT_HEADER + number * ENVELOPE, ENVELOPE)
            finally:
                opened.close()

    async def _close_until(self, period: int) -> None:
        """Close every period before ``period``; after a long stop only the last ``retention`` ones are made."""
        await self._note_skip(period)
        first = max(self._open_period, period - self._policy.retention)
        if first > self._open_period:
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
        self._open_period, self._segment = period, False
        self._closed_at = self._clocks.awake()
        await self._retain(period)

    async def _note_skip(self, period: int) -> None:
        """Periods in which no server was awake give no desk a chance to fetch, so they count for no retention."""
        lived = 1
        if self._closed_at is not None:
            lived += int((self._clocks.awake() - self._closed_at) // self._policy.period)
        skipped = passed_over(self._open_period, period, lived)
        if skipped:
            await self._store.note_skip(period, skipped)

    async def _close_one(self, period: int) -> None:
        await self._store.seal(period)
        ids = await self._store.open_ids(period)
        if ids:
            await self._write_segment(period, True, ids)
        service_id, stamp = self._now_listed.verified.service_id, self._stamp(period)
        blobs = await write_blobs(self._store, self._objects, service_id, period, stamp)
        await self._store.close(ClosedSegment(period, len(ids), segment_root(ids), blobs))

    async def _write_segment(self, period: int, closed: bool, ids: list[bytes]) -> None:
        header = segment_header(self._now_listed.verified.service_id, period, closed, len(ids))

        async def pieces() -> AsyncIterator[bytes]:
            yield header
            for at in range(0, len(ids), _AT_ONCE):
                yield b"".join(await self._store.bodies(ids[at : at + _AT_ONCE]))

        await self._objects.write(segment_name(period, closed), pieces(), self._stamp(period))

    async def _rebuild_open_segment(self) -> None:
        period = self._open_period
        ids = await self._store.open_ids(period)
        if ids and self._written != (period, len(ids)):
            await self._write_segment(period, False, ids)
            self._written = (period, len(ids))
            self._segment = True

    async def _retain(self, period: int) -> None:
        kept = first_kept(period, self._policy.retention, await self._store.skips())
        # Said before anything goes, so that nobody takes what is gone for a period in which nothing came.
        self._oldest_period = max(self._oldest_period, kept)
        await self._show()
        await self._store.drop_segments(kept)
        await self._store.trim_batches(STORED)
        await self._note_oldest()
        await self._show()
        await self._keep_segments()

    async def _note_oldest(self) -> None:
        oldest = await self._store.oldest_closed()
        self._oldest_period = self._open_period if oldest is None else oldest
