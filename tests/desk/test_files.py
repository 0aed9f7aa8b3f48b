# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files at the desk: fetched among everybody's, kept under names of its own, shown, taken out, and let go."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from dropbox.flows.desk import blobs as blobs_flow
from dropbox.flows.desk.requests import GetBlobs
from dropbox.flows.source.attached import Attached
from dropbox.flows.source.visit import Part
from dropbox.protocol.attachments import seal_file
from dropbox.protocol.blobs import blob_id
from dropbox.protocol.body import File, Report, encode_body
from dropbox.protocol.codename import stretch
from dropbox.protocol.constants import BLOB, BLOB_PLAIN
from dropbox.protocol.policy import PRODUCTION
from journalist_ui.daemon import blob_folder
from journalist_ui.vault import tables
from journalist_ui.vault.backup import restore_files
from journalist_ui.vault.database import write_meta
from journalist_ui.vault.flood import FLOOD_AFTER
from tests.desk.people import People, people_of
from tests.desk.room import Room, entropy, make_room
from tests.flows.twin import changed_unit, replace_directory, seeded

pytestmark = pytest.mark.usefixtures("brief_stretch")
PICTURE = seeded(1)(BLOB_PLAIN + 1_000)
NOTE = b"a note"


def send(room: Room, *contents: bytes, spoil: int | None = None) -> list[File]:
    """A report with these files: what it says of them. ``spoil``: a blob of that number does not arrive."""
    twin, service = room.service.twin, room.service
    files: list[File] = []
    blobs: list[bytes] = []
    for number, data in enumerate(contents, start=1):
        file, sealed = seal_file(f"file {number}.jpg", "image/jpeg", data, service.random(32), twin.service_id)
        files.append(file)
        blobs += sealed
    attached = Attached(blobs, service.random, lambda: 0)
    body = encode_body(Report("Look at this.", ("discrimination",), "", {}, tuple(files)))
    part = Part("north", service.random(16), 1, 1, body, attached=attached)
    visited = service.visit(stretch(entropy(1), twin.service_id), part)
    assert visited.receipt is not None
    if spoil is not None:
        twin.blobs[twin.now].remove(blobs[spoil])
    return files


async def next_day(people: People) -> None:
    """The period closes, and the desk fetches what it brought."""
    people.room.service.twin.advance()
    await people.room.engine.sync()


async def shown(people: People) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await people.ask("ada", "show", 1))["files"]
    return found


async def test_files_arrive_with_the_day_and_are_taken_out_as_they_were(room: Room, tmp_path: Path) -> None:
    """Arriving until the period is closed, whole then, with size and hash; taken out byte for byte, once its reason
    stands in the record, into a new file of its owner's alone."""
    send(room, PICTURE, NOTE)
    async with people_of(room) as people:
        await people.room.engine.sync()
        await people.login("ada")
        assert [(one["state"], one["size"]) for one in await shown(people)] == [
            ("arriving", len(PICTURE)),
            ("arriving", len(NOTE)),
        ]
        told = ("file", "export", 1, 1, "--out", out := tmp_path / "out.jpg", "--reason", "For the technical unit.")
        assert "not come whole" in await people.refused("ada", *told)
        assert not out.exists()
        await next_day(people)
        first, second = await shown(people)
        assert first == {
            "file": 1,
            "message": 1,
            "name": "file 1.jpg",
            "type": "image/jpeg",
            "size": len(PICTURE),
            "state": "whole",
            "hash": hashlib.sha256(PICTURE).hexdigest(),
        }
        assert second["hash"] == hashlib.sha256(NOTE).hexdigest()
        done = await people.ask("ada", *told)
        assert (done["hash"], done["size"]) == (first["hash"], len(PICTURE))
        assert out.read_bytes() == PICTURE
        assert out.stat().st_mode & 0o777 == 0o600
        lines = [one for one in await people.ask("ada", "audit") if one["act"] == "file export"]
        assert [first["hash"] in one["about"] and "technical unit" in one["about"] for one in lines] == [True]
        assert "cannot be made" in await people.refused("ada", *told)
        assert out.read_bytes() == PICTURE
        for number, reason, said in ((3, "x", "no file of that number"), (1, " ", "Say why")):
            other = ("file", "export", 1, number, "--out", tmp_path / "other", "--reason", reason)
            assert said in await people.refused("ada", *other)
            assert not (tmp_path / "other").exists()
        _, words, _ = await people.run("show", 1, "--session", people.session("ada"))
        assert f"SHA-256 {first['hash']}" in words


