# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page of a file in every look, by keyboard alone, and what it loads in a real browser."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.conftest import CHROMIUM, Launch
from tests.browser.desk_house import Officer
from tests.browser.desk_states import LONG_WORD
from tests.browser.pages_looks import assert_good_looks
from tests.desk_web.house import House, open_house
from tests.previews import samples

pytestmark = [pytest.mark.chromium, pytest.mark.bubblewrap]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """Case 1 brought a PDF of seven pages, a picture, text, an archive and half a picture, each with a long name."""
    contents = (
        samples.pdf_file(pages=7),
        samples.picture_file("JPEG", samples.two_colours(2_000, 900)),
        ("He said: come alone.\n" + LONG_WORD).encode(),
        b"PK\x03\x04 of something",
        samples.picture_file("PNG", samples.two_colours(300, 300))[:200],
    )
    async with open_house(tmp_path_factory.mktemp("files") / "desk", demo=True) as opened:
        await opened.report_with(1, *contents, name=f"{LONG_WORD[:200]}.pdf", kind="application/pdf")
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def officer(house: House, launch: Launch) -> AsyncIterator[Officer]:
    context = await (await launch(CHROMIUM)).new_context()
    found = Officer(house, await context.new_page())
    await found.sign_in()
    yield found
    await context.close()


STATES = {
    "not looked at": (1, ()),
    "a page of many, blurred": (1, ("Show what is in it",)),
    "a page of many": (1, ("Page 2", "Show page 2 as it is")),
    "a wide picture": (2, ("Show what is in it", "Show page 1 as it is")),
    "text not asked for": (3, ("Show what is in it",)),
    "text": (3, ("Show page 1 as it is",)),
    "an archive": (4, ("Show what is in it",)),
    "a broken picture": (5, ("Show what is in it",)),
}


@pytest.mark.parametrize("state", STATES)
async def test_the_page_of_a_file_is_sound_in_every_look(officer: Officer, state: str) -> None:
    """No fault that axe knows, no sideways scroll, nothing refused by the page's own rules; pictures are there."""
    number, presses = STATES[state]
    officer.complaints.clear()
    await officer.open(f"/cases/1/files/{number}?page=1")
    for press in presses:
        found = officer.page.get_by_role("button", name=press).or_(officer.page.get_by_role("link", name=press))
        if await found.count():
            await found.click()
            await officer.page.wait_for_load_state()
    # The page's script counts unread cases before it.
    assert (await officer.page.title()).endswith(f"File {number} of case 1 - Unit desk")
    for picture in await officer.page.locator("main img").all():
        assert await picture.evaluate("one => one.complete && one.naturalWidth > 0")
        assert await picture.get_attribute("alt")
    await assert_good_looks(officer.page, "desk")
    assert officer.complaints == []


async def test_a_file_is_gone_through_by_keyboard(officer: Officer) -> None:
    """From the case to a page as it is, and on to the next, with Tab and Enter alone."""
    page = officer.page
    await officer.open("/cases/1")

    async def reach(name: str) -> None:
        for _ in range(80):
            await page.keyboard.press("Tab")
            if name in await page.evaluate("() => document.activeElement.textContent"):
                async with page.expect_navigation():
                    await page.keyboard.press("Enter")
                return
        raise AssertionError(name)

    await reach("Look at file 1")
    await expect(page.get_by_role("heading", name="File 1 of case 1")).to_be_visible()
    if await page.get_by_role("button", name="Show what is in it").count():
        await reach("Show what is in it")
    await reach("Show page")
    await expect(page.get_by_role("img", name="Picture of page 1 of 7", exact=True)).to_be_visible()
    await reach("Page 2")
    await expect(page.get_by_role("heading", name="Page 2 of 7, blurred")).to_be_visible()
