# SPDX-License-Identifier: AGPL-3.0-or-later
"""What files may cost a desk at most: time of a run, copies of a blob, bytes of a case, room of its disk; and
a disk that fails."""

import secrets
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from dropbox.flows.desk import blobs as blobs_flow
from dropbox.flows.desk.notice import Notice
from dropbox.flows.desk.requests import GetBlobs
from dropbox.protocol.body import File
from dropbox.protocol.constants import BLOB_PLAIN
from dropbox.protocol.wire import IntakeState
from journalist_ui.daemon import blob_folder
from journalist_ui.vault import tables
from journalist_ui.vault.files import note_files, wanted_blobs
from tests.desk.people import people_of
from tests.desk.room import Room
from tests.desk.test_files import NOTE, PICTURE, codes, next_day, send, shown
from tests.flows.twin import seeded

pytestmark = pytest.mark.usefixtures("brief_stretch")


async def test_a_server_that_drips_holds_no_batch_up(room: Room) -> None:
    """Ten minutes after the first request for files no further one is made: the batch leaves, and it goes on later."""
    send(room, seeded(2)(40 * BLOB_PLAIN))
    twin, asked, seconds = room.service.twin, [], [0.0]
    answer = twin.answer

    def dripping(request: Any) -> Any:
        if isinstance(request, GetBlobs):
            asked.append(request.chunk)
            seconds[0] += 500
        return answer(request)

    async with people_of(room) as people:
        await people.room.engine.sync()
        twin.answer = dripping  # type: ignore[method-assign]  # so slowly
        people.room.engine.blobs.steady = lambda: seconds[0]
        await next_day(people)
        assert len(asked) == 2
        assert "blobs-unreachable" in codes(people)
        assert not people.room.engine.batch_missing()
        for _ in range(4):
            await people.room.engine.sync()
        await people.login("ada")
        assert [one["state"] for one in await shown(people)] == ["whole"]


async def test_days_that_a_server_skips_are_told_or_asked_for(room: Room) -> None:
    """What the policy keeps is asked for whatever its oldest is said to be; beyond that a gap is told."""
    async with people_of(room) as people:
        await people.room.engine.sync()
        await next_day(people)
        context, twin = people.room.engine.state, room.service.twin
        through, kept = twin.now - 1, context.trusted().policy.retention
        notices: list[Notice] = []
        near = IntakeState(open=through + 3, oldest=through + 3)
        assert blobs_flow._first(context, through, near, notices) == through + 1
        assert notices == []
        far = IntakeState(open=through + kept + 5, oldest=through + kept + 5)
        assert blobs_flow._first(context, through, far, notices) == through + 5
        assert notices == [Notice("blobs-missing", {"first": through + 1, "last": through + 4})]
        assert blobs_flow._first(context, 0, near, notices) == near.oldest


def note(room: Room, places: int) -> None:
    """So many messages of the first case name the same file."""
    with room.vault.writing() as connection:
        row = connection.execute(select(tables.files)).one()
        blobs = connection.execute(select(tables.file_blobs.c.blob)).scalars().all()
        for _ in range(places):
            file = File("x", "image/jpeg", 1, bytes(32), tuple(blobs))
            note_files(connection, row.number, secrets.token_bytes(16), row.period, (file,))


async def test_one_blob_serves_four_files(room: Room) -> None:
    """To name it costs nothing: what further ones name is refused, also days later, and takes no room."""
    send(room, NOTE)
    async with people_of(room) as people:
        await people.room.engine.sync()
        note(room, 7)
        with room.vault.reading() as connection:
            wanted = list(wanted_blobs(connection))
        await next_day(people)
        own = people.room.engine.blobs.own
        assert len(list(own.iterdir())) == 4
        with room.vault.writing() as connection:
            states = connection.execute(select(tables.files.c.state).order_by(tables.files.c.file)).scalars().all()
            assert states == ["whole"] * 4 + ["refused"] * 4
            file = File("x", "image/jpeg", 1, bytes(32), tuple(wanted))
            note_files(connection, 1, secrets.token_bytes(16), room.service.twin.now, (file,))
        await people.room.engine.sync()
        assert len(list(own.iterdir())) == 4


async def test_a_case_holds_so_many_bytes_of_files(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that are still to come among them."""
    monkeypatch.setattr("journalist_ui.vault.files.MOST_OF_CASE", 2)
    send(room, PICTURE, NOTE)
    async with people_of(room) as people:
        await people.room.engine.sync()
        await next_day(people)
        await people.login("ada")
        assert [one["state"] for one in await shown(people)] == ["whole", "refused"]
        _, words, _ = await people.run("show", 1, "--session", people.session("ada"))
        assert "its case has 1 GiB of them already" in words


async def test_own_files_leave_room_on_the_disk(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody's are there, and the disk is full before one's own are taken out: told, and tried again."""
    send(room, NOTE)
    async with people_of(room) as people:
        await people.room.engine.sync()
        finish = people.room.engine.blobs._finish

        def full(request: Any) -> bool:
            monkeypatch.setattr(blob_folder, "ROOM", 1 << 62)
            return finish(request)

        monkeypatch.setattr(people.room.engine.blobs, "_finish", full)
        await next_day(people)
        assert "blobs-no-room" in codes(people)
        assert not list(people.room.engine.blobs.own.iterdir())
        assert not people.room.engine.batch_missing()
        monkeypatch.undo()
        await people.room.engine.sync()
        await people.login("ada")
        assert [one["state"] for one in await shown(people)] == ["whole"]


async def test_what_the_disk_did_not_give_is_asked_of_it_again(room: Room, tmp_path: Path) -> None:
    """A disk that fails once leaves no file damaged: once it gives the pieces, the file is whole and is taken out."""
    send(room, NOTE)
    async with people_of(room) as people:
        await people.login("ada")
        await next_day(people)
        (piece,) = people.room.engine.blobs.own.iterdir()
        piece.rename(tmp_path / "away")
        assert [one["state"] for one in await shown(people)] == ["damaged"]
        (tmp_path / "away").rename(piece)
        assert [one["state"] for one in await shown(people)] == ["whole"]
        await people.ask("ada", "file", "export", 1, 1, "--out", tmp_path / "out", "--reason", "x")
        assert (tmp_path / "out").read_bytes() == NOTE