async def test_the_disk_shows_none_of_what_came(room: Room) -> None:
    """Neither a piece of a file nor a blob as everybody can fetch it, nor its id; everybody's go after two days."""
    files = send(room, PICTURE)
    async with people_of(room) as people:
        await people.room.engine.sync()
        await next_day(people)
        everybodys = people.room.engine.blobs.own.parent / "blobs"
        assert {path.suffix for path in everybodys.iterdir()} == {".bin", ".ids"}
        assert {path.stat().st_mtime for path in (everybodys, *everybodys.iterdir())} == {0}
        for _ in range(2):
            await next_day(people)
        assert list(everybodys.iterdir()) == []
        own = list(people.room.engine.blobs.own.iterdir())
        assert len(own) == len(files[0].blobs)
        held = b"".join(path.read_bytes() for path in own)
        blobs = [blob for kept in room.service.twin.blobs.values() for blob in kept]
        sought = [PICTURE[:64], *(blob[:64] for blob in blobs), *files[0].blobs, files[0].key]
        assert [one for one in sought if one in held] == []
        with room.vault.reading() as connection:
            rows = connection.execute(select(tables.file_blobs)).all()
        assert {(row.blob, len(row.stored)) for row in rows} == {(b"", 32)}
        assert files[0].key not in b"".join(row.sealed for row in rows)


@pytest.fixture
def hasty(tmp_path: Path) -> Iterator[Room]:
    """Its periods are ten minutes."""
    room = make_room(tmp_path / "desk", policy=replace(PRODUCTION, period=600, collect=600))
    yield room
    room.vault.close()


async def test_a_large_upload_finds_its_blobs_after_many_short_periods(hasty: Room) -> None:
    """What everybody sent is kept for an hour: the message that names the first of them comes when all are posted."""
    twin, files = hasty.service.twin, send(hasty, PICTURE)
    envelopes = twin.open.copy()
    twin.open.clear()
    async with people_of(hasty) as people:
        for _ in range(5):
            await next_day(people)
        everybodys = people.room.engine.blobs.own.parent / "blobs"
        assert len(list(everybodys.iterdir())) >= 2
        twin.open |= envelopes
        await next_day(people)
        await people.login("ada")
        assert [one["state"] for one in await shown(people)] == ["whole"]
        assert len(list(people.room.engine.blobs.own.iterdir())) == len(files[0].blobs)
        for _ in range(3):
            await next_day(people)
        assert str(twin.now - 9) not in {path.stem for path in everybodys.iterdir()}


async def test_a_blob_that_never_comes_is_told(room: Room) -> None:
    """The file is lost once its day is fetched, and what came of it goes; the other one is whole."""
    send(room, PICTURE, NOTE, spoil=1)
    async with people_of(room) as people:
        await people.room.engine.sync()
        await next_day(people)
        await people.login("ada")
        assert [one["state"] for one in await shown(people)] == ["lost", "whole"]
        assert len(list(people.room.engine.blobs.own.iterdir())) == 1


async def test_blobs_that_came_the_day_before_are_found(room: Room) -> None:
    """A message may come after midnight: what its files are made of is kept as long as it may."""
    files = send(room, NOTE)
    twin = room.service.twin
    # Its envelope belongs to the next day.
    envelope = twin.open.copy()
    twin.open.clear()
    async with people_of(room) as people:
        await people.room.engine.sync()
        await next_day(people)
        twin.open.update(envelope)
        await people.room.engine.sync()
        await people.login("ada")
        (line,) = await shown(people)
        assert (line["state"], line["hash"]) == ("whole", hashlib.sha256(NOTE).hexdigest())
        assert files[0].size == line["size"]


async def test_a_desk_that_takes_no_files_fetches_none(room: Room) -> None:
    """By its flag in the signed list; a message that names some all the same says so."""
    send(room, NOTE)
    service = room.service
    replace_directory(service, lambda listed: changed_unit(listed, "north", takes_no_files=True), 2)
    asked: list[str] = []
    answer = service.twin.answer

    def watched(request: Any) -> Any:
        asked.append(type(request).__name__)
        return answer(request)

    service.twin.answer = watched  # type: ignore[method-assign]  # what the desk asks
    async with people_of(room) as people:
        await people.room.engine.sync()
        await next_day(people)
        await people.login("ada")
        assert [one["state"] for one in await shown(people)] == ["refused"]
        assert "GetBlobs" not in asked


