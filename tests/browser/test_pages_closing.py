# SPDX-License-Identifier: AGPL-3.0-or-later
"""Closing a conversation in the browser, and following a referral: chosen on purpose, and what the unit says."""

from pathlib import Path

import pytest
from playwright.async_api import Page

from dropbox.protocol.constants import BODY_PART
from dropbox.shown.told import MEANS, OFFERED, SUCCEEDED
from tests.browser.conftest import CHROMIUM
from tests.browser.pages_looks import assert_good_looks
from tests.browser.test_pages_asked import SENT, sent
from tests.browser.test_pages_messages import NOTHING, answers, conversation, visited

TOLD = NOTHING | {"kind": "closed", "kinds": ["keeps"], "day": "2026-03-01", "readable": True, "text": "", "number": 3}


@pytest.mark.either
async def test_a_conversation_is_closed_on_purpose(page: Page, tmp_path: Path) -> None:
    """What the unit said to it is read; the choice is folded away, needs no text, and goes with a message of one
    part alone; what was chosen can be taken back."""
    told = conversation("A unit", 1, slug="unit-0", messages=[TOLD])
    async with answers(page, tmp_path, visited(told), SENT) as source:
        assert MEANS["keeps"] in await page.locator("#page-messages").inner_text()
        await source.button("Write to the unit").click()
        await source.at("Write to the unit")
        place = page.locator("#page-write")
        await source.button("Send").click()
        assert await place.get_by_role("alert").count() == 1, "nothing was written"
        await place.get_by_text("Close this conversation").click()
        if page.context.browser and page.context.browser.browser_type.name == CHROMIUM:
            await assert_good_looks(page, "a conversation to close")
        await place.get_by_label("Yes, close it").check()
        await place.get_by_label("Your message").fill("x" * BODY_PART)
        await source.button("Send").click()
        assert "has to fit into one part" in await place.get_by_role("alert").inner_text()
        await place.get_by_label("Your message").fill("")
        await place.get_by_label("Yes, and ask the unit").check()
        await source.button("Send").click()
        assert await sent(page) == {"slug": "unit-0", "text": "", "answers": {"close": ["burn"]}}


async def test_it_is_not_closed_by_chance(chromium_page: Page, tmp_path: Path) -> None:
    """Who looks and keeps it open sends a message as ever."""
    page = chromium_page
    async with answers(page, tmp_path, visited(conversation("A unit", 1, slug="unit-0")), SENT) as source:
        await source.button("Write to the unit").click()
        place = page.locator("#page-write")
        await place.get_by_text("Close this conversation").click()
        await place.get_by_label("Yes, close it").check()
        await place.get_by_label("No, keep it open").check()
        await place.get_by_label("Your message").fill("More.")
        await source.button("Send").click()
        assert await sent(page) == {"slug": "unit-0", "text": "More.", "answers": {}}


@pytest.mark.either
async def test_a_referral_is_followed_on_purpose(page: Page, tmp_path: Path) -> None:
    """What the unit did is said, with the other unit's listed name and who reads there; one press leads to where
    one writes to that unit, and nothing else accepts it."""
    offer = {"unit": "unit-1", "name": "Unit 1", "kind": "force-unit", "reference": "0f" * 16}
    told = NOTHING | {"kind": "referral-offer", "day": "2026-03-01", "readable": True, "text": "", "number": 2}
    first = conversation("A unit", 1, slug="unit-0", messages=[told | {"offer": offer}])
    async with answers(page, tmp_path, visited(first), SENT) as source:
        shown = await page.locator("#page-messages").inner_text()
        assert OFFERED in shown
        assert "The other unit: Unit 1" in shown
        assert offer["reference"] not in shown
        assert "police" in shown
        await source.button("Write to the unit").click()
        await source.at("Write to the unit")
        place = page.locator("#page-write")
        assert not await place.get_by_text("You go on with the unit below").is_visible()
        await page.go_back()
        await source.button("Go on with Unit 1").click()
        await source.at("Write to the unit")
        assert await place.get_by_text("You go on with the unit below").is_visible()
        assert "It goes to: Unit 1" in await place.inner_text()
        if page.context.browser and page.context.browser.browser_type.name == CHROMIUM:
            await assert_good_looks(page, "a referral to follow")
        await source.button("Send").click()
        assert await sent(page) == {"slug": "unit-1", "text": "", "answers": {"accepts": offer["reference"]}}


async def test_a_referral_to_nobody_leads_nowhere(chromium_page: Page, tmp_path: Path) -> None:
    """A unit that the signed list does not have: it is said, and there is no button."""
    page = chromium_page
    told = NOTHING | {"kind": "referral-offer", "day": "2026-03-01", "readable": True, "text": "", "number": 2}
    offer = {"unit": "gone", "name": "", "kind": "", "reference": "0f" * 16}
    first = conversation("A unit", 1, slug="unit-0", messages=[told | {"offer": offer}])
    async with answers(page, tmp_path, visited(first), SENT) as source:
        assert "list now, so you cannot write to it" in await page.locator("#page-messages").inner_text()
        assert await page.locator('[data-do="accept"]').count() == 0
        assert await source.button("Write to the unit").count() == 1


@pytest.mark.either
async def test_a_unit_that_another_goes_on_for(page: Page, tmp_path: Path) -> None:
    """It is said, with who goes on and who reads there; one press leads to where one begins to write to that unit, as
    somebody of whom it knows nothing."""
    following = {"slug": "unit-1", "name": "Unit 1", "kind": "force-unit"}
    asks = TOLD | {
        "kind": "questions",
        "kinds": [],
        "questions": [{"id": "a", "ask": "When?", "kind": "text", "options": []}],
    }
    told = conversation("A unit", 1, slug="unit-0", messages=[TOLD, asks | {"number": 4}], successor=following)
    async with answers(page, tmp_path, visited(told), SENT) as source:
        shown = await page.locator("#page-messages").inner_text()
        assert SUCCEEDED in shown
        assert "It goes on as: Unit 1" in shown
        assert "police" in shown
        if page.context.browser and page.context.browser.browser_type.name == CHROMIUM:
            await assert_good_looks(page, "a unit that another goes on for")
        assert await page.locator('[data-do="answer"]').count() == 0
        await source.button("Write to the unit").click()
        await source.at("Write to the unit")
        assert "It goes to: Unit 1" in await page.locator("#page-write").inner_text()
        await page.go_back()
        await source.button("Go on with Unit 1").click()
        await source.at("Write to the unit")
        place = page.locator("#page-write")
        assert await place.get_by_text("You begin a conversation with the unit below").is_visible()
        assert not await place.get_by_text("You go on with the unit below").is_visible()
        assert "It goes to: Unit 1" in await place.inner_text()
        await source.button("Send").click()
        assert await place.get_by_role("alert").count() == 1, "nothing was written"
        await place.get_by_label("Your message").fill("I reported before.")
        await source.button("Send").click()
        assert await sent(page) == {"slug": "unit-1", "text": "I reported before.", "answers": {}}
