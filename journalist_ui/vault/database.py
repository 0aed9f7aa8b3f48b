# SPDX-License-Identifier: AGPL-3.0-or-later
"""The vault's file: made, opened under the desk key, its schema version checked, closed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import DatabaseError

from dropbox.protocol.chance import Random
from dropbox.protocol.primitives import hkdf
from journalist_ui.refusals import VaultUnusable

from . import cipher, labels, tables
from .revision import NEEDED, check_revision

VAULT_FILE = "vault.db"


def vault_key(desk_key: bytes) -> bytes:
    """SQLCipher's raw key, 32 bytes: a key of its own, so that the desk key is never used by two schemes."""
    return hkdf(desk_key, labels.VAULT_KEY)


@dataclass
class Vault:
    """An open vault. ``random`` gives n random bytes."""

    engine: Engine
    random: Random

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction, durable at its end; nothing of it is kept when the block raises."""
        with self.engine.begin() as connection:
            yield connection

    def truncate_wal(self) -> None:
        """Leave no earlier page in the write-ahead log."""
        cipher.truncate_wal(self.engine)

    def close(self) -> None:
        self.engine.dispose()


def create_vault(path: Path, desk_key: bytes, random: Random = os.urandom) -> Vault:
    """Make the file and its tables. Raises VaultUnusable when there is one already."""
    if path.exists():
        raise VaultUnusable(f"There is a vault at {path.name} already. Choose another folder.")
    path.touch(0o600)
    engine = cipher.open_engine(path, vault_key(desk_key), create=True)
    tables.METADATA.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(tables.meta).values(name="schema", value=str(tables.SCHEMA_VERSION)))
        connection.execute(insert(tables.alembic_version).values(version_num=NEEDED))
    return Vault(engine, random)


def open_vault(
    path: Path, desk_key: bytes, random: Random = os.urandom, *, read_only: bool = False, older: bool = False
) -> Vault:
    """``older`` takes a vault that must be brought up to date before it is worked on; ``read_only`` is for backups,
    which may be older too. Raises VaultUnusable: missing, the wrong desk key, damaged, newer, too old."""
    engine = cipher.open_engine(path, vault_key(desk_key), read_only=read_only)
    try:
        cipher.check_opens(engine)
        with engine.begin() as connection:
            found = check_revision(connection)
        if found != NEEDED and not (older or read_only):
            raise VaultUnusable("This vault must be brought up to date first: start `dropbox-desk serve` once.")
    except VaultUnusable:
        engine.dispose()
        raise
    except DatabaseError:
        engine.dispose()
        raise VaultUnusable(cipher.WRONG_KEY) from None
    return Vault(engine, random)


def read_meta(connection: Connection, name: str, otherwise: str) -> str:
    """A setting of the vault, or ``otherwise``."""
    found = connection.execute(select(tables.meta.c.value).where(tables.meta.c.name == name)).scalar()
    return otherwise if found is None else str(found)


def write_meta(connection: Connection, name: str, value: str | int) -> None:
    row = {"name": name, "value": str(value)}
    statement = upsert(tables.meta).values(row)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": str(value)}))


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
