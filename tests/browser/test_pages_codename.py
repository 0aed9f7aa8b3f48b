# SPDX-License-Identifier: AGPL-3.0-or-later
"""Typing a codename: eight boxes, help that says which words are wrong, and nothing that moves under a finger."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.pages_service import small_service
from tests.browser.pages_source import Source, new_codename


async def test_no_word_of_help_moves_the_button(chromium_page: Page, tmp_path: Path) -> None:
    """Whatever is found in a codename while it is typed, the button below stays where it was: one that moves under a
    finger on it is not pressed."""
    async with small_service(tmp_path) as server:
        source = Source(chromium_page, server.address)
        await source.fill()
        codename = await source.take_codename()
        words = codename.split(" ")
        swapped = next(
            " ".join([*words[:at], words[at + 1], words[at], *words[at + 2 :]])
            for at in range(7)
            if words[at] != words[at + 1]
        )
        for width in (320, 1280):
            await chromium_page.set_viewport_size({"width": width, "height": 900})
            await source.type_codename("")
            await expect(chromium_page.locator("#codename-back-help")).to_have_text("")
            before = await source.button("Send the report").bounding_box()
            for typed, told in (
                ("abacus abdomen ", "2 of 8 words"),
                ("abacus abdomenn ", "Check word 2: it is not one of our words"),
                ("abacuss abdomenn " * 4, "Check words 1, 2, 3, 4, 5, 6, 7, and 8: they are not"),
                (swapped, "together they are no codename"),
                (codename, "This is right"),
            ):
                await source.type_codename(typed)
                await expect(chromium_page.locator("#codename-back-help")).to_contain_text(told)
                assert await source.button("Send the report").bounding_box() == before, (width, told)


async def test_a_wrong_codename_is_helped_along(chromium_page: Page, tmp_path: Path) -> None:
    """While typing and on sending: which words are wrong and which they may be; the server is asked nothing, and
    nothing is said aloud that was not typed."""
    async with small_service(tmp_path) as server:
        source = Source(chromium_page, server.address)
        await source.fill()
        words = (await source.take_codename()).split(" ")
        asked: list[str] = []
        chromium_page.on("request", lambda request: asked.append(request.url))
        help_text, alert = chromium_page.locator("#codename-back-help"), chromium_page.get_by_role("alert")
        await source.type_codename("1. abacus, 2. abdomenn, ")
        await expect(help_text).to_have_text("Check word 2: it is not one of our words")
        await expect(chromium_page.locator("#codename-back-2-near")).to_have_text("abdomen?")
        await expect(source.box("Word 3")).to_be_focused()
        assert "abdomen" not in await chromium_page.locator("[role=status], [role=alert]").evaluate_all(
            "all => all.map(one => one.textContent).join()"
        )
        assert await source.box("Word 2").get_attribute("aria-describedby") is None
        await source.type_codename("abacus abdomen ")
        await expect(help_text).to_have_text("2 of 8 words")
        await source.press_send("abacus abdomenn")
        await expect(alert).to_contain_text("Check word 2")
        await expect(alert).not_to_contain_text("abdomen")
        await alert.get_by_role("link").click()
        await expect(source.box("Word 2")).to_be_focused()
        await source.type_codename(f"  {' '.join(words).upper()} ")
        await expect(help_text).to_have_text("This is right")
        assert asked == []
        await source.button("See the words again").click()
        await source.at("Write down your codename")
        shown = await source.shown_text()
        assert not any(word in shown for word in words if len(word) > 5)


async def test_on_typing_it_back_each_other_word_is_named(chromium_page: Page, tmp_path: Path) -> None:
    """The page knows what it has shown, and says which words are others by their places alone."""
    async with small_service(tmp_path) as server:
        source = Source(chromium_page, server.address)
        await source.fill()
        words = (await source.take_codename()).split(" ")
        swapped = [*words[:6], words[7], words[6]]
        for typed, told in (
            (["abacus"], "Type the eight words that you were shown"),
            (["zzzzzzzzzz", *words[1:]], "Check word 1: it is not one of our words"),
            (["zzzzzzzzzz", *words[1:7], "qqqqqqq"], "Check words 1 and 8: they are not among our words"),
            ([*words[:7], "abacus"], "Word 8 is not the one that you were shown"),
            ([new_codename()], "are not those that you were shown"),
            (swapped, "Words 7 and 8 are not those that you were shown. They may have changed places"),
        ):
            if typed != words:
                await source.press_send(" ".join(typed))
                await expect(chromium_page.get_by_role("alert")).to_contain_text(told)


@pytest.mark.either
async def test_a_codename_is_pasted_whole(page: Page, tmp_path: Path) -> None:
    """With numbers and over several lines, into any box: each word stands in its own. Typed with blanks it does too."""
    async with small_service(tmp_path) as server:
        source = Source(page, server.address)
        await source.start()
        await source.button("Read your answers").click()
        words = new_codename().split(" ")
        listed = "\n".join(f"{number}. \u201c{word}\u201d" for number, word in enumerate(words, 1))
        await source.box("Word 1").evaluate(
            """(box, text) => {
              const held = new DataTransfer()
              held.setData('text/plain', text)
              const paste = new ClipboardEvent('paste', {clipboardData: held, bubbles: true, cancelable: true})
              if (!paste.clipboardData?.getData('text')) paste.clipboardData.setData('text/plain', text)
              box.dispatchEvent(paste)
            }""",
            listed,
        )
        for _ in range(2):
            assert [await source.box(f"Word {at}").input_value() for at in range(1, 9)] == words
            await expect(page.locator("#codename-in-help")).to_have_text("This is right")
            await source.type_codename("")
            await source.box("Word 1").press_sequentially(" ".join(words))
        await source.box("Word 8").press("Enter")
        await source.at("Answers")
