# SPDX-License-Identifier: AGPL-3.0-or-later
"""Clean copies: what a file shows and nothing else of it, written down with both hashes before it is handed out."""

import hashlib
import io
from pathlib import Path

import pytest
from PIL import Image

from tests.desk.people import people_of
from tests.desk.room import Room
from tests.desk.test_previews import begun
from tests.previews import samples
from tests.previews.samples import near, seen_by, sides

pytestmark = [pytest.mark.usefixtures("brief_stretch"), pytest.mark.bubblewrap]
SECRET = b"taken by somebody's own camera"


def photo() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = SECRET.decode()
    return samples.picture_file("JPEG", exif=exif, quality=95)


async def test_a_picture_keeps_its_colours_and_nothing_else(room: Room, tmp_path: Path) -> None:
    """PNG, of the same size, without a word of the camera; both hashes and the reason in the record."""
    data = photo()
    assert SECRET in data
    async with people_of(room) as people:
        await begun(room, people, data)
        told = ("file", "export", 1, 1, "--clean", "--out", out := tmp_path / "copy.png", "--reason", "For a briefing.")
        done = await people.ask("ada", *told)
        copy = out.read_bytes()
        assert done["name"] == "case-1-file-1-copy.png"
        assert done["hash"] == hashlib.sha256(copy).hexdigest()
        assert done["original"] == hashlib.sha256(data).hexdigest()
        assert SECRET not in copy
        assert [name for name in (b"tEXt", b"eXIf", b"iCCP", b"tIME") if name in copy] == []
        picture = Image.open(io.BytesIO(copy))
        assert (picture.format, picture.size) == ("PNG", (120, 80))
        assert near(sides(seen_by(copy)[2][0]))
        (act,) = [one for one in await people.ask("ada", "audit", "--case", 1) if one["act"] == "file copy"]
        assert all(part in act["about"] for part in (done["hash"], done["original"], "For a briefing."))


async def test_pages_become_a_pdf_of_pictures(room: Room, tmp_path: Path) -> None:
    """Each page as it looked, no script of the first one; text becomes text, whole."""
    text = ("He said: come alone.\n" * 900).encode()
    async with people_of(room) as people:
        await begun(room, people, samples.pdf_file(3, catalog=b"/OpenAction << /S /JavaScript /JS (x) >>"), text)
        for number, name in ((1, "a.pdf"), (2, "a.txt")):
            await people.ask("ada", "file", "export", 1, number, "--clean", "--out", tmp_path / name, "--reason", "x")
        copy = (tmp_path / "a.pdf").read_bytes()
        assert b"JavaScript" not in copy
        _, pages, shown, _ = seen_by(copy)
        assert pages == 3
        assert all(near(sides(page)) for page in shown)
        assert (tmp_path / "a.txt").read_bytes() == text


@pytest.mark.ffmpeg
async def test_a_recording_becomes_its_sound_and_a_film_nothing(room: Room, tmp_path: Path) -> None:
    """All of its parts in one; exactly a minute has one part."""
    async with people_of(room) as people:
        await begun(room, people, samples.wav_file(60.0, 4_000), samples.film_file(tmp_path))
        out = tmp_path / "a.wav"
        await people.ask("ada", "file", "export", 1, 1, "--clean", "--out", out, "--reason", "x")
        assert abs(len(out.read_bytes()) - 44 - 2 * 16_000 * 60) < 4_000
        told = ("file", "export", 1, 2, "--clean", "--out", tmp_path / "b", "--reason", "x")
        assert "A film has no clean copy" in await people.refused("ada", *told)
        assert not (tmp_path / "b").exists()


async def test_half_a_copy_is_none(room: Room, tmp_path: Path) -> None:
    """Of a file that is not shown whole, of too many pages, without a reason: nothing is written, nothing recorded."""
    cut = samples.picture_file("PNG", Image.effect_noise((300, 300), 90))[:900]
    async with people_of(room) as people:
        await begun(room, people, cut, samples.pdf_file(61), b"PK\x03\x04 of something")
        for number, reason, said in (
            (1, "x", "not whole"),
            (2, "x", "61 pages"),
            (3, "x", "not unpacked here"),
            (1, " ", "Say why"),
        ):
            told = ("file", "export", 1, number, "--clean", "--out", tmp_path / "out", "--reason", reason)
            assert said in await people.refused("ada", *told)
            assert not (tmp_path / "out").exists()
        assert [one for one in await people.ask("ada", "audit", "--case", 1) if one["act"] == "file copy"] == []
