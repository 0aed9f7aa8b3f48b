# SPDX-License-Identifier: AGPL-3.0-or-later
"""Blobs of files: passes and blobs in, those of closed periods out to units that sign for them."""

import asyncio
from collections.abc import Callable
from weakref import WeakValueDictionary

from aiohttp import web

from dropbox.http_edge.answers import BINARY, Answer, OpenedAnswer
from dropbox.http_edge.callers import Kind
from dropbox.http_edge.connection import caller_of, in_silence
from dropbox.protocol.blobs import PASS_REQUEST, BlobsHead, blob_id, parse_pass_request, verify_blobs_request
from dropbox.protocol.constants import BLOB, BLOBS_CHUNK
from dropbox.protocol.errors import ProtocolError
from dropbox.protocol.wire import Receipt
from dropbox.server.passes import Passes
from dropbox.server.ports import BlobStore, ObjectGone, SegmentStore, StoreBusy, blobs_name
from dropbox.server.turns import Turn

from .admission import check_binary, read_body
from .error_answers import Refused
from .shelf import Shelf
from .unit_signature import check_unit_signature
from .waiting import Waiting

COMMON_PART = 2
"""One in so many blobs of a period is common."""
FIRSTS = {Kind.CIRCUIT: 1, Kind.PREFIX: 4}
"""Uploads of a caller's hour that are firsts."""
MOST_READ = 128
"""Blobs that are read at one time: 32 MiB; of one pass: passes.MOST_BUSY."""
COPIES = 3
"""A blob takes its size so often before its period is closed and wiped: its row, the log of writes, the object."""


class Blobs:
    """The three routes. ``period`` and ``target``: the server's present period, and the one that a blob joins."""

    def __init__(
        self,
        blobs: BlobStore,
        segments: SegmentStore,
        shelf: Shelf,
        period: Callable[[], int],
        target: Callable[[], int],
        waiting: Waiting,
        passes: Passes,
    ) -> None:
        self._blobs = blobs
        self._segments = segments
        self._shelf = shelf
        self._period = period
        self._target = target
        self._waiting = waiting
        self._passes = passes
        self._read = 0
        self._storing: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()

    async def follow(self) -> None:
        """Bring the supply to the present; at first with what the store holds. Raises what the store raises."""
        if not self._shelf.has_shown:
            return
        if not self._waiting.began:
            period, policy = self._target(), self._shelf.ready.policy
            kept = await self._blobs.waiting_blobs(period)
            self._waiting.begin(period, policy.blobs_per_period, policy.period, kept)
        self._refill()
        self._passes.lapse(self._now())

    def _refill(self) -> None:
        policy = self._shelf.ready.policy
        self._waiting.follow(self._target(), policy.blobs_per_period, policy.period)

    async def post_pass(self, request: web.BaseRequest) -> Answer:
        """So many blobs are let in together, after their turn, or none of them. Raises Refused."""
        if check_binary(request) != PASS_REQUEST:
            raise Refused("wrong-length")
        if self._shelf.ready and not self._shelf.takes:
            raise Refused("try-later")
        try:
            count = parse_pass_request(await read_body(request, PASS_REQUEST))
        except ProtocolError:
            raise Refused("malformed") from None
        if not self._shelf.ready.policy.blobs_per_period:
            raise Refused("try-later")
        self._check_room(count)
        self._refill()
        turn = self._waiting.ask(caller_of(request), lambda: request.transport is not None, count)
        try:
            with in_silence(request):
                await self._waiting.wait(turn)
            # Others may have got theirs meanwhile.
            self._check_room(count)
            return Answer(self._passes.give(count, self._now(), self._lapsed(turn)).answer())
        finally:
            self._waiting.leave(turn)

    def _check_room(self, count: int) -> None:
        """For so many blobs beside those that passes still let in. Raises Refused."""
        if self._shelf.room < (self._passes.owed(self._now()) + count) * BLOB * COPIES:
            raise Refused("try-later")

    @staticmethod
    def _lapsed(turn: Turn) -> Callable[[int], None]:
        """What is not posted can go to others; what the caller's turn was counted for, stays counted."""
        bucket, turn.bucket = turn.bucket, None

        def give_back(blobs: int) -> None:
            if bucket is not None:
                bucket.give_back(blobs, turn.turned)

        return give_back

    async def post_blob(self, request: web.BaseRequest, name: bytes) -> Answer:
        """Durable before the answer; the same blob again gets the same receipt. Raises Refused."""
        if check_binary(request) != BLOB:
            raise Refused("wrong-length")
        if self._shelf.ready and not self._shelf.takes:
            raise Refused("try-later")
        if not self._passes.knows(name, self._now()):
            raise Refused("pass-gone")
        if self._read >= MOST_READ or not self._passes.begin(name, self._now()):
            raise Refused("try-later")
        self._read += 1
        try:
            return await self._store(name, await read_body(request, BLOB))
        finally:
            self._read -= 1
            self._passes.end(name, self._now())

    async def _store(self, name: bytes, blob: bytes) -> Answer:
        which = await asyncio.to_thread(blob_id, blob)
        # The same one twice at a time, as after a broken line, is stored and counted once.
        async with self._storing.setdefault(which, asyncio.Lock()):
            return await self._store_alone(name, which, blob)

    async def _store_alone(self, name: bytes, which: bytes, blob: bytes) -> Answer:
        period = await self._blobs.kept_blob(which)
        if period is not None:
            return Answer(Receipt(which, period).answer())
        if not self._passes.take(name):
            raise Refused("pass-gone")
        try:
            cap = self._shelf.ready.policy.blobs_per_period
            period = await self._blobs.put_blob(which, blob, self._target(), cap)
        except StoreBusy:
            self._passes.untake(name)
            raise Refused("try-later") from None
        except BaseException:
            self._passes.untake(name)
            raise
        return Answer(Receipt(which, period).answer())

    async def get_chunk(self, request: web.BaseRequest, period: int, chunk: int) -> Answer:
        """A chunk of a closed period's blobs, to a unit whose key signed for it. Raises Refused."""

        def verify(key: bytes, signature: bytes, service_id: bytes, unit_id: bytes) -> None:
            verify_blobs_request(key, signature, service_id, unit_id, period, chunk)

        check_unit_signature(request, self._shelf, self._period(), verify)
        try:
            return await self._chunk(period, chunk)
        except ObjectGone:  # past this moment
            await self._shelf.follow()
            return await self._chunk(period, chunk)

    async def _chunk(self, period: int, chunk: int) -> Answer:
        if period >= self._shelf.shown.open_period:
            raise Refused("future")
        kept = await self._segments.segment(period)
        if kept is None:
            # It may have gone this moment, which is said before it goes.
            await self._shelf.follow()
            if period < self._shelf.shown.oldest_period:
                raise Refused("expired")
        if kept is None or not kept.blobs:
            if chunk:
                raise Refused("unknown-path")
            return Answer(BlobsHead(self._shelf.ready.service_id, period, 0).encode(), BINARY)
        answer = OpenedAnswer(await self._shelf.open(blobs_name(period)), chunk * BLOBS_CHUNK, most=BLOBS_CHUNK)
        if answer.length <= 0:
            answer.close()
            raise Refused("unknown-path")
        return answer
