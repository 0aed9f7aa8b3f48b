# SPDX-License-Identifier: AGPL-3.0-or-later
"""Closing a conversation in the browser: offered where one writes, chosen on purpose, and what the unit answers."""

from pathlib import Path

import pytest
from playwright.async_api import Page

from dropbox.protocol.constants import BODY_PART
from dropbox.shown.told import MEANS
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
