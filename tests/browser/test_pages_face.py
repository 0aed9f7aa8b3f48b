# SPDX-License-Identifier: AGPL-3.0-or-later
"""The service's own face: two ways on at the first sight, one typeface from the start, and where one is in a report."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from dropbox.protocol.directory import parse_directory, parse_signed_directory
from dropbox.server.config import EXIT_URL
from dropbox.server.handlers.pages import Pages
from tests.browser.lying_server import lying_server
from tests.browser.pages_service import small_service
from tests.browser.pages_source import Source
from tests.browser.test_pages_wire import LOADED

WORDS_BEFORE = r"""() => {
  const shown = document.createRange()
  shown.setStart(document.body, 0)
  shown.setEndBefore(document.querySelector('[data-do=return]'))
  const texts = []
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walk.nextNode()) {
    const seen = walk.currentNode.parentElement.checkVisibility() && walk.currentNode.textContent.trim()
    if (seen && shown.comparePoint(walk.currentNode, 0) === 0) texts.push(seen)
  }
  return texts.join(' ').split(/\s+/).length
}"""


async def test_both_ways_on_are_at_first_sight(chromium_page: Page, tmp_path: Path) -> None:
    """On a small phone, whose scroll bar takes no room as that of Firefox here does, also under the banner of a
    demonstration: both buttons whole without scrolling, after fewer than 120 words."""
    page = chromium_page
    await page.set_viewport_size({"width": 320, "height": 640})
    async with small_service(tmp_path) as server:
        source = Source(page, server.address)
        listed = parse_directory(parse_signed_directory(server.service.shelf.listed.data).body)
        for demo in (False, True):
            server.service.shelf.document = Pages(server.world.anchor, demo, EXIT_URL).document(listed)
            await source.start()
            tops = set()
            for name in ("Start a report", "Read your answers"):
                await expect(source.button(name)).to_be_in_viewport(ratio=1)
                box = await source.button(name).bounding_box()
                assert box
                tops.add(box["y"])
            words = await page.evaluate(WORDS_BEFORE)
            print(f"words before the second door: {words}")
            assert 20 < words < 120
            assert len(tops) == 1


@pytest.mark.either
async def test_the_typeface_comes_with_the_style_sheet(page: Page, tmp_path: Path) -> None:
    """Both weights are there on the first page, and no page or letter asks for another file: that would tell what is
    shown."""
    async with small_service(tmp_path) as server, lying_server(server.address) as between:
        source = Source(page, between.address)
        await source.start()
        await page.evaluate("async () => { await document.fonts.ready }")
        for weight in (400, 700):
            assert await page.evaluate(f"() => document.fonts.check('{weight} 16px \"Atkinson Hyperlegible\"')")
        family = await page.evaluate("() => getComputedStyle(document.querySelector('h1')).fontFamily")
        assert family.startswith('"Atkinson Hyperlegible"')
        await source.type_something("\u0175\u0177 \u0416 \u4e2d")
        assert {one.path for one in between.asked} == set(LOADED)


async def test_the_stage_is_marked(chromium_page: Page, tmp_path: Path) -> None:
    """Who, what happened, check, codename: the one that one is in, and none outside a report."""
    async with small_service(tmp_path) as server:
        source = Source(chromium_page, server.address)
        await source.start()
        stages, now = (chromium_page.locator(one) for one in ("#stages", "#stages [aria-current=step]"))
        await expect(stages).to_be_hidden()
        await source.begin()
        await expect(now).to_have_text("Who")
        await source.fill()
        await expect(now).to_have_text("Check")
        await source.button("Change What happened").click()
        await expect(now).to_have_text("What")
        await source.button("Back").click()
        codename = await source.take_codename()
        await expect(now).to_have_text("Codename")
        await source.send(codename)
        await source.stored()
        await expect(stages).to_be_hidden()
