# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page for contact details: nobody passes it who does not ask for it; what is typed there goes, and no further."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import CHROMIUM
from tests.browser.pages_looks import assert_good_looks
from tests.browser.pages_service import INTAKE, NORTH, small_service
from tests.browser.pages_source import Source, new_codename
from tests.browser.test_pages_asked import sent as told_to_worker
from tests.browser.test_pages_messages import NOTHING, RECITES, answers, conversation, visited
from tests.browser.test_pages_questions import RECORD, sent
from tests.browser.test_pages_several import name

DETAILS = "Signal, after ten. Not my husband. \u00e9"
WRITTEN = RECITES.replace("{id, ask, slug}", "{id, ask, slug, text, contact, withdraw}").replace(
    "say: slug", "say: JSON.stringify({slug, text, contact, withdraw})"
)


def of_units(*taking: bool) -> dict[str, Any]:
    """A return in which the first unit has answered; which of the units take contact details."""
    told = visited(conversation("A unit", 1, slug="unit-0"))
    for unit, takes in zip(told["units"], taking, strict=True):
        unit["contact"] = takes
    return told


@pytest.mark.either
async def test_they_are_left_with_a_report(page: Page, tmp_path: Path) -> None:
    """From the page that shows all of it; Skip stands first; what cannot be sent is said; they are shown as going with
    it, go, and are gone from the page with the report."""
    async with small_service(tmp_path, contact=(INTAKE, NORTH)) as server:
        source = Source(page, server.address)
        await page.add_init_script(f"({RECORD})()")
        await source.fill()
        await source.button("Leave contact details").click()
        await source.at("Leave contact details")
        shown = source.section("contact")
        assert (await shown.locator("form button, form textarea").all_inner_texts())[0] == "Skip"
        await expect(shown.get_by_text("Take back what you left")).to_be_hidden()
        box = shown.get_by_role("textbox")
        for wrong in ("", " \n", "x" * 1_023):
            await box.fill(wrong)
            await source.button("Leave these").click()
            await expect(shown.locator(".govuk-error-summary")).to_be_visible()
        if page.context.browser and page.context.browser.browser_type.name == CHROMIUM:
            await assert_good_looks(page, "contact details")
        await box.fill(f" {DETAILS}\n")
        await source.button("Leave these").click()
        await source.at("Check your report")
        await expect(source.section("check").get_by_text("Your contact details go with it")).to_be_visible()
        await source.button("Continue to the codename").click()
        await source.button("Show the codename").click()
        words = page.locator("#codename-words li")
        await expect(words).to_have_count(8)
        codename = " ".join(await words.all_inner_texts())
        await source.button("I have written it down").click()
        await source.press_send(codename)
        await source.stored()
        assert (await sent(source))["contact"] == DETAILS
        assert DETAILS not in await source.everything()


async def test_skipped_or_not_taken_nothing_goes(chromium_page: Page, tmp_path: Path) -> None:
    """Skip empties what was typed; a unit without a key is named, and is given no box to type in."""
    async with small_service(tmp_path, contact=(NORTH,)) as server:
        source = Source(chromium_page, server.address)
        await source.fill()
        await source.button("Leave contact details").click()
        await source.section("contact").get_by_role("textbox").fill(DETAILS)
        await source.button("Skip").click()
        await source.at("Check your report")
        await expect(source.section("check").get_by_text("Your contact details go with it")).to_be_hidden()
        assert DETAILS not in await source.everything()
        await source.back()
    (tmp_path / "none").mkdir()
    async with small_service(tmp_path / "none") as server:
        source = Source(chromium_page, server.address)
        await source.fill()
        await source.button("Leave contact details").click()
        await source.at("Leave contact details")
        shown = source.section("contact")
        await expect(shown.get_by_text("This unit takes no contact details")).to_be_visible()
        await expect(shown.get_by_text("The northern unit")).to_be_visible()
        await expect(shown.get_by_role("textbox")).to_be_hidden()


