# SPDX-License-Identifier: AGPL-3.0-or-later
"""The self-check sees each danger that it names, and is content with a sound server."""

import json
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from dropbox.admin_cli import file_checks, machine_checks
from dropbox.admin_cli.findings import Level
from dropbox.server.config import Listen, load_config
from tests.admin.operator import NOW, admin, publish, refused
from tests.server.world import World


@pytest.fixture
def sound_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's own checks pass, whatever this machine is like."""
    for name in ("check_core_dumps", "check_swap", "check_umask", "check_time_service", "check_owners"):
        monkeypatch.setattr(machine_checks, name, lambda name=name: machine_checks.ok(name, "sound"))


def findings(path: Path, *more: str | Path) -> tuple[int, list[dict[str, str]]]:
    result = admin("doctor", "--config", path, "--json", *more)
    found: list[dict[str, str]] = json.loads(result.stdout)["findings"]
    for one in found:
        assert bool(one["fix"]) == (one["level"] != "ok"), one
    return result.exit_code, found


def levels(found: list[dict[str, str]]) -> dict[str, str]:
    """The worst level of each check."""
    order = ["ok", "warning", "serious"]
    worst: dict[str, str] = {}
    for one in found:
        worst[one["check"]] = max(worst.get(one["check"], "ok"), one["level"], key=order.index)
    return worst


@pytest.mark.usefixtures("sound_machine")
def test_a_sound_server_passes(config: Path, world: World) -> None:
    """Nothing serious, exit code 0; what is only advice does not fail."""
    publish(config, world.directory_text(period=NOW))
    (config.parent / "directory.txt").unlink()
    code, found = findings(config)
    assert code == 0
    assert levels(found)["listen"] == "warning"
    assert levels(found)["directory"] == levels(found)["database"] == "ok"
    assert admin("doctor", "--config", config).exit_code == 0


@pytest.mark.usefixtures("sound_machine")
def test_dangers_to_files_are_serious(config: Path, world: World) -> None:
    """Open permissions, a missing folder, a stale schema, a full disk: exit code 1 and the fix."""
    publish(config, world.directory_text(period=NOW))
    data = load_config(config).data_dir
    (data / "server.sqlite").chmod(0o644)
    code, found = findings(config)
    assert (code, levels(found)["permissions"]) == (1, "serious")
    (data / "server.sqlite").chmod(0o600)
    (data / "segments").rmdir()
    assert findings(config)[0] == 1
    (data / "segments").mkdir(mode=0o700)
    config.write_text(config.read_text().replace("disk_reserve = ", "disk_reserve = 99999"))
    code, found = findings(config)
    assert (code, levels(found)["disk"]) == (1, "serious")


@pytest.mark.usefixtures("sound_machine")
def test_a_database_of_another_release_is_serious(config: Path) -> None:
    """An empty or older schema names the command that mends it."""
    (load_config(config).data_dir / "server.sqlite").unlink()
    code, found = findings(config)
    assert (code, levels(found)["database"]) == (1, "serious")
    assert any("dropbox-admin init" in one["fix"] for one in found)


@pytest.mark.usefixtures("sound_machine")
def test_an_old_head_and_a_clock_set_back_are_seen(config: Path, world: World) -> None:
    """No directory is advice, one about to expire too; files from the future are serious."""
    assert levels(findings(config)[1])["directory"] == "warning"
    publish(config, world.directory_text(period=NOW - 5, expires=NOW + 20), "--yes")
    assert any("expires soon" in one["what"] for one in findings(config)[1])
    assert levels(findings(config)[1])["directory"] == "warning"
    os.utime(config, (time.time() + 9_000,) * 2)
    code, found = findings(config)
    assert (code, levels(found)["clock"]) == (1, "serious")


@pytest.mark.usefixtures("sound_machine")
def test_a_config_that_cannot_be_read_is_a_finding(config: Path) -> None:
    """The check itself goes on and says what is wrong with the file."""
    config.chmod(0o640)
    code, found = findings(config)
    assert (code, levels(found)["config"]) == (1, "serious")


def test_core_dumps_swap_and_umask(tmp_path: Path) -> None:
    """Each state of the machine has its finding."""
    assert machine_checks.check_core_dumps(tmp_path, soft=0).level is Level.OK
    assert machine_checks.check_core_dumps(tmp_path, soft=-1, dumpable=True).level is Level.SERIOUS
    swaps = tmp_path / "swaps"
    for lines, level in (
        ("", Level.OK),
        ("/dev/dm-1 partition 1 0 -2\n", Level.OK),
        ("/dev/zram0 partition 1 0 -2\n/swapfile file 1 0 -2\n", Level.SERIOUS),
    ):
        swaps.write_text(f"Filename Type Size Used Priority\n{lines}")
        assert machine_checks.check_swap(tmp_path).level is level
    assert machine_checks.check_umask(0o077).level is Level.OK
    assert machine_checks.check_umask(0o022).level is Level.WARNING
    assert machine_checks.check_umask().level in (Level.OK, Level.WARNING)
    assert os.umask(0o022) is not None


