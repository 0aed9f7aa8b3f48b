# SPDX-License-Identifier: AGPL-3.0-or-later
"""`dropbox-admin upgrade` takes the service of an earlier release forward behind a backup; nothing takes it back."""

import asyncio
import fcntl
import json
import os
import sqlite3
from pathlib import Path

import pytest

from dropbox.server.app import _opened
from dropbox.server.config import ConfigRefused, load_config
from dropbox.server.store.revision import NEEDED, found_revision
from tests.admin.kept_service import plain_key
from tests.admin.operator import admin, refused
from tests.admin.test_backup_cut import steps
from tests.releases.old_service import OldService
from tests.rules.tree import ROOT
from tests.scenarios.service import BIN
from tests.scenarios.test_server_lost import blocks
from tests.scenarios.typist import Typist


@pytest.fixture
def config(old: OldService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings of a stopped service of before, with a folder and a recipient for backups, on its last day."""
    path = old.root / "server" / "server.toml"
    (tmp_path / "backups").mkdir()
    recipient = plain_key(tmp_path)[1]
    path.write_text(f'{path.read_text()}backup = "{tmp_path / "backups"}"\nbackup_recipient = "{recipient}"\n')
    monkeypatch.setattr("time.time", lambda: old.noon)
    return path


def schema(config: Path) -> str | None:
    return asyncio.run(found_revision(load_config(config).database))


def opening(old: OldService, tmp_path: Path) -> tuple[str | Path, ...]:
    return ("--from", tmp_path / "backups", "--key", tmp_path / "backup.key", "--anchor", old.root / "anchor.txt")


def test_it_goes_forward_behind_a_backup(old: OldService, tmp_path: Path, config: Path) -> None:
    """What was stored is stored, the backup of before opens and is restored with this release, and it says what the
    list of before needs; once more there is nothing to do."""
    before = schema(config)
    done = admin("upgrade", "--config", config)
    assert done.exit_code == 0, done.output
    assert f"schema {before} became {NEEDED}" in done.stdout
    assert "dropbox-keys directory upgrade" in done.stdout
    assert schema(config) == NEEDED
    counts = json.loads(admin("status", "--config", config, "--json").stdout)
    assert (counts["batches"], counts["closed_segments"]) == (42, 14)
    assert "of this release already" in admin("upgrade", "--config", config).stdout
    tried = admin("restore", "--try", *opening(old, tmp_path))
    assert "a list of an earlier form" in tried.stdout, tried.output
    again = admin("restore", *opening(old, tmp_path), "--dir", tmp_path / "again")
    assert again.exit_code == 0, again.output
    found = json.loads(admin("status", "--config", tmp_path / "again" / "server.toml", "--json").stdout)
    assert {**found, "disk_free": 0} == {**counts, "disk_free": 0}


def test_nothing_is_changed_without_a_backup(tmp_path: Path, config: Path) -> None:
    """No folder, a folder that is gone, a server that runs; by a word it goes all the same."""
    before, text = schema(config), config.read_text()
    config.write_text(text.split("backup =")[0])
    assert "no backup was written first: server.toml names no folder" in refused(admin("upgrade", "--config", config))
    config.write_text(text.replace(str(tmp_path / "backups"), str(tmp_path / "gone")))
    assert "mount its disk, or make it" in refused(admin("upgrade", "--config", config))
    handle = os.open(load_config(config).data_dir, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    assert "a server runs on this database: stop it first" in refused(admin("upgrade", "--config", config))
    os.close(handle)
    assert schema(config) == before
    assert admin("upgrade", "--config", config, "--without-backup").exit_code == 0
    assert schema(config) == NEEDED


def test_killed_at_any_step_it_is_run_again(
    old: OldService, tmp_path: Path, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is of before or of now, and as soon as it is of now the backup of before is whole."""
    monkeypatch.setattr("dropbox.admin_cli.backups.gather.LEAST_STANDBY", 1 << 20)
    before = schema(config)
    for _ in steps("upgrade", "--config", config):
        assert schema(config) == before
    assert schema(config) == NEEDED
    assert admin("verify-backup", *opening(old, tmp_path)).exit_code == 0


def test_there_is_no_way_back(config: Path) -> None:
    """Server, init, upgrade and doctor each say that a later release was here, and touch nothing."""
    assert admin("upgrade", "--config", config).exit_code == 0
    settings = load_config(config)
    with sqlite3.connect(settings.database.removeprefix("sqlite:///")) as database:
        database.execute("UPDATE alembic_version SET version_num = '0909'")
    database.close()
    for verb in (("upgrade",), ("init", "--dir", config.parent, "--anchor", settings.anchor)):
        assert "there is no way back: install that release again" in refused(admin(*verb, "--config", config))
    with pytest.raises(ConfigRefused, match="a later release has brought this database up"):
        asyncio.run(_opened(settings))
    assert "a later release was here: install that one" in admin("doctor", "--config", config).stdout
    assert schema(config) == "0909"


def test_a_new_release_by_the_runbook(tmp_path: Path, config: Path) -> None:
    """docs/runbooks/upgrade.md, typed into one terminal as it stands."""
    environment = {"CONFIG": str(config), "PATH": f"{BIN}:/usr/bin:/bin", "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    typist = Typist({**environment, "TERM": "dumb"}, tmp_path, {})
    try:
        said = [typist.run(block) for block in blocks(ROOT / "docs" / "runbooks" / "upgrade.md")]
    finally:
        typist.close()
    assert f"became {NEEDED}" in said[-1]
    assert "kept everything as it was: backup-" in said[-1]