async def test_beside_a_long_text_they_are_refused_in_words(chromium_page: Page, tmp_path: Path) -> None:
    """One press is one message of one part: on the page that shows the report, where the way to take them off stays,
    and on that on which one writes on, nothing is sent."""
    beyond = "Your contact details do not fit beside so long a text."
    async with small_service(tmp_path, contact=(NORTH,)) as server:
        source = Source(chromium_page, server.address)
        await source.fill("x" * 13_000)
        await expect(source.section("check").get_by_text(beyond)).to_be_hidden()
        await source.button("Leave contact details").click()
        await source.section("contact").get_by_role("textbox").fill(DETAILS)
        await source.button("Leave these").click()
        await expect(source.section("check").get_by_text(beyond)).to_be_visible()
        assert await source.button("Continue to the codename").count() == 0
        await source.button("Leave contact details").click()
        await source.button("Skip").click()
        await expect(source.section("check").get_by_text(beyond)).to_be_hidden()
        await expect(source.button("Continue to the codename")).to_be_visible()
        await source.back()
    (tmp_path / "later").mkdir()
    async with answers(chromium_page, tmp_path / "later", of_units(True, False), WRITTEN) as source:
        await source.button("Write to the unit").click()
        await source.button("Leave contact details, or take them back").click()
        await source.section("contact-reply").get_by_role("textbox").fill(DETAILS)
        await source.button("Leave these").click()
        await source.box("Your message").fill("x" * 13_000)
        await source.button("Send").click()
        await expect(source.page.get_by_role("alert")).to_contain_text(beyond[:-1])
        await source.box("Your message").fill("x")
        await source.button("Send").click()
        assert await told_to_worker(chromium_page) == {"slug": "unit-0", "text": "x", "contact": DETAILS}


@pytest.mark.either
async def test_they_are_left_later_and_taken_back(page: Page, tmp_path: Path) -> None:
    """From the page on which one writes on, to the unit that answered: with a message, alone, or withdrawn."""
    async with answers(page, tmp_path, of_units(True, False), WRITTEN) as source:
        await source.button("Write to the unit").click()
        await source.button("Leave contact details, or take them back").click()
        await source.section("contact-reply").get_by_role("textbox").fill(DETAILS)
        await source.button("Leave these").click()
        await source.at("Write to the unit")
        await source.button("Send").click()
        assert await told_to_worker(page) == {"slug": "unit-0", "text": "", "contact": DETAILS}
    (tmp_path / "back").mkdir()
    async with answers(page, tmp_path / "back", of_units(True, False), WRITTEN) as source:
        await source.button("Write to the unit").click()
        await source.button("Leave contact details, or take them back").click()
        await source.button("Take them back").click()
        assert await told_to_worker(page) == {"slug": "unit-0", "text": "", "withdraw": True}


async def test_a_unit_without_a_key_can_still_be_asked_to_erase(chromium_page: Page, tmp_path: Path) -> None:
    """Its key may have gone from the list since: what was left is taken back all the same."""
    async with answers(chromium_page, tmp_path, of_units(False, True), WRITTEN) as source:
        await source.button("Write to the unit").click()
        await source.button("Leave contact details, or take them back").click()
        await expect(source.section("contact-reply").get_by_role("textbox")).to_be_hidden()
        await source.button("Take them back").click()
        assert (await told_to_worker(chromium_page))["withdraw"] is True


OFFER = {"unit": "unit-1", "name": "Unit 1", "reference": "0f" * 16}
STORES = """
const said = %s
addEventListener('message', ({data: {id, ask, slug}}) => {
  const words = {words: 8, wrong: [], read: [], complete: true, codename: 'a codename'}
  const stored = {...said, stored: true, slug, name: 'A unit'}
  postMessage({id, done: {check: said, reply: stored, 'check-words': words}[ask] ?? {}})
})
"""


def referring(told: dict[str, Any]) -> dict[str, Any]:
    """The same, in which the unit offers another one."""
    shown = NOTHING | {"kind": "referral-offer", "day": "2026-03-01", "readable": True, "text": "", "number": 2}
    told["conversations"][0]["messages"].append(shown | {"offer": OFFER})
    return told


async def leave_later(source: Source) -> None:
    """From the page on which one writes on, and back to it."""
    await source.button("Leave contact details, or take them back").click()
    await source.section("contact-reply").get_by_role("textbox").fill(DETAILS)
    await source.button("Leave these").click()
    await source.at("Write to the unit")


async def test_what_was_meant_for_one_unit_does_not_go_to_another(chromium_page: Page, tmp_path: Path) -> None:
    """Closing and details chosen for the one are taken off when the message turns to the other, and the page says so;
    the text stays."""
    async with answers(chromium_page, tmp_path, referring(of_units(True, True)), WRITTEN) as source:
        await source.button("Write to the unit").click()
        await source.box("Your message").fill("More.")
        place = source.section("write")
        await place.get_by_text("Close this conversation").click()
        await place.get_by_label("Yes, close it").check()
        await leave_later(source)
        await expect(place.get_by_text("You now write to another unit")).to_be_hidden()
        await source.back()
        await source.at("Answers")
        await source.button("Go on with Unit 1").click()
        await source.at("Write to the unit")
        await expect(place.get_by_text("You now write to another unit")).to_be_visible()
        await expect(place.get_by_text("Your contact details go with it")).to_be_hidden()
        assert await place.locator("input[name=close]:checked").count() == 0
        assert DETAILS not in await source.everything()
        await source.button("Send").click()
        assert await told_to_worker(chromium_page) == {"slug": "unit-1", "text": "More.", "contact": ""}


