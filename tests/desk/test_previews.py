# SPDX-License-Identifier: AGPL-3.0-or-later
"""Looking at the files of a case by command: pages in a new folder, blurred first, and written down."""

import io
from pathlib import Path

import pytest
from PIL import Image

from journalist_ui.verbs.previews import Held
from tests.desk.people import People, people_of
from tests.desk.room import INVESTIGATOR, Room
from tests.desk.test_files import next_day, send
from tests.previews import samples

pytestmark = [pytest.mark.usefixtures("brief_stretch"), pytest.mark.bubblewrap]
TEXT = b"He said: come alone.\n"


async def begun(room: Room, people: People, *contents: bytes) -> None:
    """A case whose report brought these, and ada has signed in."""
    send(room, *contents)
    await room.engine.sync()
    await next_day(people)
    await people.login("ada")


def picture(path: Path) -> Image.Image:
    return Image.open(io.BytesIO(path.read_bytes()))


async def test_a_file_is_looked_at_blurred_and_then_as_it_is(room: Room, tmp_path: Path) -> None:
    """A few greys until the member asks; then its colours. A folder of its owner's alone, and one row in the record."""
    async with people_of(room) as people:
        await begun(room, people, samples.picture_file("JPEG", quality=95), TEXT)
        out = tmp_path / "blurred"
        found = await people.ask("ada", "file", "preview", 1, 1, "--out", out)
        assert (found["kind"], found["of"], found["blurred"], found["why"]) == ("jpeg", 1, True, "")
        assert found["pages"] == [{"page": 1, "files": ["page-1.png"]}]
        veil = picture(out / "page-1.png")
        assert veil.mode == "L"
        assert max(veil.size) <= 16
        assert out.stat().st_mode & 0o777 == 0o700
        assert (out / "page-1.png").stat().st_mode & 0o777 == 0o600
        await people.ask("ada", "file", "preview", 1, 1, "--out", tmp_path / "clear", "--clear")
        shown = picture(tmp_path / "clear" / "page-1.png").convert("RGB")
        red = shown.getpixel((30, 40))
        assert isinstance(red, tuple)
        assert red[0] > 150 > 80 > red[2]
        acts = [one for one in await people.ask("ada", "audit", "--case", 1) if one["act"] == "file preview"]
        assert [(one["member"], one["about"]) for one in acts] == [("ada", "file 1")]


async def test_the_setting_is_the_members_own(room: Room, tmp_path: Path) -> None:
    """Off, text and pictures come at once; it is written down, and on again."""
    async with people_of(room) as people:
        await begun(room, people, TEXT)
        blurred = await people.ask("ada", "file", "preview", 1, 1, "--out", tmp_path / "a")
        assert blurred["pages"] == [{"page": 1, "files": []}]
        assert await people.ask("ada", "welfare") == {"welfare": True}
        assert await people.ask("ada", "welfare", "--off") == {"welfare": False}
        found = await people.ask("ada", "file", "preview", 1, 1, "--out", tmp_path / "b")
        assert (found["kind"], found["blurred"]) == ("text", False)
        assert (tmp_path / "b" / "page-1.txt").read_bytes() == TEXT
        await people.ask("ada", "welfare", "--on")
        acts = [one["act"] for one in await people.ask("ada", "audit") if one["act"].startswith("welfare")]
        assert sorted(acts) == ["welfare off", "welfare on"]


async def test_pages_beyond_the_first_are_named(room: Room, tmp_path: Path) -> None:
    """A few at once, and the words say how to go on."""
    async with people_of(room) as people:
        await begun(room, people, samples.pdf_file(pages=7))
        words = ("file", "preview", 1, 1, "--clear", "--session", people.session("ada"), "--out")
        code, said, _ = await people.run(*words, tmp_path / "a")
        assert code == 0
        assert "By its content it is a PDF." in said
        assert "Pages 1 to 5 of 7" in said
        assert "--page 6" in said
        code, said, _ = await people.run(*words, tmp_path / "b", "--page", 6)
        assert "Pages 6 to 7 of 7" in said
        assert sorted(path.name for path in (tmp_path / "b").iterdir()) == ["page-6.png", "page-7.png"]


async def test_what_cannot_be_shown_is_a_sentence(room: Room, tmp_path: Path) -> None:
    """And done all the same: the folder is empty. What is not there is refused, and leaves no folder."""
    async with people_of(room) as people:
        await begun(room, people, b"\x00\x01\x02" * 40, b"PK\x03\x04 an archive of something")
        for number, why, said in ((1, "unknown", "nothing at this desk knows"), (2, "archive", "not unpacked here")):
            found = await people.ask("ada", "file", "preview", 1, number, "--out", out := tmp_path / str(number))
            assert (found["why"], said in found["say"], list(out.iterdir())) == (why, True, [])
        told = ("file", "preview", 1, 9, "--out", tmp_path / "other")
        assert "no file of that number" in await people.refused("ada", *told)
        assert not (tmp_path / "other").exists()
        assert "cannot be made" in await people.refused("ada", "file", "preview", 1, 1, "--out", tmp_path / "1")


async def test_who_does_not_hold_the_case_sees_no_page(room: Room, tmp_path: Path) -> None:
    """As of a case that is not there, also of pages that another has before them."""
    async with people_of(room) as people:
        await begun(room, people, samples.picture_file("PNG"))
        await people.ask("ada", "file", "preview", 1, 1, "--out", tmp_path / "a")
        room.add("bob", INVESTIGATOR)
        await people.login("bob")
        said = await people.refused("bob", "file", "preview", 1, 1, "--out", tmp_path / "b")
        assert "no case" in said.lower()
        assert not (tmp_path / "b").exists()


async def test_a_session_holds_the_pages_of_one_file(room: Room, tmp_path: Path) -> None:
    """Those of another go with the next look, and none is made twice while it is held."""
    async with people_of(room) as people:
        await begun(room, people, samples.pdf_file(pages=2), samples.picture_file("PNG"))
        for number, out in ((1, "a"), (1, "b"), (2, "c")):
            await people.ask("ada", "file", "preview", 1, number, "--out", tmp_path / out)
        (session,) = people.desk.sessions.sessions()
        assert isinstance(session.looking, Held)
        assert (session.looking.file, len(session.looking.shown)) == (2, 1)
        assert session.looked == {(1, 1), (1, 2)}
