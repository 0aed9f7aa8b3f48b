# SPDX-License-Identifier: AGPL-3.0-or-later
"""The operator's commands: what they make, what they refuse, and the one line that they say then."""

import asyncio
import errno
import json
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from dropbox.admin_cli import file_checks
from dropbox.admin_cli.findings import Level
from dropbox.protocol.armour import armour
from dropbox.protocol.units import BoardPlace
from dropbox.server.config import load_config
from dropbox.server.ports import ClosedSegment, StoredBatch
from dropbox.server.store.schema import upgrade
from tests.admin.operator import NOW, admin, publish, refused, store_of
from tests.server.world import World


def test_init_makes_a_private_server(config: Path) -> None:
    """Config, anchor and database are the owner's alone; the folder of data holds database and three folders only."""
    found = load_config(config)
    assert {path.name for path in found.data_dir.iterdir()} == {"server.sqlite", "segments", "blobs", "board"}
    for path in (config.parent, *config.parent.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path
    assert found.anchor.parent == config.parent


def test_init_again_keeps_everything(config: Path, world: World) -> None:
    """Run after an upgrade it changes no setting and loses no row."""
    assert publish(config, world.directory_text(period=NOW)).exit_code == 0
    before = config.read_bytes()
    again = admin("init", "--dir", config.parent, "--anchor", load_config(config).anchor, "--listen", "127.0.0.1:9")
    assert again.exit_code == 0
    assert config.read_bytes() == before
    assert json.loads(admin("status", "--config", config, "--json").stdout)["directory_version"] == 1


@pytest.mark.parametrize("cut", ["server.toml", "anchor.txt"])
def test_init_cut_short_is_run_again(tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch, cut: str) -> None:
    """A disk without room at either file: no part of one is taken for settings the next time."""
    anchor = tmp_path / "anchor"
    anchor.write_bytes(world.anchor_text())
    words = ("init", "--dir", tmp_path / "a", "--anchor", anchor)
    rename = os.replace

    def full(old: str, new: Path) -> None:
        if Path(new).name == cut:
            raise OSError(errno.ENOSPC, "No space left on device")
        rename(old, new)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        assert "No space left" in refused(admin(*words))
    assert not (tmp_path / "a/server.toml").exists()
    done = admin(*words)
    assert (done.exit_code, done.stdout.startswith("wrote ")) == (0, True), done.output
    assert load_config(tmp_path / "a/server.toml").anchor.read_bytes() == world.anchor_text()


def test_init_refuses_what_it_cannot_use(tmp_path: Path, world: World) -> None:
    """A file that is no anchor, an anchor that its own roots did not sign, and odd addresses make nothing."""
    anchor = tmp_path / "anchor"
    anchor.write_bytes(b"hello")
    assert "damaged" in refused(admin("init", "--dir", tmp_path / "a", "--anchor", anchor))
    anchor.write_bytes(armour("ANCHOR", replace(world.anchor, by_own=world.anchor.by_own[:1]).encode()))
    assert "Too few" in refused(admin("init", "--dir", tmp_path / "a", "--anchor", anchor))
    anchor.write_bytes(world.anchor_text())
    for option, value, word in (
        ("--listen", "8080", "listen"),
        ("--listen", "unix:relative", "listen"),
        ("--database", "mysql://x", "database"),
        ("--database", "sqlite:///relative", "database"),
    ):
        line = refused(admin("init", "--dir", tmp_path / "a", "--anchor", anchor, option, value))
        assert word in line
    assert not (tmp_path / "a/server.toml").exists()
    assert admin("init", "--dir", tmp_path / "a").exit_code == 2


def test_a_directory_is_published_once_and_only_forward(config: Path, world: World) -> None:
    """A newer version replaces the one before; the same or an older one is refused as a rollback."""
    first = world.directory_text(period=NOW)
    second = world.directory_text(period=NOW)
    assert publish(config, first).stdout.endswith("\npublished directory version 1\n")
    assert publish(config, second).exit_code == 0
    for old in (first, second):
        assert "publish a newer one" in refused(publish(config, old))


def test_directories_that_clients_would_refuse_are_refused(config: Path, world: World) -> None:
    """Under-signed, expired, of other roots, or not a directory at all: nothing is published."""
    assert "Too few" in refused(publish(config, world.directory_text(period=NOW, signers=(1,))))
    assert "out of date" in refused(publish(config, world.directory_text(period=NOW - 9, expires=NOW - 1)))
    assert "different service" in refused(publish(config, World().directory_text(period=NOW)))
    assert "another kind" in refused(publish(config, world.anchor_text()))
    assert "damaged" in refused(publish(config, b"\xff\xfe"))
    assert json.loads(admin("status", "--config", config, "--json").stdout)["directory_version"] is None


def test_a_directory_must_fit_the_board(config: Path, world: World) -> None:
    """The rows of all units, retired ones too, stay within the budget where a period is a day, and within what an
    answer may have where it is shorter; so do the marks."""
    short, first = world.policy, world.desks[0]
    first.unit = replace(first.unit, rows=32_768)
    assert "32" in refused(publish(config, world.directory_text(period=int(time.time()) // short.period)))
    first.unit = replace(first.unit, rows=64, marks=131_072)
    assert "marks, at most 131072" in refused(
        publish(config, world.directory_text(period=int(time.time()) // short.period))
    )
    first.unit = replace(first.unit, marks=128)
    world.policy = replace(world.policy, period=86_400, collect=3_600)
    for desk, rows in zip(world.desks, (4_096, 4_096), strict=True):
        desk.unit = replace(desk.unit, rows=rows)
    assert "lower some quotas" in refused(publish(config, world.directory_text(period=int(time.time()) // 86_400)))
    desk.unit = replace(desk.unit, rows=2_048)
    assert publish(config, world.directory_text(period=int(time.time()) // 86_400)).exit_code == 0
    gone = replace(World().desks[0].unit, slug="gone", rows=2_048)
    world.retired = (BoardPlace(gone, 0, bytes(32)),)
    assert "lower some quotas" in refused(publish(config, world.directory_text(period=int(time.time()) // 86_400)))


def add_batches(config: Path, world: World, count: int) -> None:
    async def add() -> None:
        store = store_of(config)
        desk = world.desks[0]
        for period in range(NOW, NOW + count):
            upload = world.upload(desk, period)
            data, certs = upload.encode(), b"".join(upload.batch.certs)
            batch = StoredBatch(desk.unit.unit_id, period, certs, data[len(certs) :])
            assert await store.add_batch(batch)
            world.sent(desk, upload, period)
        await store.close_store()

    asyncio.run(add())


def test_a_directory_must_prove_the_board(config: Path, world: World) -> None:
    """Another key would make an honest batch look altered: refused."""
    assert publish(config, world.directory_text(period=NOW)).exit_code == 0
    add_batches(config, world, 3)
    asyncio.run(trim(config, 2))
    assert publish(config, world.directory_text(period=NOW)).exit_code == 0
    unit = world.desks[0].unit
    world.desks[0].unit = replace(unit, keys=World().desks[0].unit.keys)
    assert "does not verify" in refused(publish(config, world.directory_text(period=NOW)))


def test_a_unit_is_retired_with_its_newest_batch(config: Path, world: World) -> None:
    """Its desk published after the last batch was read: it is said what to do; with the newest one it is retired."""
    assert publish(config, world.directory_text(period=NOW)).exit_code == 0
    add_batches(config, world, 2)
    desk, *world.desks = world.desks
    assert desk.last is not None
    world.retired = (BoardPlace(desk.unit, NOW, bytes(32)),)
    assert "has its desk published since" in refused(publish(config, world.directory_text(period=NOW), "--yes"))
    world.retired = (BoardPlace(desk.unit, NOW + 1, desk.last.hash),)
    assert publish(config, world.directory_text(period=NOW), "--yes").exit_code == 0


async def trim(config: Path, keep: int) -> None:
    store = store_of(config)
    await store.trim_batches(keep)
    await store.close_store()


def test_status_counts_without_content(config: Path, world: World) -> None:
    """Numbers, and for each unit what retiring it asks for; the same in words and as JSON."""
    assert publish(config, world.directory_text(period=NOW)).exit_code == 0
    add_batches(config, world, 2)
    found = json.loads(admin("status", "--config", config, "--json").stdout)
    assert (found["directory_version"], found["batches"], found["envelopes_waiting"]) == (1, 2, 0)
    units = found.pop("units")
    assert (found.pop("state"), found.pop("backup"), len(found.pop("duties"))) == ("now", None, 2)
    assert all(value is None or isinstance(value, int) for value in found.values())
    desk = world.desks[0]
    assert desk.last is not None
    newest = {"slug": "unit-0", "last_period": NOW + 1, "last_hash": desk.last.hash.hex()}
    assert units == [newest, {"slug": "unit-1", "last_period": None, "last_hash": None}]
    assert (found["flooded"], found["fullest_segment"]) == (False, 0)
    words = admin("status", "--config", config).stdout
    assert "batches                        2" in words
    assert desk.last.hash.hex() in words


def test_retention_removes_what_is_past(config: Path, world: World) -> None:
    """Segments and blobs older than the policy's retention go with their files and ids; newer ones stay."""
    assert "no directory" in refused(admin("retention", "--config", config))
    assert publish(config, world.directory_text(period=NOW)).exit_code == 0
    settings = load_config(config)
    old, kept = NOW - world.policy.retention - 2, NOW - 2

    async def close() -> None:
        store = store_of(config)
        await store.begin(old)
        for period in (old, kept):
            await store.put(bytes([period % 256]) * 32, b"x", period, 9)
            await store.put_blob(bytes([period % 256]) * 32, b"x", period, 9)
            await store.seal(period)
            await store.close(ClosedSegment(period, 1, bytes(32), 1))
            for folder in (settings.segments, settings.blobs):
                (folder / f"{period}.bin").write_bytes(b"x")
        await store.close_store()

    asyncio.run(close())
    assert json.loads(admin("retention", "--config", config, "--json").stdout) == {"removed": [old]}
    for folder in (settings.segments, settings.blobs):
        assert [path.name for path in folder.iterdir()] == [f"{kept}.bin"]
    assert json.loads(admin("status", "--config", config, "--json").stdout)["blobs_in_closed_periods"] == 1
    assert json.loads(admin("status", "--config", config, "--json").stdout)["envelopes_in_closed_segments"] == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("listen", "listne"), ["listen", "missing"]),
        (("demo = false", "demo = false\nextra = 1"), ["extra", "remove it"]),
        (("demo = false", "demo = 1"), ["demo", "bool"]),
        (("disk_reserve = ", "disk_reserve = -"), ["disk_reserve"]),
        (('data_dir = "/', 'data_dir = "'), ["data_dir", "absolute"]),
        (("listen = ", "listen "), ["TOML"]),
    ],
)
def test_a_wrong_config_is_named(config: Path, change: tuple[str, str], words: list[str]) -> None:
    """Every command names the line that is wrong and does nothing."""
    config.write_text(config.read_text().replace(*change))
    line = refused(admin("status", "--config", config))
    assert all(word in line for word in words)


def test_a_config_that_others_read_is_refused(config: Path) -> None:
    """Settings that other users may read or change are not used."""
    config.chmod(0o644)
    assert "chmod 600" in refused(admin("status", "--config", config))
    config.unlink()
    assert "cannot be read" in refused(admin("status", "--config", config))


def test_every_command_has_help_with_an_example() -> None:
    """--help shows how the command is called."""
    for command in (["init"], ["directory", "publish"], ["retention"], ["status"], ["doctor"], [], ["directory"]):
        result = admin(*command, "--help")
        assert result.exit_code == 0
        assert "dropbox-admin" in result.output.split("Example", 1)[1]


ADDRESSES = {
    "127.0.0.1:8443": "127.0.0.1:8443",
    "[::1]:8443": "[::1]:8443",
    "[0:0::1]:8443": "[::1]:8443",
    "LocalHost:80": "localhost:80",
    "unix:/run/a b.sock": "unix:/run/a b.sock",
}


@pytest.mark.parametrize("given", ADDRESSES)
def test_an_address_is_read_alike_everywhere(tmp_path: Path, world: World, given: str) -> None:
    """What init takes is written down in one form, read back as the same, and judged as this machine's own."""
    anchor = tmp_path / "anchor"
    anchor.write_bytes(world.anchor_text())
    assert admin("init", "--dir", tmp_path / "s", "--anchor", anchor, "--listen", given).exit_code == 0
    listen = load_config(tmp_path / "s/server.toml").listen
    assert str(listen) == ADDRESSES[given]
    assert listen.loopback
    found = next(file_checks.check_config(load_config(tmp_path / "s/server.toml")))
    assert found.level is not Level.SERIOUS


@pytest.mark.parametrize(
    "given", ["::1:8443", "::1", "[::1]", "[::g]:80", "999.1.1.1:80", "a b:80", ":80", "x:99999", "x:-1"]
)
def test_an_address_that_is_none_makes_nothing(tmp_path: Path, world: World, given: str) -> None:
    """Refused at init, not only when the server starts."""
    anchor = tmp_path / "anchor"
    anchor.write_bytes(world.anchor_text())
    assert "listen" in refused(admin("init", "--dir", tmp_path / "s", "--anchor", anchor, "--listen", given))
    assert not (tmp_path / "s").exists()


@pytest.mark.parametrize("name", ["plain", "a b", "a'b", 'a"b', "a\\b", "a%20b", "a#b", "\u00e9", "a;b"])
def test_the_database_lies_where_the_folder_is(tmp_path: Path, world: World, name: str) -> None:
    """Whatever letters its path has; what a URL would read as the end of the path is refused."""
    anchor = tmp_path / "anchor"
    anchor.write_bytes(world.anchor_text())
    assert admin("init", "--dir", tmp_path / name, "--anchor", anchor).exit_code == 0
    assert (tmp_path / name / "data/server.sqlite").is_file()
    assert (
        "directory version              none yet" in admin("status", "--config", tmp_path / name / "server.toml").stdout
    )
    for odd in (f"{name}?x", f"{name}\nx"):
        assert "question mark" in refused(admin("init", "--dir", tmp_path / odd, "--anchor", anchor))
        assert not (tmp_path / odd).exists()
    url = f"sqlite:///{tmp_path}/x?y"
    assert "question mark" in refused(admin("init", "--dir", tmp_path / "z", "--anchor", anchor, "--database", url))


def test_files_of_other_editors_are_read(config: Path, world: World) -> None:
    """A byte order mark before settings, anchor or list changes nothing; another encoding is named."""
    mark = b"\xef\xbb\xbf"
    for path in (config, load_config(config).anchor):
        path.write_bytes(mark + path.read_bytes())
    assert publish(config, mark + world.directory_text(period=NOW)).exit_code == 0
    assert admin("init", "--dir", config.parent / "2", "--anchor", load_config(config).anchor).exit_code == 0
    config.write_bytes(config.read_text("utf-8-sig").encode("utf-16"))
    assert "UTF-16" in refused(admin("status", "--config", config))


def test_what_never_ends_is_not_read_to_its_end(config: Path, tmp_path: Path) -> None:
    """Anchor, list and settings are bounded before they are read."""
    for arguments in (
        ("init", "--dir", tmp_path / "x", "--anchor", "/dev/zero"),
        ("directory", "publish", "--config", config, "--directory", "/dev/zero"),
        ("status", "--config", "/dev/zero"),
    ):
        assert "larger than" in refused(admin(*arguments))


@pytest.mark.postgres
def test_init_and_publish_on_postgresql(tmp_path: Path, world: World, postgres_url: str) -> None:
    """The same commands work on PostgreSQL."""
    anchor = tmp_path / "anchor"
    anchor.write_bytes(world.anchor_text())
    url = postgres_url.replace("postgresql+asyncpg:", "postgresql:")
    assert admin("init", "--dir", tmp_path / "s", "--anchor", anchor, "--database", url).exit_code == 0
    config = tmp_path / "s/server.toml"
    assert publish(config, world.directory_text(period=NOW)).exit_code == 0
    assert json.loads(admin("status", "--config", config, "--json").stdout)["directory_version"] == 1
    upgrade(load_config(config).database)  # nothing is left to do
