# SPDX-License-Identifier: AGPL-3.0-or-later
"""The database as one file, through SQLite: the default."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event

from .arrivals import Arrival, Kept, put_envelopes
from .database import Operation, P, R

SQLITE_SETTINGS = {
    "page_size": "8192",  # of a new file; an envelope fills two, and less is moved in the tree than with 4096
    "journal_mode": "WAL",
    "synchronous": "FULL",  # a commit is on the disk before it is answered
    "wal_autocheckpoint": "4000",  # 32 MB: copying it back touches each page of the tree once for many envelopes
    "secure_delete": "ON",
    "temp_store": "MEMORY",  # VACUUM leaves no copy in a temporary file
    "busy_timeout": "10000",
}


_WRITER_CACHE = "PRAGMA cache_size=-8000"
"""8 MB hold the tree of a full period; a reader needs none of that."""


def sqlite_engine(url: str) -> Engine:
    """An engine with the settings above on every connection, and transactions that take the write lock at once."""
    engine = create_engine(url)

    @event.listens_for(engine, "connect")
    def configure(raw: Any, _record: Any) -> None:
        raw.isolation_level = None
        for name, value in SQLITE_SETTINGS.items():
            raw.execute(f"PRAGMA {name}={value}").close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A plain BEGIN that reads and then writes fails under another writer, whatever the busy timeout.
        reads = connection.get_execution_options().get("reads_only", False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


class SqliteDatabase:
    """One synchronous connection for writing and one for reading, each in a thread of its own."""

    shared = False

    def __init__(self, url: str) -> None:
        self._engine = sqlite_engine(url)
        self._writer = ThreadPoolExecutor(1, "store-writer")
        self._reader = ThreadPoolExecutor(1, "store-reader")
        self._connections: dict[str, Connection] = {}

    def _run(self, name: str, operation: Operation[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        if name not in self._connections:
            connection = self._engine.connect()
            self._connections[name] = connection.execution_options(reads_only=name == "reader")
            if name == "writer":
                self._connections[name].exec_driver_sql(_WRITER_CACHE).close()
                self._connections[name].rollback()
        connection = self._connections[name]
        with connection.begin():
            return operation(connection, *args, **kwargs)

    async def write(self, operation: Operation[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._writer, lambda: self._run("writer", operation, *args, **kwargs))

    async def read(self, operation: Operation[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._reader, lambda: self._run("reader", operation, *args, **kwargs))

    async def keep(self, arrivals: Sequence[Arrival], counted: dict[int, int]) -> Kept:
        return await self.write(put_envelopes, arrivals, counted)

    def _vacuum(self) -> None:
        # The list of free pages, in the order of deletion, names pages that were filled in the order of arrival.
        raw = self._engine.raw_connection()
        try:
            if raw.execute("PRAGMA freelist_count").fetchone()[0]:
                raw.execute("VACUUM")
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            raw.close()

    async def scrub(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._writer, self._vacuum)

    async def claim(self) -> bool:
        """The lock on the data folder, where the file is, is enough."""
        return True

    async def dispose(self) -> None:
        self._writer.shutdown()
        self._reader.shutdown()
        for connection in self._connections.values():
            connection.close()
        self._engine.dispose()
