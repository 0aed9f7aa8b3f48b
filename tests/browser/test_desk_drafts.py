# SPDX-License-Identifier: AGPL-3.0-or-later
"""A reply keeps itself while it is written, tells of another tab that wrote, and outlives the desk's program."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.desk_house import Officer
from tests.browser.still import moved, watch
from tests.desk_web.house import House, open_house

pytestmark = pytest.mark.either
SECRET = "words that nobody may see"
TEXT = "Begun and not sent"
KEPT = re.compile(r"^Draft kept \d\d:\d\d$")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A desk that does not lock by itself."""
    async with open_house(tmp_path_factory.mktemp("drafts") / "desk") as opened:
        await opened.report(1, SECRET)
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def officer(house: House, page: Page) -> Officer:
    """Signed in, with the case open and its box empty."""
    house.desk.sessions.lock_all()
    house.drop_drafts("ada")
    made = Officer(house, page)
    await made.sign_in()
    await made.open("/cases/1")
    return made


async def another_tab(officer: Officer) -> Officer:
    made = Officer(officer.house, await officer.page.context.new_page())
    await made.open("/cases/1")
    return made


async def test_a_reply_keeps_itself(officer: Officer) -> None:
    """Two seconds after the last key, quietly: focus and caret stay, typing goes on, and leaving asks nothing. Once
    more after the next words, in place of the first."""
    page, box = officer.page, officer.page.locator("#text")
    await box.press_sequentially(TEXT)
    await page.keyboard.press("ArrowLeft")
    await expect(page.locator("#kept")).to_have_text(KEPT)
    await expect(box).to_be_focused()
    assert await box.evaluate("box => box.selectionStart") == len(TEXT) - 1
    await page.keyboard.type("!")
    more = TEXT[:-1] + "!" + TEXT[-1]
    await expect(box).to_have_value(more)
    async with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
        pass
    assert (await answered.value).status == 200
    await page.reload()
    await expect(box).to_have_value(more)
    assert officer.complaints == []


async def test_nothing_moves_while_it_is_kept(officer: Officer) -> None:
    """On a small screen: neither the count nor the line that it is kept moves a button that a hand is on its way to."""
    page = officer.page
    await page.set_viewport_size({"width": 320, "height": 640})
    await page.evaluate("() => new Promise(requestAnimationFrame)")
    await watch(page)
    await page.locator("#text").press_sequentially(TEXT)
    await expect(page.locator("#kept")).to_have_text(KEPT)
    await page.wait_for_timeout(500)
    assert await moved(page) == []


async def test_two_tabs_lose_nothing(officer: Officer) -> None:
    """The second tab is told that there is a newer draft, keeps typing, and shows both once a button is pressed."""
    other = await another_tab(officer)
    await officer.page.locator("#text").press_sequentially(TEXT)
    await expect(officer.page.locator("#kept")).to_have_text(KEPT)
    await other.page.locator("#text").press_sequentially("From the other tab")
    await expect(other.page.locator("#kept")).to_contain_text("another tab has a newer draft")
    await other.press("Keep as a draft")
    words = await other.words()
    assert TEXT in words
    assert "From the other tab" in words
    await other.press("Put them one under the other")
    await expect(other.page.locator("#text")).to_have_value(f"{TEXT}\n\nFrom the other tab")


async def test_a_desk_that_is_away_is_asked_again(officer: Officer) -> None:
    """While the desk does not answer the page says so and stays; nothing is taken from under whoever types."""
    page = officer.page
    await page.route("**/reply", lambda route: route.abort())
    await page.locator("#text").press_sequentially(TEXT)
    await expect(page.locator("#kept")).to_contain_text("Not kept yet")
    await page.unroute("**/reply")
    await page.keyboard.type(".")
    await expect(page.locator("#kept")).to_have_text(KEPT)


async def test_a_text_outlives_the_desks_program(officer: Officer) -> None:
    """Written, the desk started again: the page says that the session is over and stays. Preview leads to the sign-in,
    which holds no word of it, and the sign-in to the case with the text. Back shows it nowhere before that."""
    page = officer.page
    await officer.house.restart()
    await page.locator("#text").press_sequentially(TEXT)
    await expect(page.locator("#kept")).to_contain_text("your session is over")
    await officer.press("Preview")
    assert TEXT not in await page.content()
    await page.evaluate("() => { history.back() }")
    await page.wait_for_timeout(700)
    assert TEXT not in await page.content()
    assert SECRET not in await page.content()
    await officer.sign_in()
    await expect(page.locator("#text")).to_have_value(TEXT)


async def test_another_member_finds_nothing_of_it(officer: Officer) -> None:
    """bob signs in where ada's text waits."""
    page = officer.page
    await officer.house.restart()
    await page.locator("#text").press_sequentially(TEXT)
    await officer.press("Keep as a draft")
    await officer.sign_in("bob")
    assert "not shown to you" in await officer.words()
    await officer.open("/cases/1")
    assert TEXT not in await page.content()
    await officer.sign_in("ada")
    await expect(page.locator("#text")).to_have_value(TEXT)


async def test_the_sign_in_page_has_the_cursor_where_it_is_needed(officer: Officer) -> None:
    """In the name; after a wrong attempt in the passphrase."""
    await officer.open("/sign-in")
    await expect(officer.page.locator("#member")).to_be_focused()
    await officer.sign_in("ada", "not the passphrase")
    await expect(officer.page.locator("#passphrase")).to_be_focused()
