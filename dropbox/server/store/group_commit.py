# SPDX-License-Identifier: AGPL-3.0-or-later
"""Many envelopes, one transaction: what waits while one is being written goes into the next."""

import asyncio
import contextlib
import logging
from collections import deque

from dropbox.server.ports import StoreBusy

from .arrivals import Arrival
from .database import Database

MOST_AT_ONCE = 512
MOST_WAITING = 1_024  # 16 MiB of envelopes

_LOG = logging.getLogger("dropbox.server.store")


class GroupCommit:
    """Answers each envelope only after the transaction that holds it is durable."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[tuple[Arrival, asyncio.Future[int]]] = deque()
        self._writing: asyncio.Task[None] | None = None
        self._counts: dict[int, int] = {}
        self._closing = False

    async def put(self, arrival: Arrival) -> int:
        """The period in which the envelope is kept. Raises StoreBusy."""
        if self._closing or len(self._waiting) >= MOST_WAITING:
            raise StoreBusy
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append((arrival, done))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all())
        return await done

    def recount(self) -> None:
        """Count the envelopes of each period afresh at the next write: other processes add to them too."""
        self._counts = {}

    async def drain(self) -> None:
        """Take no more, and finish what waits."""
        self._closing = True
        if self._writing is not None:
            await self._writing

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                group = [self._waiting.popleft() for _ in range(min(MOST_AT_ONCE, len(self._waiting)))]
                try:
                    await self._write(group)
                except Exception:
                    # One bad row fails its whole transaction: find it, and keep the others.
                    for one in group:
                        await self._write_alone(one)
        finally:
            self._writing = None

    async def _write(self, group: list[tuple[Arrival, asyncio.Future[int]]]) -> None:
        arrivals = [arrival for arrival, _ in group]
        periods, self._counts = await self._database.keep(arrivals, self._counts)
        for (_, done), period in zip(group, periods, strict=True):
            if done.done():  # its connection is gone; the envelope is kept all the same
                continue
            if period is None:
                done.set_exception(StoreBusy())
            else:
                done.set_result(period)

    async def _write_alone(self, one: tuple[Arrival, asyncio.Future[int]]) -> None:
        try:
            await self._write([one])
        except Exception as error:
            _LOG.error("write-failed %s", type(error).__name__)
            with contextlib.suppress(asyncio.InvalidStateError):
                one[1].set_exception(error)