async def test_what_the_disk_changed_is_damaged(room: Room, tmp_path: Path) -> None:
    """Told as such and not taken out; nothing of it leaves."""
    send(room, NOTE)
    async with people_of(room) as people:
        await people.room.engine.sync()
        await next_day(people)
        (path,) = people.room.engine.blobs.own.iterdir()
        data = bytearray(path.read_bytes())
        data[100] ^= 1
        path.write_bytes(data)
        await people.login("ada")
        (line,) = await shown(people)
        assert (line["state"], "hash" in line) == ("damaged", False)
        told = ("file", "export", 1, 1, "--out", tmp_path / "out", "--reason", "x")
        assert "damaged" in await people.refused("ada", *told)
        assert not (tmp_path / "out").exists()


async def test_an_altered_period_is_not_believed(room: Room) -> None:
    """Blobs out of order are refused, told, and fetched again; the next days come meanwhile."""
    send(room, PICTURE)
    twin = room.service.twin
    answer = twin.answer

    def swapped(request: Any) -> Any:
        found = answer(request)
        if type(request).__name__ != "GetBlobs" or len(found) < 2 * BLOB:
            return found
        return found[:26] + found[26 + BLOB : 26 + 2 * BLOB] + found[26 : 26 + BLOB] + found[26 + 2 * BLOB :]

    async with people_of(room) as people:
        await people.room.engine.sync()
        twin.answer = swapped  # type: ignore[method-assign]  # the server lies
        await next_day(people)
        assert "blobs-refused" in [one.code for one in people.room.engine.standing.all()]
        assert not people.room.engine.blobs.own.exists()
        await next_day(people)
        asked = [one.values for one in people.room.engine.standing.all() if one.code == "blobs-refused"]
        assert [one["period"] for one in asked] == [twin.now - 2]
        assert list(people.room.engine.blobs.own.parent.glob("blobs/*.half")) == []
        twin.answer = answer  # type: ignore[method-assign]  # and is honest again
        await people.room.engine.sync()
        await people.login("ada")
        assert [one["state"] for one in await shown(people)] == ["whole"]


@pytest.fixture
def backed_up(tmp_path: Path, brief_stretch: None) -> Iterator[tuple[Room, Path]]:
    """A desk that writes backups, and their folder."""
    target = tmp_path / "backups"
    target.mkdir()
    made = make_room(tmp_path / "desk", backup=str(target))
    yield made, target
    made.vault.close()


async def test_a_backup_holds_the_files_as_they_lie(backed_up: tuple[Room, Path]) -> None:
    """Each is copied once, and comes back with a vault that is restored; none bears a time. What went here goes there
    with the last backup that was made while it was here."""
    room, target = backed_up
    send(room, PICTURE)
    async with people_of(room) as people:
        await people.room.engine.sync()
        await next_day(people)
        own = people.room.engine.blobs.own
        await people.room.engine.back_up()
        (copies,) = target.glob("vault-*.files")
        assert {path.name: path.read_bytes() for path in copies.iterdir()} == {
            path.name: path.read_bytes() for path in own.iterdir()
        }
        assert {path.stat().st_mtime for path in (own, *own.iterdir(), copies, *copies.iterdir())} == {0}
        before = {path.name: path.stat().st_ino for path in copies.iterdir()}
        gone, *_ = list(own.iterdir())
        gone.unlink()
        restore_files(target, people.room.engine.settings.unit_id, own.parent)
        assert {path.name for path in own.iterdir()} == set(before)
        gone.unlink()
        await people.room.engine.back_up()
        assert {path.stem: path.stat().st_ino for path in copies.iterdir()} == before
        restore_files(target, people.room.engine.settings.unit_id, own.parent)
        assert {path.name for path in own.iterdir()} == set(before)
        gone.unlink()
        await people.room.engine.back_up()
        assert {path.stem for path in copies.iterdir()} == set(before)
        for old in sorted(target.glob("vault-*.db"))[:-1]:
            old.unlink()
        await people.room.engine.back_up()
        assert {path.name: path.stat().st_ino for path in copies.iterdir()} == {
            name: inode for name, inode in before.items() if name != gone.name
        }


