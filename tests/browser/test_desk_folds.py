# SPDX-License-Identifier: AGPL-3.0-or-later
"""A long report on its page: ten lines of it, all of it on request, by the keyboard, without a script, and on paper."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from journalist_ui.web.words.folds import LINES, WIDEST, folds
from tests.browser.conftest import CHROMIUM, Launch
from tests.browser.desk_house import Officer
from tests.desk_web.house import open_house

pytestmark = pytest.mark.chromium
LONG = "\n".join(f"Line {number}." for number in range(1, 41))
TALL = "(box) => box.clientHeight / parseFloat(getComputedStyle(box).lineHeight)"
UNSEEN = "(box) => box.scrollHeight > box.clientHeight + 1"


async def test_a_long_report_shows_ten_lines_until_all_is_asked_for(tmp_path: Path, launch: Launch) -> None:
    """A short one shows all and asks nothing."""
    async with open_house(tmp_path / "desk") as house:
        await house.report(1, LONG)
        await house.report(2, "Line 1.\nLine 2.")
        for scripts in (True, False):
            context = await (await launch(CHROMIUM)).new_context(java_script_enabled=scripts)
            officer = Officer(house, await context.new_page())
            await officer.sign_in()
            await officer.open("/cases/1")
            box, ask = officer.page.locator(".folded .quoted"), officer.page.locator(".folded summary")
            assert LINES <= await box.evaluate(TALL) < LINES + 1.5
            await ask.focus()
            await expect(ask).to_have_text("Show all of the reportShow its beginning alone")
            await officer.page.keyboard.press("Enter")
            assert not await box.evaluate(UNSEEN)
            assert await box.evaluate(TALL) >= 40
            await officer.page.keyboard.press("Enter")
            assert await box.evaluate(UNSEEN)
            await officer.page.emulate_media(media="print")
            assert not await box.evaluate(UNSEEN)
            await expect(ask).to_be_hidden()
            await officer.page.emulate_media(media="screen")
            await officer.open("/cases/2")
            assert await officer.page.locator(".folded summary").count() == 0
            assert not await officer.page.locator(".folded .quoted").evaluate(UNSEEN)
            await context.close()


async def test_nothing_folds_that_would_hide_nothing(tmp_path: Path, launch: Launch) -> None:
    """The shortest text that folds takes more than ten lines on the widest screen."""
    text = "i" * (LINES * WIDEST + 1)
    assert not folds(text[:-1])
    assert folds(text)
    async with open_house(tmp_path / "desk") as house:
        await house.report(1, "The sergeant said that nobody would look at it again. " * 18)
        context = await (await launch(CHROMIUM)).new_context(viewport={"width": 2_560, "height": 1_400})
        officer = Officer(house, await context.new_page())
        await officer.sign_in()
        await officer.open("/cases/1")
        assert await officer.page.locator(".folded summary").count() == 1
        assert await officer.page.locator(".folded .quoted").evaluate(UNSEEN)
        await context.close()
