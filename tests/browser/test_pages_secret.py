# SPDX-License-Identifier: AGPL-3.0-or-later
"""The codename on the page: silent until asked for, and nowhere else than where it is read and typed."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import CHROMIUM
from tests.browser.pages_service import small_service
from tests.browser.pages_source import Source

FIELDS = """() => [...document.querySelectorAll('input, textarea')].map((field) => ({
  name: ['radio', 'checkbox'].includes(field.type) ? '' : field.name,
  autocomplete: field.getAttribute('autocomplete'), form: field.form?.getAttribute('autocomplete'),
  text: ['radio', 'checkbox', 'file'].includes(field.type) ? '' : [
    field.spellcheck, field.getAttribute('autocapitalize'), field.getAttribute('autocorrect'),
    field.getAttribute('writingsuggestions'), field.getAttribute('translate')].join(' '),
}))"""
PRINT_RULES = """() => [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])
  .filter((rule) => rule.media?.mediaText === 'print')
  .flatMap((rule) => [...rule.cssRules]).filter((rule) => rule.selectorText === '.no-print')
  .flatMap((rule) => [rule.style.display, rule.style.getPropertyPriority('display')])"""


@pytest.mark.either
async def test_the_codename_is_silent_until_asked(page: Page, tmp_path: Path) -> None:
    """Neither the accessibility tree nor the document holds a word of it before the button is pressed, nor after it is
    hidden again."""
    async with small_service(tmp_path) as server:
        source = Source(page, server.address)
        await source.fill()
        await source.button("Continue to the codename").click()
        await source.at("Write down your codename")
        await page.wait_for_timeout(500)
        before = await page.locator("body").aria_snapshot()
        held = await source.everything()
        assert await source.button("I have written it down").count() == 0
        await source.button("Show the codename").click()
        await expect(page.locator("#codename-words li")).to_have_count(8)
        words = await page.locator("#codename-words li").all_inner_texts()
        shown = await page.locator("body").aria_snapshot()
        assert all(word in shown for word in words)
        rare = [word for word in words if len(word) > 6] or words
        assert not any(word in before for word in rare)
        assert " ".join(words) not in held
        assert "</li><li>".join(words) not in held
        await source.button("Hide the codename").click()
        assert await page.locator("#codename-words").inner_text() == ""
        await source.button("Show the codename").click()
        await source.button("I have written it down").click()
        assert "</li><li>".join(words) not in await source.everything()


async def test_a_press_before_the_codename_is_made_shows_it_once_it_is(chromium_page: Page, tmp_path: Path) -> None:
    """No message of the worker can come between these two presses."""
    async with small_service(tmp_path) as server:
        source = Source(chromium_page, server.address)
        await source.fill()
        await chromium_page.evaluate(
            """async () => {
              document.querySelector('#page-check [data-do=next]').click()
              for (let turn = 0; turn < 10; turn += 1) await undefined
              document.querySelector('[data-do=show-codename]').click()
            }"""
        )
        await expect(chromium_page.locator("#codename-words li")).to_have_count(8)
        await expect(source.button("I have written it down")).to_be_visible()


@pytest.mark.either
async def test_on_a_phone_the_words_are_seen_where_they_are_shown(page: Page, tmp_path: Path) -> None:
    """Pressing the button brings every word into view; the focus stays on the button."""
    async with small_service(tmp_path) as server:
        await page.set_viewport_size({"width": 320, "height": 640})
        source = Source(page, server.address)
        await source.fill()
        await source.button("Continue to the codename").click()
        await source.button("Show the codename").click()
        for word in await page.locator("#codename-words li").all():
            await expect(word).to_be_in_viewport(ratio=1)
        await expect(source.button("Hide the codename")).to_be_focused()


@pytest.mark.either
async def test_the_codename_is_not_printed_copied_or_titled(page: Page, tmp_path: Path) -> None:
    """Print leaves the page out, copying takes nothing, and address and title stay what they were."""
    async with small_service(tmp_path) as server:
        source = Source(page, server.address)
        await source.start()
        title, url = await page.title(), page.url
        await source.fill()
        await source.button("Continue to the codename").click()
        await source.button("Show the codename").click()
        assert (await page.title(), page.url) == (title, url)
        copied = await page.evaluate(
            """() => {
              getSelection().selectAllChildren(document.getElementById('codename-words'))
              return [String(getSelection()), document.dispatchEvent(new ClipboardEvent('copy', {cancelable: true}))]
            }"""
        )
        assert copied[1] is False
        rules = await page.evaluate(PRINT_RULES)
        assert rules == ["none", "important"]
        await source.button("I have written it down").click()
        await source.press_send("abacus abdomenn")
        await expect(page.get_by_role("alert")).to_be_visible()
        if page.context.browser and page.context.browser.browser_type.name == CHROMIUM:
            # Firefox cannot be told to show what it would print.
            await page.emulate_media(media="print")
            await expect(source.section("retype")).to_be_hidden()
            await expect(page.get_by_text("This page is not printed")).to_be_visible()
        for name in ("codename", "retype", "return"):
            assert "no-print" in (await source.section(name).get_attribute("class") or "")


@pytest.mark.either("firefox")
async def test_no_field_is_remembered(page: Page, tmp_path: Path) -> None:
    """Every field, and the form around it, asks the browser not to keep it; no spelling or writing service reads it."""
    async with small_service(tmp_path) as server:
        source = Source(page, server.address)
        await source.start()
        fields = await page.evaluate(FIELDS)
        assert len(fields) > 60
        assert {field["autocomplete"] for field in fields} == {"off"}
        assert {field["form"] for field in fields} == {"off"}
        assert {field["name"] for field in fields} == {""}
        assert {field["text"] for field in fields} == {"", "false none off false no"}