async def test_a_unit_is_chosen_that_takes_none(chromium_page: Page, tmp_path: Path) -> None:
    """Where several may be written to, the details follow the unit that they were typed for and no other; the page for
    them names the one that takes none."""
    told = of_units(True, False)
    told["conversations"].append(conversation("Unit 1", 1, slug="unit-1"))
    async with answers(chromium_page, tmp_path, told, WRITTEN) as source:
        await source.button("Write to the unit").click()
        await source.choose("A unit")
        await leave_later(source)
        place = source.section("write")
        await expect(place.get_by_text("Your contact details go with it")).to_be_visible()
        await source.choose("Unit 1")
        await expect(place.get_by_text("You now write to another unit")).to_be_visible()
        await source.button("Leave contact details, or take them back").click()
        await expect(source.section("contact-reply").get_by_role("textbox")).to_be_hidden()
        await expect(source.button("Take off what you typed")).to_be_hidden()
        await source.back()
        await source.box("Your message").fill("x")
        await source.button("Send").click()
        assert await told_to_worker(chromium_page) == {"slug": "unit-1", "text": "x", "contact": ""}


async def test_a_report_keeps_its_details_while_answers_are_read(chromium_page: Page, tmp_path: Path) -> None:
    """They are none of a message's, and reading empties only what was typed to read or to write on. Where several units
    get the report, the pages name the one that takes none, before it goes and after."""
    async with small_service(tmp_path, contact=(NORTH,)) as server:
        source = Source(chromium_page, server.address)
        await source.fill()
        await name(source, "Cumbria Constabulary", "Dorset Police")
        await source.button("Leave contact details").click()
        await source.section("contact").get_by_role("textbox").fill(DETAILS)
        await source.button("Leave these").click()
        check = source.section("check")
        await expect(check.get_by_text("Your contact details go with it")).to_be_visible()
        await expect(check.get_by_text("Your contact details do not go to: The southern unit")).to_be_visible()
        while not await source.button("Read your answers").is_visible():
            await source.back()
            await chromium_page.wait_for_timeout(50)
        await source.look(new_codename())
        await source.button("Write to the unit").click()
        await expect(source.section("write").get_by_text("Your contact details go with it")).to_be_hidden()
        assert await chromium_page.locator("#contact-text").input_value() == DETAILS
        assert await chromium_page.locator("#contact-reply-text").input_value() == ""


@pytest.mark.either
async def test_taking_back_leaves_what_was_begun(page: Page, tmp_path: Path) -> None:
    """The message that is not sent yet stays, and Back does not drop it; details that were typed go, since those left
    today would be erased too."""
    async with answers(page, tmp_path, of_units(True, False), STORES) as source:
        await source.button("Write to the unit").click()
        await source.box("Your message").fill("Zyzzyva, later.")
        await leave_later(source)
        await source.button("Leave contact details, or take them back").click()
        await source.button("Take them back").click()
        await source.at("Your message is stored")
        assert DETAILS not in await source.everything()
        await source.back()
        await source.button("Back to the answers").click()
        await expect(source.section("messages").get_by_text("You have begun a message")).to_be_visible()
        await source.button("Write to the unit").click()
        await expect(source.box("Your message")).to_have_value("Zyzzyva, later.")
        await source.button("Send").click()
        await source.at("Your message is stored")
        await source.button("Back to the answers").click()
        assert "Zyzzyva, later." not in await source.everything()


async def test_that_they_were_opened_is_said_in_the_pages_words(chromium_page: Page, tmp_path: Path) -> None:
    """Nothing that a unit adds is shown with it."""
    told = visited(conversation("A unit", 1, "Come to the station.", slug="unit-0"))
    (message,) = told["conversations"][0]["messages"]
    message |= {"kind": "contact-opened", "text": "", "readable": True}
    async with answers(chromium_page, tmp_path, told) as source:
        shown = source.section("messages")
        await expect(shown.get_by_text("Two members of the unit have opened the contact details")).to_be_visible()
        assert "Your contact details were opened" in await shown.locator("h3").inner_text()
        assert await shown.locator("pre").first.is_hidden()
        assert json.dumps("station") not in await source.everything()