def test_the_clock_service(tmp_path: Path) -> None:
    """A clock that nobody sets is advice; what the kernel says is understood."""
    assert machine_checks.check_time_service(0).level is Level.OK
    assert machine_checks.check_time_service(5).level is Level.WARNING
    assert machine_checks.check_time_service(-1).level is Level.WARNING
    assert machine_checks.check_time_service(-2).level is Level.OK
    assert machine_checks.check_time_service().level in (Level.OK, Level.WARNING)


def test_two_owners_of_a_name_are_serious() -> None:
    """Another distribution that brings a package of our name is named."""
    assert machine_checks.check_owners().level is Level.OK
    found = machine_checks.check_owners({"dropbox": ["codename-dropbox", "dropbox"], "keys": ["codename-dropbox"]})
    assert (found.level, "virtual environment" in found.fix) == (Level.SERIOUS, True)


def test_where_the_server_may_be_reached(config: Path) -> None:
    """A public address is serious, loopback advice, a Unix socket sound."""
    settings = load_config(config)
    for listen, level in (
        (Listen(None, "0.0.0.0", 80), Level.SERIOUS),  # noqa: S104 - what the check must refuse
        (Listen(None, "127.0.0.1", 80), Level.WARNING),
        (Listen(config), Level.OK),
    ):
        found = next(file_checks.check_config(replace(settings, listen=listen)))
        assert found.level is level
    assert [one.check for one in file_checks.check_config(replace(settings, demo=True))] == [
        "listen",
        "callers",
        "demo",
    ]
    assert file_checks.check_user(settings, uid=4_711).level is Level.WARNING
    assert file_checks.check_disk(settings, free=settings.disk_reserve + 1).level is Level.WARNING


@pytest.mark.postgres
@pytest.mark.usefixtures("sound_machine")
def test_postgresql_settings_are_examined(tmp_path: Path, world: World, postgres_url: str) -> None:
    """Settings that could lose an answered envelope are serious; those that keep traces are advice."""
    anchor = tmp_path / "anchor"
    anchor.write_bytes(world.anchor_text())
    url = postgres_url.replace("postgresql+asyncpg:", "postgresql:")
    assert admin("init", "--dir", tmp_path / "s", "--anchor", anchor, "--database", url).exit_code == 0
    code, found = findings(tmp_path / "s/server.toml")
    words = " ".join(one["fix"] for one in found)
    assert code == 1  # the test's cluster runs without fsync
    assert "fsync = 'on'" in words
    assert "wal_recycle = 'off'" in words


@pytest.mark.usefixtures("sound_machine")
def test_each_folder_is_written_to(config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that takes nothing is serious, the socket's that is not there yet is not; nothing is left behind."""
    settings = load_config(config)
    before = sorted(settings.data_dir.rglob("*"))
    assert [one.level for one in file_checks.check_writing(settings)] == [Level.OK]
    there, later = tmp_path, tmp_path / "later"
    for folder, level in ((there, Level.OK), (later, Level.WARNING)):
        found = list(file_checks.check_writing(replace(settings, listen=Listen(folder / "s.sock"))))
        assert found[0].level is level
    assert sorted(settings.data_dir.rglob("*")) == before

    def refuse(folder: Path) -> None:
        if folder == settings.segments:
            raise OSError(30, "Read-only file system")

    monkeypatch.setattr(file_checks, "try_to_write", refuse)
    code, found_all = findings(config)
    assert (code, levels(found_all)["writing"]) == (1, "serious")


@pytest.mark.usefixtures("sound_machine")
def test_under_systemd_each_finding_has_its_level(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line each, marked for the journal, and none that says that all is well."""
    monkeypatch.setenv("JOURNAL_STREAM", "8:1")
    load_config(config).data_dir.chmod(0o755)
    lines = admin("doctor", "--config", config).stdout.splitlines()
    assert any(line.startswith("<3>serious permissions: ") for line in lines)
    assert all(line.startswith(("<3>serious ", "<4>warning ")) for line in lines)


def test_a_folder_of_another_user_is_not_filled(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one user makes in the folder of the service's, that one could not read; a settings folder must be there."""
    anchor = load_config(config).anchor
    monkeypatch.setattr(os, "geteuid", lambda: 4_711)
    assert "run this as that user" in refused(admin("init", "--dir", config.parent, "--anchor", anchor))
    monkeypatch.undo()
    new = ("init", "--dir", config.parent / "n", "--anchor", anchor, "--config")
    assert "is not there: make it first" in refused(admin(*new, config.parent / "none" / "server.toml"))
    assert admin(*new, config.parent / "other.toml").exit_code == 0
    assert load_config(config.parent / "other.toml").data_dir == config.parent / "n" / "data"