async def test_files_of_a_case_of_a_flooded_day(room: Room) -> None:
    """A case that is taken out of the box has its files with it, under its new key."""
    with room.vault.writing() as connection:
        write_meta(connection, FLOOD_AFTER, 1)
    room.report(entropy(2), "The first of the day.")
    async with people_of(room) as people:
        await people.room.engine.sync()
        send(room, NOTE)
        await people.room.engine.sync()
        await next_day(people)
        await people.login("ada")
        (boxed,) = (await people.ask("ada", "flood", "list"))["cases"]
        await people.ask("ada", "flood", "take", boxed["case"])
        (line,) = (await people.ask("ada", "show", boxed["case"]))["files"]
        assert (line["state"], line["hash"]) == ("whole", hashlib.sha256(NOTE).hexdigest())


def codes(people: People) -> list[str]:
    return [one.code for one in people.room.engine.standing.all()]


async def test_a_full_day_is_fetched_over_several_runs(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """A chunk a run: batches leave meanwhile, no chunk but the first is asked for twice, and the files come whole."""
    monkeypatch.setattr(blobs_flow, "MOST_CHUNKS", 1)
    large = seeded(2)(20 * BLOB_PLAIN)
    send(room, large)
    twin, asked = room.service.twin, []
    answer = twin.answer

    def watched(request: Any) -> Any:
        if isinstance(request, GetBlobs):
            asked.append((request.period, request.chunk))
        return answer(request)

    twin.answer = watched  # type: ignore[method-assign]  # what the desk asks
    async with people_of(room) as people:
        day = twin.now
        await people.room.engine.sync()
        await next_day(people)
        await people.login("ada")
        assert [one["state"] for one in await shown(people)] == ["arriving"]
        for _ in range(3):
            await people.room.engine.sync()
        (line,) = await shown(people)
        assert (line["state"], line["hash"]) == ("whole", hashlib.sha256(large).hexdigest())
        assert [chunk for period, chunk in asked if period == day and chunk] == [1, 2]


async def test_no_room_for_files_keeps_no_report_out(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told, reports and batches go on, and what waits comes once there is room."""
    send(room, NOTE)
    async with people_of(room) as people:
        await people.room.engine.sync()
        monkeypatch.setattr(blob_folder, "ROOM", 1 << 62)
        await next_day(people)
        assert "blobs-no-room" in codes(people)
        assert not people.room.engine.batch_missing()
        monkeypatch.undo()
        await people.room.engine.sync()
        assert "blobs-no-room" not in codes(people)
        await people.login("ada")
        assert [one["state"] for one in await shown(people)] == ["whole"]


async def test_a_server_that_keeps_files_back_stops_nothing_else(room: Room) -> None:
    """No answer to a chunk: told, asked again, and the batch of the day leaves."""
    send(room, NOTE)
    twin = room.service.twin
    answer = twin.answer
    async with people_of(room) as people:
        await people.room.engine.sync()
        twin.answer = lambda one: b"" if isinstance(one, GetBlobs) else answer(one)  # type: ignore[method-assign]  # silent
        await next_day(people)
        assert "blobs-unreachable" in codes(people)
        assert not people.room.engine.batch_missing()
        twin.answer = lambda one: None if isinstance(one, GetBlobs) else answer(one)  # type: ignore[method-assign]  # gone
        await people.room.engine.sync()
        assert "blobs-missing" in codes(people)
        await people.login("ada")
        assert [one["state"] for one in await shown(people)] == ["lost"]


async def test_a_row_moved_to_another_case_shows_nothing(room: Room) -> None:
    """Files stand by a message that is proved the source's: a row alone makes none."""
    send(room, NOTE)
    async with people_of(room) as people:
        await people.room.engine.sync()
        await next_day(people)
        await people.login("ada")
        with room.vault.writing() as connection:
            connection.execute(update(tables.files).values(message_id=b"?" * 16))
        assert "files" not in await people.ask("ada", "show", 1) or await shown(people) == []


def test_ids_are_those_of_the_blobs() -> None:
    """What a message names is the hash of what travels."""
    file, blobs = seal_file("a", "image/jpeg", PICTURE, bytes(32), bytes(16))
    assert file.blobs == tuple(map(blob_id, blobs))
