# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who waits for whom in the vault: nobody for a reader, and a reader for nobody."""

import asyncio
import time
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from journalist_ui.vault.database import VAULT_FILE, Vault, create_vault, read_meta, write_meta
from tests.desk.room import DESK_KEY

AT_ONCE = 5.0
"""Seconds of a busy machine: less than the ten for which a statement waits for a lock."""


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    made = create_vault(tmp_path / VAULT_FILE, DESK_KEY)
    write(made, "first")
    return made


def write(vault: Vault, value: str) -> None:
    with vault.writing() as connection:
        write_meta(connection, "mark", value)


def read(vault: Vault) -> str:
    with vault.reading() as connection:
        return read_meta(connection, "mark", "")


def log_size(tmp_path: Path) -> int:
    return (tmp_path / f"{VAULT_FILE}-wal").stat().st_size


def test_a_read_waits_for_no_writer(vault: Vault) -> None:
    """In the middle of a transaction that writes, what was committed before is read at once."""
    began = time.monotonic()
    with vault.writing() as connection:
        write_meta(connection, "mark", "second")
        assert read(vault) == "first"
    assert time.monotonic() - began < AT_ONCE
    assert read(vault) == "second"


def test_a_read_keeps_no_writer_waiting(vault: Vault) -> None:
    """A writer begins and ends while somebody reads, who sees nothing of it until they read anew."""
    began = time.monotonic()
    with vault.reading() as connection:
        assert read_meta(connection, "mark", "") == "first"
        write(vault, "second")
        assert read_meta(connection, "mark", "") == "first"
    assert time.monotonic() - began < AT_ONCE
    assert read(vault) == "second"


def test_a_read_cannot_write(vault: Vault) -> None:
    """Whoever opens the wrong kind of transaction is told at the first statement, and nothing of it is kept."""
    with pytest.raises(OperationalError, match="readonly"), vault.reading() as connection:
        write_meta(connection, "mark", "second")
    assert read(vault) == "first"


def test_one_writes_at_a_time(vault: Vault) -> None:
    """A second writer waits, and would have to give up: the lock is taken before anything is read."""
    with vault.writing(), vault.engine.connect() as other:
        other.connection.driver_connection.execute("PRAGMA busy_timeout = 0")  # type: ignore[union-attr]  # open
        with pytest.raises(OperationalError, match="locked"):
            other.begin()
        other.connection.driver_connection.execute("PRAGMA busy_timeout = 10000")  # type: ignore[union-attr]  # open


@pytest.mark.parametrize("act", ["read", "write", "empty the log"])
async def test_a_loop_never_waits_for_the_vault(vault: Vault, act: str) -> None:
    """On the thread of an event loop each is refused before it begins; in a thread beside it nothing is."""
    acts = {"read": lambda: read(vault), "write": lambda: write(vault, "second"), "empty the log": vault.truncate_wal}
    with pytest.raises(RuntimeError, match="on the thread of an event loop"):
        acts[act]()
    await asyncio.to_thread(acts[act])


def test_the_log_is_emptied_when_the_last_reader_is_done(vault: Vault, tmp_path: Path) -> None:
    """Whoever reads an earlier page keeps it in the log for no longer than they read."""
    with vault.reading() as connection:
        assert read_meta(connection, "mark", "") == "first"
        write(vault, "second")
        vault.truncate_wal()
        assert log_size(tmp_path) > 0
    assert log_size(tmp_path) == 0
    write(vault, "third")
    vault.truncate_wal()
    assert log_size(tmp_path) == 0
