# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages around the service: reached from the foot of any page without a request, and left by Back or Exit."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import CHROMIUM, Launch
from tests.browser.pages_looks import assert_good_looks
from tests.browser.pages_service import small_service
from tests.browser.pages_source import Source

AROUND = {
    "How it works": "Why this service exists and how it works",
    "Who runs it": "Who runs this service",
    "Privacy": "Privacy notice",
    "Accessibility": "Accessibility statement",
    "Cookies": "Cookies",
    "Published numbers": "Reports and what became of them",
    "Check this page": "How to check this page",
}


async def test_each_is_read_without_a_request(chromium_page: Page, tmp_path: Path) -> None:
    """From the start, one after another: the heading has the focus, Exit stands above, the looks are good; Back leads
    to where one came from, however many were read, and the address stays."""
    async with small_service(tmp_path) as server:
        page = chromium_page
        source = Source(page, server.address)
        await source.start()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        for button, heading in AROUND.items():
            await page.get_by_role("contentinfo").get_by_role("button", name=button, exact=True).click()
            await expect(source.heading(heading)).to_be_focused()
            await expect(page.locator("#exit")).to_be_visible()
            await assert_good_looks(page, heading)
        assert page.url == f"{server.address}/"
        await source.back()
        await expect(source.button("Start a report")).to_be_visible()
        assert asked == []


@pytest.mark.either
async def test_what_was_typed_is_there_afterwards(page: Page, tmp_path: Path) -> None:
    """By keyboard from the middle of a report and back to it; where a codename is shown or a visit goes on there is no
    foot."""
    async with small_service(tmp_path) as server:
        source = Source(page, server.address)
        await source.fill()
        foot = page.get_by_role("contentinfo")
        await source.button("Change What happened").click()
        await source.box("Your account").fill("Half a sentence")
        await foot.get_by_role("button", name="Privacy").focus()
        await page.keyboard.press("Enter")
        await expect(source.heading("Privacy notice")).to_be_focused()
        await foot.get_by_role("button", name="Cookies").click()
        await source.button("Back").click()
        await expect(source.box("Your account")).to_have_value("Half a sentence")
        await source.go_on("Check your report")
        await expect(foot).to_be_visible()
        await source.button("Continue to the codename").click()
        await source.at("Write down your codename")
        await expect(foot).to_be_hidden()


@pytest.mark.chromium
async def test_each_is_read_without_a_script(launch: Launch, tmp_path: Path) -> None:
    """By links below what is said of scripts, without a request; no address opens another page so. Where scripts run,
    the address opens none."""
    async with small_service(tmp_path) as server:
        browser = await launch(CHROMIUM)
        context = await browser.new_context(java_script_enabled=False)
        page = await context.new_page()
        await page.goto(f"{server.address}/")
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        shown = page.locator("main > section:visible")
        for link, heading in {**AROUND, "Who you can talk to": "Who you can talk to"}.items():
            await page.get_by_role("link", name=link, exact=True).click()
            await expect(page.get_by_role("heading", name=heading, exact=True, level=1)).to_be_in_viewport()
            await expect(shown).to_have_count(2)
            assert await page.get_by_role("button", name="Back").count() == 0
        assert asked == []
        await page.goto(f"{server.address}/#page-sent")
        await expect(shown).to_have_count(1)
        await context.close()
        page = await browser.new_page()
        await page.goto(f"{server.address}/#page-privacy")
        await expect(page.get_by_role("button", name="Start a report")).to_be_visible()
        await expect(page.locator("main > section:visible")).to_have_count(1)
