# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page of a file: what it is, its pages blurred and then as they are, and nobody else's."""

import re

import pytest

from tests.desk_web.house import ORIGIN, House, Officer
from tests.previews import samples

pytestmark = pytest.mark.bubblewrap
AT = "/cases/{}/files/1"


async def begun(house: House, *files: bytes, **about: str) -> tuple[Officer, str]:
    """ada, and the address of the first file."""
    number = await house.report_with(1, *files, **about)
    return await house.officer(), AT.format(number)


async def raw(officer: Officer, path: str) -> tuple[int, str, bytes]:
    async with officer.browser.get(officer.house.url + path.lstrip("/")) as answer:
        return answer.status, answer.headers["content-type"], await answer.read()


async def test_a_picture_is_blurred_until_it_is_asked_for(house: House) -> None:
    """A warning first; then a few greys, with words for who cannot see them; then the picture itself."""
    ada, at = await begun(house, samples.picture_file("JPEG"), name="../../etc/<b>holiday</b>\u202egpj.exe")
    page = await ada.get(at)
    assert "may be distressing" in page.words
    assert "<img" not in page.body
    assert "<b>holiday" not in page.body
    assert "../../etc/<b>holiday</b>⟦U+202E⟧gpj.exe" in page.words
    assert f"img-src {house.url[:-1]}{at}/pages/; media-src" in page.headers["Content-Security-Policy"]
    assert "img-src" not in (await ada.get("/")).headers["Content-Security-Policy"]
    page = await ada.post(at + "/look", {"page": "1"})
    assert "By its content it is a JPEG picture." in page.words
    assert "Page 1 of 1, blurred" in page.words
    assert re.findall(r'<img src="([^"]*)"', page.body) == [at + "/pages/1/veil"]
    assert 'alt="Picture of page 1 of 1, blurred and grey"' in page.body
    status, kind, veil = await raw(ada, at + "/pages/1/veil")
    assert (status, kind, veil[:8]) == (200, "image/png", b"\x89PNG\r\n\x1a\n")
    assert max(int.from_bytes(veil[16:20], "big"), int.from_bytes(veil[20:24], "big")) <= 16
    page = await ada.get(at + "?page=1&clear=yes")
    assert re.findall(r'<img src="([^"]*)"', page.body) == [at + "/pages/1/picture"]
    assert "Blur it again" in page.words
    _, kind, picture = await raw(ada, at + "/pages/1/picture")
    assert (kind, int.from_bytes(picture[16:20], "big")) == ("image/png", 120)


async def test_who_wants_no_blur_has_none(house: House) -> None:
    """By a setting of their own, which says what was done."""
    ada, at = await begun(house, samples.picture_file("PNG"))
    assert "shown to you as they are" in (await ada.post("/settings/welfare", {"welfare": "off"})).words
    page = await ada.post(at + "/look", {"page": "1"})
    assert re.findall(r'<img src="([^"]*)"', page.body) == [at + "/pages/1/picture"]
    assert "distressing" not in page.words
    assert "blurred for you until" in (await ada.post("/settings/welfare", {"welfare": "on"})).words


async def test_pages_go_on_and_back_by_buttons(house: House) -> None:
    """Each says which; one that is not held is drawn when it is asked for."""
    ada, at = await begun(house, samples.pdf_file(pages=7))
    page = await ada.post(at + "/look", {"page": "5"})
    assert "Page 5 of 7" in page.words
    assert re.findall(r'name="page" value="(\d)">([^<]*)', page.body) == [("4", "Page 4"), ("6", "Page 6")]
    # Pages 5 to 7 are held, 4 is not: its address alone draws nothing.
    assert '<img src="' in (await ada.get(at + "?page=6")).body
    page = await ada.get(at + "?page=4")
    assert '<img src="' not in page.body
    assert "Show page 4" in page.words
    assert "Page 4 of 7" in (await ada.post(at + "/look", {"page": "4"})).words


async def test_text_is_text_and_stays_inert(house: House) -> None:
    """Not before it is asked for; marks that hide or turn stand as what they are."""
    ada, at = await begun(house, "<script>alert(1)</script> \u202egnp.exe".encode(), kind="text/plain")
    page = await ada.post(at + "/look", {"page": "1"})
    assert "alert(1)" not in page.words
    page = await ada.get(at + "?page=1&clear=yes")
    assert "<script>alert" not in page.body
    assert "<script>alert(1)</script> ⟦U+202E⟧gnp.exe" in page.words


@pytest.mark.ffmpeg
async def test_sound_is_off_until_it_is_asked_for(house: House) -> None:
    """Its wave is blurred and no player is there; then one that plays nothing by itself."""
    ada, at = await begun(house, samples.wav_file(), kind="audio/wav")
    page = await ada.post(at + "/look", {"page": "1"})
    assert "<audio" not in page.body
    page = await ada.get(at + "?page=1&clear=yes")
    (player,) = re.findall(r"<audio[^>]*>", page.body)
    assert "autoplay" not in player
    assert 'preload="none"' in player
    _, kind, sound = await raw(ada, at + "/pages/1/sound")
    assert (kind, sound[:4]) == ("audio/wav", b"RIFF")


async def test_what_cannot_be_shown_says_so(house: House) -> None:
    """In a sentence, and offers no page; a file that is not there has no page at all."""
    ada, at = await begun(house, b"PK\x03\x04 of something")
    page = await ada.post(at + "/look", {"page": "1"})
    assert "not unpacked here" in page.words
    assert "<img" not in page.body
    assert "<form" not in page.body.partition("<main")[2].partition("</main")[0]
    page = await ada.get(at.replace("files/1", "files/7"))
    assert (page.status, "no file of that number" in page.words) == (409, True)


async def test_a_clean_copy_is_downloaded_with_a_reason(house: House) -> None:
    """Under the desk's name for it; without a reason the page says so."""
    ada, at = await begun(house, samples.picture_file("JPEG"), name="../../x.html")
    page = await ada.post(at + "/copy", {"reason": " "})
    assert (page.status, "Say why you take it out" in page.words) == (422, True)
    token = {"csrf": (await ada.get("/help")).field("csrf"), "reason": "For a briefing."}
    async with ada.browser.post(house.url[:-1] + at + "/copy", data=token, headers=ORIGIN) as answer:
        data = await answer.read()
    number = at.split("/")[2]
    named = f'attachment; filename="case-{number}-file-1-copy.png"'
    assert (answer.headers["content-disposition"], data[:4]) == (named, b"\x89PNG")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert "took a clean copy of a file out" in (await ada.get(f"/audit?case={number}")).words


async def test_nobody_without_the_case_gets_a_pixel(house: House) -> None:
    """As of a case that is not there, whatever another session holds; nor does a form of another site look."""
    ada, at = await begun(house, samples.picture_file("PNG"))
    await ada.post(at + "/look", {"page": "1"})
    with house.room.vault.writing() as connection:
        connection.exec_driver_sql("delete from case_keys where member = 'bob'")
    bob = await house.officer("bob")
    assert (await bob.get(at)).status == 404
    assert (await bob.post(at + "/look", {"page": "1"})).status == 404
    assert (await raw(bob, at + "/pages/1/picture"))[0] == 404
    eve = await house.officer("eve")
    assert (await eve.get(at)).status == 403
    foreign = {"headers": ORIGIN | {"sec-fetch-site": "cross-site"}}
    assert (await ada.send("POST", at + "/look", data={"page": "1"}, **foreign)).status == 403
    assert (await raw(house.person(), at + "/pages/1/picture"))[1] != "image/png"
