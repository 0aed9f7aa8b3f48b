# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one adapter to SQLCipher: a SQLAlchemy engine over an encrypted file, and whole copies of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as dbapi  # type: ignore[import-untyped]  # the library has no types
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import QueuePool

from journalist_ui.refusals import VaultUnusable

DriverError: type[Exception] = dbapi.Error
"""What the driver raises by itself, where SQLAlchemy does not wrap it."""

_PRAGMAS = (
    "PRAGMA cipher_memory_security = ON",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA temp_store = MEMORY",
    # What is deleted or emptied is overwritten with zeros inside the file.
    "PRAGMA secure_delete = ON",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 10000",
)
_AT_ONCE = 4
"""Connections that are kept open, each with a cache of two megabytes."""
_PATIENCE = 1_000
"""Milliseconds for which readers are waited for before the write-ahead log is emptied: writers wait meanwhile."""
WRONG_KEY = "The vault does not open with this desk key, or it is damaged. Check the desk key."


class Access(Enum):
    """What an engine's transactions may do: WRITE from their first statement on, one at a time; READ what was committed
    when they began, while others write; COPY read a file that nobody changes and beside which nothing is made."""

    WRITE = 1
    READ = 2
    COPY = 3


def open_engine(path: Path, key: bytes, access: Access, *, create: bool = False) -> Engine:
    """An engine over the file at ``path`` under a raw 32-byte key.

    Without ``create`` the file must exist. Raises VaultUnusable when it is missing; that the key is wrong shows at the
    first statement.
    """
    if not create and not path.is_file():
        raise VaultUnusable("There is no vault. Make one with `dropbox-desk init`, or restore a backup.")
    mode = "ro&immutable=1" if access is Access.COPY else "rwc" if create else "rw"

    def connect() -> Any:
        uri = f"file:{_escaped(path)}?mode={mode}"
        connection = dbapi.connect(uri, uri=True, check_same_thread=False, isolation_level=None)
        # Its own log would write times and page numbers to stderr; what fails is told by the error.
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        try:
            for pragma in _pragmas(access):
                connection.execute(pragma)
        except dbapi.DatabaseError:
            connection.close()
            raise
        return connection

    engine = create_engine("sqlite+pysqlite://", module=dbapi, creator=connect, poolclass=QueuePool, pool_size=_AT_ONCE)

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        # A plain BEGIN that reads and then writes fails at once when another connection wrote in between.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if access is Access.WRITE else "BEGIN")

    return engine


def _pragmas(access: Access) -> tuple[str, ...]:
    match access:
        case Access.WRITE:
            return _PRAGMAS
        case Access.READ:
            return (*_PRAGMAS, "PRAGMA query_only = ON")
        case Access.COPY:
            return _PRAGMAS[:1]


def _escaped(path: Path) -> str:
    return str(path.resolve()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def check_opens(engine: Engine) -> None:
    """Read the first page. Raises VaultUnusable when the key does not open it."""
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")
    except (DatabaseError, dbapi.DatabaseError):
        raise VaultUnusable(WRONG_KEY) from None


def faults(engine: Engine) -> list[str]:
    """What is wrong with the file: every page's authentication tag, then the structure. Empty when it is whole."""
    try:
        with engine.connect() as connection:
            found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA cipher_integrity_check")]
            return found + [
                str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check") if row[0] != "ok"
            ]
    except (DatabaseError, dbapi.DatabaseError) as error:
        return [type(error).__name__]


def copy_into(engine: Engine, target: Path) -> None:
    """A whole, compact copy at ``target`` (which must not exist), under the same key. Raises the driver's Error."""
    # In autocommit, because VACUUM runs outside a transaction.
    with _plain(engine) as driver:
        driver.execute("VACUUM INTO ?", (str(target),))


def truncate_wal(engine: Engine, *, wait: bool = True) -> bool:
    """Move everything into the database file and empty the write-ahead log, so that no earlier page stays in it.

    False when somebody still reads an earlier page: after a second, or without ``wait`` at once.
    """
    with _plain(engine) as driver:
        (before,) = driver.execute("PRAGMA busy_timeout").fetchone()
        driver.execute(f"PRAGMA busy_timeout = {_PATIENCE if wait else 0}")
        try:
            busy, *_ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            driver.execute(f"PRAGMA busy_timeout = {before}")
    return not busy


@contextmanager
def _plain(engine: Engine) -> Iterator[Any]:
    """The driver's own connection, with no transaction begun."""
    connection = engine.raw_connection()
    try:
        yield connection
    finally:
        connection.close()
