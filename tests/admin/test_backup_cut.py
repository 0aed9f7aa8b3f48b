# SPDX-License-Identifier: AGPL-3.0-or-later
"""A backup and a restore that are killed at any step leave what was whole, and are done again by the same command."""

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dropbox.admin_cli.backups.folder import STANDBY, newest_standby
from dropbox.server.app import _opened
from dropbox.server.config import ConfigRefused, load_config
from dropbox.server.store.sql import open_store
from tests.admin.kept_service import Kept, kept_service
from tests.admin.operator import NOW, admin, refused

STEPS = ("os.fsync", "os.rename", "os.replace", "os.remove", "shutil.rmtree")
"""What changes a disk for good, as the interpreter tells of it; a file's own removal is one of os.remove."""


def killed_at(step: int, *arguments: str | Path) -> bool:
    """Run a command in a process of its own that ends, as by SIGKILL, before its ``step``-th change of the disk;
    whether it came so far."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    left = [step]

    def count(event: str, _: Any) -> None:
        if event in STEPS:
            left[0] -= 1
            if not left[0]:
                os._exit(9)

    fsync = os.fsync

    def watched(handle: int) -> None:
        count("os.fsync", None)
        fsync(handle)

    os.fsync = watched
    sys.addaudithook(count)
    try:
        admin(*arguments)
    finally:
        os._exit(0)


def steps(*arguments: str | Path) -> Iterator[int]:
    """Kill a command at each of its steps, one after another, until it ends by itself."""
    for step in range(1, 200):
        if not killed_at(step, *arguments):
            assert step > 8
            return
        yield step


async def _fill(tmp_path: Path) -> Kept:
    async with kept_service(tmp_path) as kept:
        return kept


@pytest.fixture
def stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kept:
    """With small standby copies, so that many runs take no time."""
    monkeypatch.setattr("dropbox.admin_cli.backups.gather.LEAST_STANDBY", 1 << 20)
    return asyncio.run(_fill(tmp_path))


def test_a_backup_is_whole_or_not_there(stopped: Kept) -> None:
    """At each step the newest backup, if there is one, and the standby copy, if there is one, open; at the end one
    copy is left and nothing else."""
    command = ("backup", "--config", stopped.config, "--again")
    for _ in steps(*command):
        if list(stopped.folder.glob("backup-*.age")):
            done = admin("verify-backup", *stopped.opening())
            assert done.exit_code == 0, done.output
            assert ("standby copy: 4" in done.stdout) == (newest_standby(stopped.folder) is not None)
    assert admin(*command).exit_code == 0
    assert [one.name for one in sorted(stopped.folder.iterdir())][1:] == [STANDBY]


def test_a_restore_is_whole_or_says_so(stopped: Kept, tmp_path: Path) -> None:
    """At each step no server starts on it; the same command begins anew, and ends."""
    assert admin("backup", "--config", stopped.config).exit_code == 0
    home = tmp_path / "again"
    command = ("restore", *stopped.opening(), "--dir", home)
    for _ in steps(*command):
        assert refuses_to_serve(home / "server.toml")
    counts = asyncio.run(counted(home / "server.toml"))
    assert (counts["envelopes_in_closed_segments"], counts["envelopes_waiting"]) == (8, 4)
    assert "in use already" in refused(admin(*command))
    names = [one.name for one in sorted(home.iterdir()) if not one.name.startswith(".new-")]
    assert names == ["anchor.txt", "data", "server.toml"]


def refuses_to_serve(config: Path) -> bool:
    """As `dropbox serve` does, with the sentence that names what to do where the database is there."""
    if not config.exists():
        return True
    settings = load_config(config)
    try:
        asyncio.run(_opened(settings))
    except ConfigRefused as error:
        return not settings.data_dir.exists() or "run `dropbox-admin restore` again" in str(error)
    return False


async def counted(config: Path) -> dict[str, int]:
    store = open_store(load_config(config).database)
    try:
        assert await store.newest_closed() == NOW - 1
        return await store.counts()
    finally:
        await store.close_store()
