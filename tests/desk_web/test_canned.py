# SPDX-License-Identifier: AGPL-3.0-or-later
"""Texts that a unit keeps ready, on their page and in the reply box."""

import re

import pytest

from journalist_ui.casework.canned import OWN, shipped
from tests.desk_web.house import House, Officer, Page
from tests.desk_web.test_drafts import hidden, write
from tests.desk_web.test_marks import TAGS
from tests.hostile.strings import FAMILIES

WORDS = {"title": "Ask for the month", "text": "Which month was it?\nThank you.", "category": ""}


def box(page: Page) -> str:
    """What stands in the reply box, escaped as it is."""
    return re.findall(r'<textarea id="text"[^>]*>\n(.*?)</textarea>', page.body, re.S)[0]


async def put_in(officer: Officer, text: str, number: int) -> Page:
    fields = hidden(await officer.get("/cases/1"))
    return await write(officer, "canned", text, fields | {"canned": str(number)})


async def test_a_text_is_put_in_the_box_and_not_sent(house: House) -> None:
    """Below what stood there, without a script; both are the draft, and nothing has left."""
    await house.report(1, "x")
    ada = await house.officer()
    page = await put_in(ada, "Hello.", 1)
    assert page.url == "/cases/1?done=put-in"
    assert box(page).startswith("Hello.\n\nThank you for writing to us.")
    assert "is in the box" in page.words
    assert house.desk.engine._replies == []
    assert box(await (await house.officer()).get("/cases/1")) == box(page)
    await write(ada, "draft", "", hidden(page))
    assert box(await put_in(ada, "", 2)).startswith("Before anything else")


async def test_only_what_suits_the_case_is_offered(house: House) -> None:
    """Those for one of its categories come first, then those for all; those for others are not there."""
    await house.report(1, "x", categories=("partner-abuse",))
    offered = re.findall(r'<option value="(\d+)">', (await (await house.officer()).get("/cases/1")).body)
    assert offered[0] == "5"
    assert "6" not in offered
    assert {"1", "2", "3", "4"} <= set(offered)
    assert shipped()[5].category == "partner-abuse"


async def test_one_that_is_gone_meanwhile_loses_no_word(house: House) -> None:
    """The page holds what was typed, says so, and can be tried again."""
    await house.report(1, "x")
    ada = await house.officer()
    fields = hidden(await ada.get("/cases/1")) | {"canned": "1"}
    await ada.post("/canned/remove", {"number": "1", "sure": "yes"})
    page = await write(ada, "canned", "My own words.", fields)
    assert page.status == 404
    assert "no canned text" in page.words
    assert box(page) == "My own words."


async def test_a_draft_of_another_page_is_not_replaced(house: House) -> None:
    """Put in from a page that does not know of a newer draft: both are shown to choose from."""
    await house.report(1, "x")
    ada = await house.officer()
    old = hidden(await ada.get("/cases/1"))
    await write(ada, "draft", "Newer.", hidden(await ada.get("/cases/1")))
    page = await write(ada, "canned", "Older.", old | {"canned": "1"})
    assert page.url == "/cases/1?done=two"
    assert "Newer." in page.words
    assert "Older." in page.words


async def test_the_page_keeps_versions_and_removes_once_asked(house: House) -> None:
    """Written, changed, shown with who and when; a version that was not seen is not written over; removed."""
    ada, bob = await house.officer(), await house.officer("bob")
    page = await ada.post("/canned/keep", WORDS)
    assert page.url == f"/canned/{OWN}?done=canned-kept"
    change = WORDS | {"number": str(OWN), "base": "1", "text": "Which year was it?"}
    page = await bob.post("/canned/keep", change)
    assert "Version 2" in page.words
    assert "Which month was it?" in page.words
    assert "bob" in page.words
    page = await ada.post("/canned/keep", change | {"text": "My own."})
    assert page.status == 422
    assert "changed meanwhile" in page.words
    assert "My own." in page.words
    page = await ada.post("/canned/remove", {"number": str(OWN)})
    assert "Remove this text?" in page.words
    assert WORDS["title"] in (await ada.get("/canned")).words
    page = await ada.post("/canned/remove", {"number": str(OWN), "sure": "yes"})
    assert page.url == "/canned?done=canned-removed"
    assert WORDS["title"] not in page.words
    assert "was removed by ada" in (await ada.get(f"/canned/{OWN}")).words


@pytest.mark.parametrize("wrong", [{"title": ""}, {"title": "x" * 81}, {"text": ""}, {"text": "x" * 2_001}])
async def test_what_is_refused_stays_on_the_page(house: House, wrong: dict[str, str]) -> None:
    """The words that were typed stand there again, and why they were not kept."""
    ada = await house.officer()
    page = await ada.post("/canned/keep", WORDS | wrong)
    assert page.status == 422
    assert "There is a problem" in page.words
    assert (WORDS | wrong)["text"] in page.words


async def test_who_may_write_them(house: House) -> None:
    """An administrator who does not investigate reads them and finds no form."""
    eve = await house.officer("eve")
    for path in ("/canned", "/canned/1"):
        page = await eve.get(path)
        assert page.status == 200
        assert "/canned/keep" not in page.body
    assert (await eve.post("/canned/keep", WORDS)).status == 403
    assert (await eve.post("/canned/remove", {"number": "1", "sure": "yes"})).status == 403
    assert (await eve.get("/canned/999")).status == 404


async def test_a_hostile_text_of_a_colleague_is_inert(house: House) -> None:
    """On the list, on its own page, in the box and its list of texts: no tag but those of the page."""
    await house.report(1, "x")
    ada = await house.officer()
    for family in FAMILIES:
        text = family[0].replace("\x00", "").replace("\r", "")[:2_000].strip() or "x"
        title = "".join(letter for letter in " ".join(text.split()) if letter.isprintable())[:80].strip() or "x"
        kept = await ada.post("/canned/keep", {"title": title, "text": text, "category": ""})
        assert "done=canned-kept" in kept.url, kept.words
        number = int(kept.url.split("/")[2].partition("?")[0])
        await write(ada, "draft", "", hidden(await ada.get("/cases/1")))
        for page in (kept, await ada.get("/canned"), await put_in(ada, "", number)):
            assert page.status == 200
            assert set(re.findall(r"<(\w+)", page.body.partition("<main")[2])) <= TAGS
