# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a transaction runs on each database, how it is made durable, and how traces of order are wiped."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

P = ParamSpec("P")
R = TypeVar("R")
Operation = Callable[Concatenate[Connection, P], R]

_LOG = logging.getLogger("dropbox.server.store")

SQLITE_SETTINGS = {
    "page_size": "8192",  # of a new file; an envelope fills two, and less is moved in the tree than with 4096
    "journal_mode": "WAL",
    "synchronous": "FULL",  # a commit is on the disk before it is answered
    "wal_autocheckpoint": "4000",  # 32 MB: copying it back touches each page of the tree once for many envelopes
    "cache_size": "-8000",  # 8 MB hold the tree of a full period
    "secure_delete": "ON",
    "temp_store": "MEMORY",  # VACUUM leaves no copy in a temporary file
    "busy_timeout": "10000",
}


class Database(Protocol):
    """Runs operations, each in a transaction of its own."""

    async def write(self, operation: Operation[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run and commit; durable when it returns."""

    async def read(self, operation: Operation[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run without holding up writers."""

    async def scrub(self) -> None:
        """Wipe what the files still show of deleted rows and of the order in which rows came."""

    async def dispose(self) -> None:
        """Let go of every connection."""


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

    def __init__(self, url: str) -> None:
        self._engine = sqlite_engine(url)
        self._writer = ThreadPoolExecutor(1, "store-writer")
        self._reader = ThreadPoolExecutor(1, "store-reader")
        self._connections: dict[str, Connection] = {}

    def _run(self, name: str, operation: Operation[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        if name not in self._connections:
            connection = self._engine.connect()
            self._connections[name] = connection.execution_options(reads_only=name == "reader")
        connection = self._connections[name]
        with connection.begin():
            return operation(connection, *args, **kwargs)

    async def write(self, operation: Operation[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._writer, lambda: self._run("writer", operation, *args, **kwargs))

    async def read(self, operation: Operation[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._reader, lambda: self._run("reader", operation, *args, **kwargs))

    def _vacuum(self) -> None:
        # The list of free pages, in the order of deletion, names pages that were filled in the order of arrival.
        raw = self._engine.raw_connection()
        try:
            raw.execute("VACUUM")
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            raw.close()

    async def scrub(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._writer, self._vacuum)

    async def dispose(self) -> None:
        self._writer.shutdown()
        self._reader.shutdown()
        for connection in self._connections.values():
            connection.close()
        self._engine.dispose()


_POSTGRES_SCRUB = (
    # Both rewrite the table's file in the order of ids, its overflow and its index too.
    "CLUSTER open_envelopes USING open_envelopes_pkey",
    "CLUSTER closed_ids USING closed_ids_pkey",
    # The write-ahead log holds arrivals in their order until its old files are gone.
    "SELECT pg_switch_wal()",
    "CHECKPOINT",
)


class PostgresDatabase:
    """An asyncpg pool; operations written for a plain connection run in it unchanged."""

    def __init__(self, url: str) -> None:
        self._engine: AsyncEngine = create_async_engine(url, pool_size=4, max_overflow=2)

    async def write(self, operation: Operation[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        async with self._engine.begin() as connection:
            return await connection.run_sync(operation, *args, **kwargs)

    async def read(self, operation: Operation[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await self.write(operation, *args, **kwargs)

    async def scrub(self) -> None:
        async with self._engine.connect() as plain:
            connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
            for statement in _POSTGRES_SCRUB:
                try:
                    await connection.execute(text(statement))
                except DBAPIError as error:
                    # Without the rights, `dropbox-admin doctor` says which to grant.
                    _LOG.error("scrub-refused %s", type(error.orig).__name__)

    async def dispose(self) -> None:
        await self._engine.dispose()


def open_database(url: str) -> Database:
    """``sqlite:///…`` or ``postgresql+asyncpg://…``."""
    return SqliteDatabase(url) if url.startswith("sqlite:") else PostgresDatabase(url)
