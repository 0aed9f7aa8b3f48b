# SPDX-License-Identifier: AGPL-3.0-or-later
"""The vault's file: made, opened under the desk key, its schema version checked, closed."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from sqlalchemy import Connection, Engine, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import DatabaseError

from dropbox.protocol.chance import Random
from dropbox.protocol.primitives import hkdf
from journalist_ui.refusals import VaultUnusable

from . import cipher, labels, tables
from .audit import take_pen
from .audit_sealing import Pen
from .cipher import Access
from .revision import NEEDED, check_revision

VAULT_FILE = "vault.db"
_VAULT_ID = "vault_id"


def vault_key(desk_key: bytes) -> bytes:
    """SQLCipher's raw key, 32 bytes: a key of its own, so that the desk key is never used by two schemes."""
    return hkdf(desk_key, labels.VAULT_KEY)


@dataclass
class Vault:
    """An open vault. ``engine`` writes and ``readers`` read; ``random`` gives n random bytes."""

    engine: Engine
    readers: Engine
    random: Random
    _owed: bool = field(default=False, init=False)
    _emptying: Lock = field(default_factory=Lock, init=False, repr=False)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """What was committed when the block begins. It neither waits for a writer nor keeps one waiting, and cannot
        write: a statement that would raises OperationalError."""
        self.refuse_on_a_loop()
        try:
            with self.readers.begin() as connection:
                yield connection
        finally:
            # The log that could not be emptied while this read an earlier page.
            if self._owed:
                self._empty(wait=False)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, alone from its beginning and durable at its end; nothing of it is kept when the block
        raises."""
        self.refuse_on_a_loop()
        with self.engine.begin() as connection:
            yield connection

    def truncate_wal(self) -> None:
        """Leave no earlier page in the write-ahead log; while somebody reads one, when they are done."""
        self.refuse_on_a_loop()
        self._empty(wait=True)

    def _empty(self, *, wait: bool) -> None:
        # One at a time: what one could not empty is owed whatever another says of an earlier moment.
        with self._emptying:
            self._owed = not cipher.truncate_wal(self.engine, wait=wait)

    def refuse_on_a_loop(self) -> None:
        """Whatever waits for the disk on the thread of an event loop stops everything that the loop serves. Raises
        RuntimeError, so that a forgotten place fails in the first test that passes there."""
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return
        raise RuntimeError("the vault was used on the thread of an event loop")

    def take_pen(self, pen: Pen) -> None:
        """What rows of the audit log are written with from now on, whoever writes."""
        take_pen(self.engine, pen)

    def close(self) -> None:
        self.engine.dispose()
        self.readers.dispose()


def _opened(path: Path, desk_key: bytes, random: Random, *, create: bool = False, copy: bool = False) -> Vault:
    key = vault_key(desk_key)
    if copy:
        engine = cipher.open_engine(path, key, Access.COPY)
        return Vault(engine, engine, random)
    return Vault(
        cipher.open_engine(path, key, Access.WRITE, create=create),
        cipher.open_engine(path, key, Access.READ, create=create),
        random,
    )


def create_vault(path: Path, desk_key: bytes, random: Random = os.urandom) -> Vault:
    """Make the file and its tables. Raises VaultUnusable when there is one already."""
    if path.exists():
        raise VaultUnusable(f"There is a vault at {path.name} already. Choose another folder.")
    path.touch(0o600)
    vault = _opened(path, desk_key, random, create=True)
    with vault.writing() as connection:
        tables.METADATA.create_all(connection)
        connection.execute(insert(tables.meta).values(name="schema", value=str(tables.SCHEMA_VERSION)))
        connection.execute(insert(tables.alembic_version).values(version_num=NEEDED))
        write_meta(connection, _VAULT_ID, random(16).hex())
    return vault


def open_vault(
    path: Path, desk_key: bytes, random: Random = os.urandom, *, read_only: bool = False, older: bool = False
) -> Vault:
    """``older`` takes a vault that must be brought up to date before it is worked on; ``read_only`` is for backups,
    which may be older too. Raises VaultUnusable: missing, the wrong desk key, damaged, newer, too old."""
    vault = _opened(path, desk_key, random, copy=read_only)
    try:
        cipher.check_opens(vault.engine)
        with vault.reading() as connection:
            found = check_revision(connection)
        if found != NEEDED and not (older or read_only):
            raise VaultUnusable("This vault must be brought up to date first: start `dropbox-desk serve` once.")
    except VaultUnusable:
        vault.close()
        raise
    except DatabaseError:
        vault.close()
        raise VaultUnusable(cipher.WRONG_KEY) from None
    return vault


def read_meta(connection: Connection, name: str, otherwise: str) -> str:
    """A setting of the vault, or ``otherwise``."""
    found = connection.execute(select(tables.meta.c.value).where(tables.meta.c.name == name)).scalar()
    return otherwise if found is None else str(found)


def write_meta(connection: Connection, name: str, value: str | int) -> None:
    row = {"name": name, "value": str(value)}
    statement = upsert(tables.meta).values(row)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": str(value)}))


def read_vault_id(connection: Connection) -> bytes:
    """16 random bytes that every copy of this vault shares and no other vault has."""
    return bytes.fromhex(read_meta(connection, _VAULT_ID, ""))


def read_place(connection: Connection) -> int:
    """The last place given in the running order of everything in the vault."""
    return int(read_meta(connection, "place", "0"))


def write_place(connection: Connection, place: int) -> None:
    write_meta(connection, "place", place)


def next_place(connection: Connection) -> int:
    """Where the next answer stands in the running order."""
    place = read_place(connection) + 1
    write_place(connection, place)
    return place
