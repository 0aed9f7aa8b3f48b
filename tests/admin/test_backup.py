# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a backup holds, what two of one day tell, and that the service lives on from one."""

import asyncio
import json
import re
import tarfile
from collections.abc import AsyncIterator, Iterator
from io import BytesIO
from pathlib import Path

import pytest

from dropbox.admin_cli.backups import age
from dropbox.admin_cli.backups.folder import STANDBY, held
from dropbox.admin_cli.backups.refused import BackupRefused
from dropbox.protocol.constants import ENVELOPE
from dropbox.protocol.primitives import sha256
from dropbox.server.config import load_config
from dropbox.shown.days import day_of
from tests.admin.kept_service import HOUR, Kept, batch, kept_service, plain_key
from tests.admin.operator import DAILY, NOW, admin, refused
from tests.postgres import Cluster
from tests.server.service import Clock, Running, running
from tests.server.world import World

DAY = 86_400


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def urls(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """Of two databases, the service's and an empty one; "" for a file each."""
    if request.param == "sqlite":
        yield "", ""
        return
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    with cluster.database() as one, cluster.database() as other:
        yield one, other


@pytest.fixture
async def kept(tmp_path: Path) -> AsyncIterator[Kept]:
    async with kept_service(tmp_path) as found:
        yield found


def inside(file: Path, key: Path) -> bytes:
    with age.opened(file, age.read_key(key, str)) as stream:
        return stream.read()


def files(data: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=BytesIO(data)) as tar:
        return {one.name: file.read() for one in tar if (file := tar.extractfile(one))}


def waiting(kept: Kept) -> list[bytes]:
    """Ids of the reports in the standby copy, as they stand."""
    found = files(inside(kept.folder / STANDBY, kept.key))["waiting/envelopes.bin"]
    return [sha256(found[at : at + ENVELOPE]) for at in range(0, len(found), ENVELOPE)]


def in_order(envelopes: list[bytes]) -> list[bytes]:
    return sorted(sha256(one) for one in envelopes)


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


async def test_two_backups_of_a_day_tell_no_order_and_date_no_envelope(kept: Kept) -> None:
    """However much comes in between, what is sealed is the same bytes, in a file of the same time; nothing of the
    open day is in it, and what is in it of a closed one stands in the order of its ids."""
    assert (await kept.backup()).exit_code == 0
    (file,) = kept.folder.glob("backup-*.age")
    first, looks = inside(file, kept.key), (file.name, file.stat().st_mtime)
    new = await kept.envelopes(NOW, 3)
    await kept.server.store.put_blob(sha256(b"x" * 262_144), b"x" * 262_144, NOW, 1_000)
    await kept.show(2 * HOUR + 10)
    assert (await kept.backup("--again")).exit_code == 0
    assert sha256(inside(file, kept.key)) == sha256(first)
    assert (file.name, file.stat().st_mtime) == looks
    assert file.stat().st_mtime == (NOW - 1) * DAY
    for one in kept.sent[NOW] + new:
        assert one not in first
        assert sha256(one) not in first
    for period in (NOW - 2, NOW - 1):
        assert b"".join(sorted(kept.sent[period], key=sha256)) in first
    with tarfile.open(fileobj=BytesIO(first)) as tar:
        assert {(one.mtime, one.uid, one.gid, one.uname, one.mode) for one in tar} == {(0, 0, 0, "", 0o600)}


async def test_the_one_standby_copy_tells_less_than_a_unit_sees(kept: Kept) -> None:
    """It has one name and one size whatever came; it holds the open day's reports as the unit is shown them, in the
    order of ids, and none that came since the hour; its time is the hour's."""
    await kept.backup()
    standby = kept.folder / STANDBY
    size = standby.stat().st_size
    shown = list(kept.sent[NOW])
    assert waiting(kept) == in_order(shown)
    late = await kept.envelopes(NOW, 2)
    await kept.backup()
    assert waiting(kept) == in_order(shown)
    # The head of such a file holds a line of random length.
    assert abs(standby.stat().st_size - size) < 1_024
    assert standby.stat().st_mtime % HOUR == 0
    await kept.show(2 * HOUR + 10)
    await kept.backup()
    assert waiting(kept) == in_order(shown + late)
    assert abs(standby.stat().st_size - size) < 1_024
    assert names(kept.folder) == [f"backup-{NOW - 1:08d}-{day_of(NOW - 1, DAY)}-list-1.age", STANDBY]


async def test_a_standby_copy_is_overwritten_before_its_name_goes(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each that went was nothing but zeros on the disk; also the first after the day has closed."""
    gone: list[bytes] = []
    unlink = Path.unlink

    def watched(self: Path, missing_ok: bool = False) -> None:
        if self.name.startswith("standby"):
            gone.append(self.read_bytes())
        unlink(self, missing_ok)

    await kept.backup()
    monkeypatch.setattr(Path, "unlink", watched)
    await kept.backup()
    kept.server.clock.set_period(NOW + 1, 10)
    await kept.server.tick()
    await kept.backup()
    assert len(gone) == 2
    assert all(len(one) > 60 << 20 and not one.strip(b"\0") for one in gone)
    assert waiting(kept) == []


async def seen_by(kept: Kept, server: Running) -> list[bytes]:
    """Hashes of what desks and sources are given of what is closed."""
    desk = kept.server.world.desks[0]
    found = [(await server.segment(desk, period)).body for period in (NOW - 2, NOW - 1)]
    found += [(await server.chunk(desk, NOW - 1, 0)).body]
    return [sha256(one) for one in [*found, (await server.get("/v1/board")).body]]


async def test_the_service_lives_on_from_backup_and_standby(tmp_path: Path, urls: tuple[str, str]) -> None:
    """Taken while envelopes come, restored elsewhere: the same segments, files and board byte for byte; what waited
    waits and closes; an envelope that comes again gets its first period; a unit whose batch was lost goes on."""
    async with kept_service(tmp_path, urls[0]) as kept:
        load = asyncio.create_task(kept.envelopes(NOW, 300))
        assert (await kept.backup()).exit_code == 0
        await load
        before = await seen_by(kept, kept.server)
        waited = files(inside(kept.folder / STANDBY, kept.key))["waiting/envelopes.bin"]
        assert len(waited) == 4 * 16_384
        # It goes with the machine; its unit's next one follows it all the same.
        await batch(kept, 0, NOW)
    home = tmp_path / "again"
    more = ("--database", urls[1]) if urls[1] else ()
    done = await kept.run("restore", "--dir", home, "--listen", "127.0.0.1:0", *more)
    assert done.exit_code == 0, done.output
    assert "8 envelopes, 2 blobs of files and 2 batches" in done.stdout
    assert "standby copy: 4 envelopes, 0 blobs of files and 1 batch of the day after" in done.stdout
    assert "lost: what came after" in done.stdout
    clock, url = Clock(kept.server.world), load_config(home / "server.toml").database
    clock.set_period(NOW, 2 * HOUR)
    async with running(home, kept.server.world, url=url, published=False, clock=clock) as server:
        assert await seen_by(kept, server) == before
        old, again = kept.sent[NOW - 2][0], waited[:16_384]
        assert await server.store.put(sha256(old), old, NOW, 10_000) == NOW - 2
        assert await server.store.put(sha256(again), again, NOW, 10_000) == NOW
        clock.set_period(NOW + 1, 10)
        await server.tick()
        assert waited in (await server.segment(kept.server.world.desks[0], NOW)).body
        kept.server = server
        await batch(kept, 0, NOW + 1)


async def test_trying_a_restore_says_its_day_and_leaves_nothing(
    kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest, opened in a folder that goes; also what an end from outside left of one before."""
    scratch = tmp_path / "scratch"
    (scratch / "dropbox-try-of-before" / "data").mkdir(parents=True)
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    await kept.backup()
    looks = names(kept.folder)
    said = json.loads((await kept.run("restore", "--try", "--json")).stdout)
    assert said["day"] == day_of(NOW - 1, DAY)
    assert said["kept"] == {"reports": 8, "blobs": 2, "batches": 2}
    assert said["units"] == 2
    assert said["standby"] == {"reports": 4, "blobs": 0, "batches": 1}
    assert said == json.loads((await kept.run("verify-backup", "--json")).stdout)
    assert (names(scratch), names(kept.folder)) == ([], looks)


async def test_what_cannot_be_restored_is_refused_in_words(kept: Kept, tmp_path: Path) -> None:
    """A database in use, another service's anchor, another key, a cut and an altered file, one of another kind; nothing
    is written."""
    await kept.backup()
    (file,) = kept.folder.glob("backup-*.age")
    home = tmp_path / "again"
    said = refused(await kept.run("restore", "--dir", kept.config.parent))
    assert "there is a database in use already: move it away first" in said
    (tmp_path / "other").write_bytes(World(policy=DAILY).anchor_text())
    for verb in (("restore", "--dir", home), ("verify-backup",)):
        right = kept.anchor
        kept.anchor = tmp_path / "other"
        assert "it is of another service than the anchor" in refused(await kept.run(*verb))
        kept.anchor = right
        (tmp_path / "elsewhere").mkdir(exist_ok=True)
        right, kept.key = kept.key, plain_key(tmp_path / "elsewhere")[0]
        assert "was sealed to another key" in refused(await kept.run(*verb))
        kept.key = right
        assert "it is no backup, or not all of one" in refused(await kept.run(*verb, "--file", STANDBY))
        assert "there is no backup" in refused(await kept.run(*verb, "--file", "backup-none.age"))
        whole = file.read_bytes()
        for damaged in (whole[:-100], whole[:300_000], whole[:40], b"", whole[:-9] + b"x" + whole[-8:]):
            file.write_bytes(damaged)
            assert "is cut short or altered, or is no backup: take the one before it" in refused(await kept.run(*verb))
        file.write_bytes(whole)
    assert not home.exists()


async def test_what_is_not_the_servers_stays(kept: Kept, tmp_path: Path) -> None:
    """A folder of data that holds a file of somebody's, as where settings of one's own name another place."""
    await kept.backup()
    (tmp_path / "again" / "data").mkdir(parents=True)
    (tmp_path / "again" / "data" / "letters.txt").touch()
    said = refused(await kept.run("restore", "--dir", tmp_path / "again"))
    assert "holds what is not the server's: move letters.txt away first" in said
    assert (tmp_path / "again" / "data" / "letters.txt").exists()


async def test_a_part_that_somebody_altered_is_refused(kept: Kept, tmp_path: Path) -> None:
    """Whoever has the recipient can seal a file to it; what is in it proves itself, and nothing is left of it."""
    await kept.backup()
    (file,) = kept.folder.glob("backup-*.age")
    whole = inside(file, kept.key)
    parts = files(whole)
    for kind in ("segments/", "batches/", "directories/"):
        name = next(one for one in parts if one.startswith(kind) and "certs" not in one)
        at = whole.index(parts[name]) + len(parts[name]) - 5
        with file.open("wb") as target:
            age.seal([whole[:at], bytes([whole[at] ^ 1]), whole[at + 1 :]], target, kept.recipient)
        assert "altered" in refused(await kept.run("restore", "--dir", tmp_path / "again"))
    assert not (tmp_path / "again" / "data").exists()


@pytest.mark.parametrize(
    ("days", "words"),
    [(5, "5 days old, and what came since is not in it"), (-3, "set the clock, then try again")],
)
async def test_a_day_that_cannot_be_is_asked_about(
    kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int, words: str
) -> None:
    """One of more than three days is taken only when somebody says that there is no newer one, one of the future by
    nobody."""
    await kept.backup()
    monkeypatch.setattr("time.time", lambda: (NOW + days) * DAY + 5.0)
    assert words in refused(await kept.run("restore", "--dir", tmp_path / "again"))
    done = await kept.run("restore", "--dir", tmp_path / "again", "--although-old")
    assert (done.exit_code == 0) == (days > 0)


async def test_what_a_later_release_wrote_is_refused(kept: Kept, tmp_path: Path) -> None:
    """By the number of its schema, and by its layout; one of an earlier schema is taken."""
    await kept.backup()
    (file,) = kept.folder.glob("backup-*.age")
    whole = inside(file, kept.key)
    for old, new, words in (
        (b'"schema": "0003"', b'"schema": "0909"', "a later release wrote it"),
        (b'"layout": 1', b'"layout": 9', "use that release"),
        (b'"schema": "0003"', b'"schema": "\\u001b[2J"', "it is no backup of a server"),
        (b'"schema": "0003"', b'"schema": "0002"', ""),
    ):
        assert old in whole
        with file.open("wb") as target:
            age.seal([whole.replace(old, new)], target, kept.recipient)
        done = await kept.run("verify-backup")
        assert words in (refused(done) if words else done.stdout)


async def test_settings_that_nobody_signed_start_no_program(kept: Kept, tmp_path: Path) -> None:
    """A program for alarms is left out, and whoever restores is told to read the rest."""
    kept.config.write_text(kept.config.read_text().replace("alarm = []", 'alarm = ["/tmp/planted"]'))
    await kept.backup()
    done = await kept.run("restore", "--dir", tmp_path / "again")
    assert f"LOOK: read {tmp_path}/again/server.toml" in done.stdout
    assert load_config(tmp_path / "again" / "server.toml").alarm == ()


async def test_where_backups_cannot_go_is_said(kept: Kept, tmp_path: Path) -> None:
    """No folder, no recipient, the service's own data, a wrong recipient, another run at the same time."""
    text = kept.config.read_text()
    kept.config.write_text(text.replace(str(kept.folder), str(tmp_path / "gone")))
    assert "mount its disk, or make it" in refused(await kept.backup())
    kept.config.write_text(text.replace(f'"{kept.recipient}"', '""'))
    assert "nobody to whom they are sealed" in refused(await kept.backup())
    kept.config.write_text(text)
    assert "name another folder" in refused(await kept.backup("--to", kept.server.config.data_dir / "backups"))
    wrong = "age1" + "q" * 58
    assert "no age recipient" in refused(await kept.backup("--recipient", wrong))
    with held(kept.folder):
        assert "another backup is being written" in refused(await kept.backup())
    assert "the backups lie on the service's own disk" in (await kept.backup()).stdout


async def test_as_many_are_kept_as_the_settings_say(kept: Kept) -> None:
    """The newest; what a run was cut short over goes too."""
    kept.config.write_text(kept.config.read_text().replace("keep_backups = 3", "keep_backups = 2"))
    (kept.folder / f"backup-{NOW - 1:08d}-x.age.part").write_bytes(b"half")
    for number in range(3):
        await kept.backup()
        kept.server.clock.set_period(NOW + 1 + number, 10)
        await kept.server.tick()
    assert [name[7:15] for name in names(kept.folder)[:-1]] == [f"{NOW:08d}", f"{NOW + 1:08d}"]


async def test_a_stopped_service_keeps_all_that_waits(tmp_path: Path) -> None:
    """With nobody to show it, the standby copy holds what no unit was shown yet, and says until when."""
    async with kept_service(tmp_path) as kept:
        await kept.envelopes(NOW, 2)
    assert (await kept.backup()).exit_code == 0
    said = json.loads((await kept.run("verify-backup", "--json")).stdout)
    assert said["standby"]["reports"] == 6


def test_a_new_key_is_sealed_under_a_passphrase(tmp_path: Path) -> None:
    """Its recipient is what server.toml takes; the file holds no secret in clear, is its owner's, and is not
    written over; a short passphrase is refused."""
    out = tmp_path / "backup.key"
    assert "at least 12 characters" in refused(admin("backup-key", "--out", out, typed="short\nshort\n"))
    done = admin("backup-key", "--out", out, typed="correct horse battery\n" * 2)
    assert done.exit_code == 0, done.output
    (recipient,) = re.findall(r'backup_recipient = "(age1\w+)"', done.stdout)
    assert out.stat().st_mode & 0o777 == 0o600
    assert b"AGE-SECRET-KEY" not in out.read_bytes()
    assert "already there" in refused(admin("backup-key", "--out", out, typed="correct horse battery\n" * 2))
    with (tmp_path / "sealed").open("wb") as file:
        age.seal([b"inside"], file, recipient)
    identity = age.read_key(out, lambda: "correct horse battery")
    with age.opened(tmp_path / "sealed", identity) as stream:
        assert stream.read() == b"inside"
    with pytest.raises(BackupRefused, match="does not open: the passphrase is another"):
        age.read_key(out, lambda: "another")
    whole = out.read_bytes()
    for damaged in (whole[:-60], whole[:200], b"-----BEGIN DROPBOX", b""):
        out.write_bytes(damaged)
        with pytest.raises(BackupRefused, match=r"damaged|holds no backup key"):
            age.read_key(out, lambda: "correct horse battery")
