# SPDX-License-Identifier: AGPL-3.0-or-later
"""Nothing moves beneath a finger on a source's pages."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.pages_service import small_service
from tests.browser.pages_source import Source
from tests.browser.still import moved, watch
from tests.browser.visitor import Report

TOLD = "Karen saw it on Tuesday from my flat. As his sergeant I know that AB12 CDE is his."


@pytest.mark.either
async def test_a_visit_with_hints_and_help(page: Page, tmp_path: Path) -> None:
    """From the start to the stored report, with hints and with words that are helped, on a small screen."""
    await page.set_viewport_size({"width": 320, "height": 640})
    async with small_service(tmp_path) as server:
        source = Source(page, server.address)
        await source.start()
        await watch(page)
        await source.walk_to_check(Report(TOLD))
        # Longer than a look waits.
        await page.wait_for_timeout(1_500)
        await source.button("Change What happened").click()
        await source.box("Your account").fill(f"{TOLD} Call me on 07700 900123.")
        await expect(source.section("account").get_by_role("listitem")).to_have_count(6)
        await source.go_on("Check your report")
        codename = await source.take_codename()
        first, rest = codename.split(" ", 1)
        await source.type_codename(f"{first}x {rest}")
        await page.wait_for_timeout(500)
        await source.press_send(codename)
        await source.stored()
        assert await moved(page) == []


async def test_the_watch_sees_what_moves(chromium_page: Page) -> None:
    """A line that comes by itself above a button is noted; one that a press brings is not."""
    page = chromium_page
    await page.set_content(
        '<main><section id="one"><p id="line" hidden>A line</p><button>Go on</button></section></main>'
    )
    await watch(page)
    show = "() => { document.getElementById('line').hidden = false; }"
    await page.evaluate(f"() => setTimeout({show}, 100)")
    await page.wait_for_function("() => window.moved.length > 0")
    assert "one: Go on" in (await moved(page))[0]
