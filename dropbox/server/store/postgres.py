# SPDX-License-Identifier: AGPL-3.0-or-later
"""The same on PostgreSQL, through asyncpg."""

import logging
from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from .arrivals import Arrival, Kept, insert_all, plan, put_envelopes
from .database import Operation, P, R

_LOG = logging.getLogger("dropbox.server.store")

_POSTGRES_SCRUB = (
    # Each rewrites the table's file in the order of ids, its overflow and its index too.
    "CLUSTER open_envelopes USING open_envelopes_pkey",
    "CLUSTER closed_ids USING closed_ids_pkey",
    "CLUSTER open_blobs USING open_blobs_pkey",
    "CLUSTER closed_blob_ids USING closed_blob_ids_pkey",
    # The write-ahead log holds arrivals in their order until its old files are gone.
    "SELECT pg_switch_wal()",
    "CHECKPOINT",
)


_STILL_THERE = text("SELECT 1")
_CLAIM = text("SELECT pg_try_advisory_lock(hashtext('codename-dropbox server'))")


class PostgresDatabase:
    """An asyncpg pool; operations written for a plain connection run in it unchanged."""

    shared = True

    def __init__(self, url: str) -> None:
        self._engine: AsyncEngine = create_async_engine(url, pool_size=4, max_overflow=2)
        self._at_once = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        self._claimed: AsyncConnection | None = None
        self._holds = False

    async def write(self, operation: Operation[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            async with self._engine.begin() as connection:
                return await connection.run_sync(operation, *args, **kwargs)
        except OSError as error:
            # A socket that is not there or refuses: of the database, and of no file that somebody named.
            raise OperationalError("connect", None, error) from None

    async def read(self, operation: Operation[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await self.write(operation, *args, **kwargs)

    async def keep(self, arrivals: Sequence[Arrival], counted: dict[int, int]) -> Kept:
        """The short way is one statement, which commits by itself; the long one looks first at what is there."""
        planned = plan(arrivals, counted)
        if planned is not None:
            rows, counts = planned
            async with self._at_once.connect() as connection:
                if await connection.run_sync(insert_all, rows) == len(rows):
                    return [one.period for one in arrivals], counts
            counted = {}
        return await self.write(put_envelopes, arrivals, counted)

    async def scrub(self) -> None:
        async with self._engine.connect() as plain:
            connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
            for statement in _POSTGRES_SCRUB:
                try:
                    await connection.execute(text(statement))
                except DBAPIError as error:
                    # Without the rights, `dropbox-admin doctor` says which to grant.
                    _LOG.error("scrub-refused %s", type(error.orig).__name__)

    async def claim(self) -> bool:
        """An advisory lock on a connection of its own: it ends with the process, whatever ends that, and with the
        connection, so that it is looked at each time."""
        try:
            if self._claimed is None:
                self._claimed = await self._at_once.connect()
                self._holds = False
            if self._holds:
                await self._claimed.execute(_STILL_THERE)
            else:
                self._holds = bool((await self._claimed.execute(_CLAIM)).scalar())
        except DBAPIError:
            await self._let_go()
            raise
        return self._holds

    async def _let_go(self) -> None:
        if self._claimed is not None:
            await self._claimed.invalidate()
            await self._claimed.close()
            self._claimed = None

    async def dispose(self) -> None:
        await self._let_go()
        await self._engine.dispose()
