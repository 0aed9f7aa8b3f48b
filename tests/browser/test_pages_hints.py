# SPDX-License-Identifier: AGPL-3.0-or-later
"""Hints of what could point to the source: below the account and on the page that shows all, asked of nobody."""

from pathlib import Path

from playwright.async_api import Page, expect

from tests.browser.pages_looks import assert_good_looks
from tests.browser.pages_service import small_service
from tests.browser.pages_source import Source
from tests.browser.visitor import Report

TOLD = "Karen saw it on Tuesday from my flat. As his sergeant I know that AB12 CDE is his."
FOUND = ["Names: \u201cKaren\u201d", "Number plates: \u201cAB12 CDE\u201d", "Dates: \u201cTuesday\u201d",
         "Who you are to somebody: \u201cAs his sergeant\u201d", "Places of yours: \u201cmy flat\u201d"]  # fmt: skip


async def test_hints_on_the_device(chromium_page: Page, tmp_path: Path) -> None:
    """They come after a pause without any request, change with the text, hold nobody up, and go with the report."""
    async with small_service(tmp_path) as server:
        page = chromium_page
        source = Source(page, server.address)
        await source.start()
        await source.walk_to_check(Report("Nothing that points to anybody.", "Cumbria"))
        shown = source.section("check").locator("[data-hints]")
        await expect(shown).to_have_text("")
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        await source.button("Change What happened").click()
        await source.box("Your account").fill(TOLD)
        below = source.section("account").locator("[data-hints]")
        await expect(below.get_by_role("listitem")).to_have_text(FOUND)
        await assert_good_looks(page, "account with hints")
        await source.go_on("Check your report")
        await expect(shown.get_by_role("listitem")).to_have_text(FOUND)
        await assert_good_looks(page, "check with hints")
        assert asked == []
        await source.button("Change What happened").click()
        await source.box("Your account").fill("He did it again.")
        await expect(below).to_have_text("")
