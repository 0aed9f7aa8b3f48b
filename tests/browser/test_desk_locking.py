# SPDX-License-Identifier: AGPL-3.0-or-later
"""A desk that is locked shows nothing of a case, however one comes back to it; and what was begun is not lost."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Error, Page, expect

from tests.browser.desk_house import Officer
from tests.desk_web.house import House, open_house

SECRET = "words that nobody may see"
IDLE, WARNED = 60.0, 40.0
"""Seconds after which a desk locks, and after which a page that is left alone warns and has not locked."""
KEPT = 46
"""Seconds after which what was typed all the while is kept; the first ones of a warning are over."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A desk whose time passes when a test says so."""
    async with open_house(tmp_path_factory.mktemp("locking") / "desk", idle=IDLE) as opened:
        await opened.report(1, SECRET)
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def officer(house: House, page: Page) -> Officer:
    """Signed in, with the case open, and nobody else is."""
    house.desk.sessions.lock_all()
    house.drop_drafts("ada")
    made = Officer(house, page)
    await made.hold_time()
    await made.sign_in()
    await made.open("/cases/1")
    await expect(page.locator("main")).to_contain_text(SECRET)
    return made


async def shows_nothing(page: Page) -> bool:
    """Once the page has come to rest: one that is on its way to another has no content to look at."""
    while True:
        try:
            return SECRET not in await page.content()
        except Error as error:
            if "navigating" not in error.message:
                raise
            await page.wait_for_timeout(100)


async def back(page: Page) -> None:
    """The browser's Back; its answer is awaited by what the page shows."""
    await page.evaluate("() => { history.back() }")
    await page.wait_for_timeout(700)
    await page.wait_for_load_state()


@pytest.mark.either
async def test_back_after_locking_shows_nothing(officer: Officer) -> None:
    """Lock, then Back once and twice: the sign-in page each time."""
    await officer.press("Lock now")
    await expect(officer.page.get_by_role("heading", name="Sign in")).to_be_visible()
    for _ in range(2):
        await back(officer.page)
        assert await shows_nothing(officer.page)


@pytest.mark.either
async def test_a_page_that_the_browser_kept_is_blank_and_asked_for_again(officer: Officer) -> None:
    """What a browser does that keeps pages alive for Back: on leaving nothing is shown, on coming back the page is
    asked for again, and after a lock elsewhere that is the sign-in page."""
    page = officer.page
    await page.evaluate("() => { dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true})) }")
    await expect(page.locator("main")).to_be_hidden()
    officer.house.desk.sessions.lock_all()
    await page.evaluate("() => { dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true})) }")
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert await shows_nothing(page)


@pytest.mark.either
async def test_a_reopened_tab_shows_nothing(officer: Officer, context: BrowserContext) -> None:
    """After the idle time a new tab at the case's address is the sign-in page."""
    again = await context.new_page()
    await officer.page.close()
    officer.house.steady[0] += IDLE + 1
    await again.goto(officer.house.url + "cases/1")
    await expect(again.get_by_role("heading", name="Sign in")).to_be_visible()
    assert await shows_nothing(again)


@pytest.mark.either
async def test_a_page_left_open_blanks_itself(officer: Officer) -> None:
    """It warns, then blanks and goes to the sign-in page when the idle time is over, not before; Back shows nothing."""
    await officer.rest(WARNED)
    await expect(officer.page.locator("#idle-warning")).to_be_visible()
    await expect(officer.page.get_by_role("button", name="Stay signed in")).to_be_visible()
    await officer.rest(IDLE - WARNED - 2)
    await expect(officer.page.locator("main")).to_contain_text(SECRET)
    assert officer.house.desk.sessions.count == 1
    await officer.rest(3)
    await expect(officer.page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert "nothing was done for a while" in await officer.words()
    await back(officer.page)
    assert await shows_nothing(officer.page)


@pytest.mark.either
async def test_staying_is_one_press(officer: Officer) -> None:
    """The warning moves nothing of the page from under the pointer; its button prolongs the session, and the page is as
    it was."""
    preview = officer.page.get_by_role("button", name="Preview")
    before = await preview.bounding_box()
    await expect(officer.page.locator("#idle-warning")).to_be_hidden()
    await officer.rest(WARNED)
    await expect(officer.page.locator("#idle-warning")).to_be_visible()
    assert await preview.bounding_box() == before
    await officer.press("Stay signed in")
    await officer.rest(IDLE - WARNED + 5)
    await expect(officer.page.locator("main")).to_contain_text(SECRET)
    await expect(officer.page.locator("#idle-warning")).to_be_hidden()
    assert officer.house.desk.sessions.count == 1


@pytest.mark.either
async def test_a_reply_left_behind_is_kept_and_the_desk_locks(officer: Officer) -> None:
    """Begun and left: the text is kept and the session ends; it is there after signing in."""
    await officer.page.locator("#text").fill("Half a sen")
    await officer.rest(3)
    await expect(officer.page.locator("#kept")).to_contain_text("Draft kept")
    await officer.rest(IDLE + 1)
    await officer.page.wait_for_url("**/sign-in?why=kept")
    assert officer.house.desk.sessions.count == 0
    assert await shows_nothing(officer.page)
    await officer.sign_in()
    await officer.open("/cases/1")
    await expect(officer.page.locator("#text")).to_have_value("Half a sen")


@pytest.mark.either
async def test_whoever_types_goes_on_typing(officer: Officer) -> None:
    """Typing while the time runs out: the text is kept, the session lives, and the caret stands behind every letter."""
    box, warning = officer.page.locator("#text"), officer.page.locator("#idle-warning")
    await box.focus()
    for second in range(1, int(IDLE) + 3):
        await officer.page.keyboard.type("jot ")
        await officer.rest(1)
        if second == WARNED:
            await expect(warning).to_be_visible()
            assert officer.house.draft("ada") is None
        if second == KEPT:
            await expect(warning).to_be_hidden()
    typed = "jot " * second
    assert await box.input_value() == typed
    assert officer.house.desk.sessions.count == 1
    assert officer.house.draft("ada") is not None
    await officer.page.keyboard.type("end")
    await expect(box).to_have_value(typed + "end")


@pytest.mark.either
async def test_locking_by_key_keeps_what_was_begun(officer: Officer) -> None:
    """Escape twice in the box: locked at once, every tab blank, the draft there after signing in."""
    other = await officer.page.context.new_page()
    await other.goto(officer.house.url + "cases/1")
    await officer.page.locator("#text").fill("Begun in haste")
    await officer.escape_twice()
    await expect(officer.page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert "What you had begun to write is kept" in await officer.words()
    await expect(other.get_by_role("heading", name="Sign in")).to_be_visible()
    assert await shows_nothing(other)
    await officer.sign_in()
    await officer.open("/cases/1")
    await expect(officer.page.locator("#text")).to_have_value("Begun in haste")


@pytest.mark.either
async def test_a_locked_preview_keeps_its_text(officer: Officer) -> None:
    """The words of a preview live in the page alone; locking there keeps them too."""
    await officer.page.locator("#text").fill("Looked at and left")
    await officer.press("Preview")
    await officer.escape_twice()
    await expect(officer.page.get_by_role("heading", name="Sign in")).to_be_visible()
    await officer.sign_in()
    await officer.open("/cases/1")
    await expect(officer.page.locator("#text")).to_have_value("Looked at and left")


@pytest.mark.either
async def test_a_slow_answer_is_not_cut_off_by_the_lock(officer: Officer) -> None:
    """Whatever a page is left by, a form or a link: from the moment of the press its time begins anew, so that the page
    waits for the desk's answer."""
    clock, page = officer.page.context.clock, officer.page
    await clock.run_for(int(WARNED) * 1_000)
    await expect(page.locator("#idle-warning")).to_be_visible()
    await page.evaluate("() => { dispatchEvent(new Event('beforeunload')) }")
    await expect(page.locator("#idle-warning")).to_be_hidden()
    await clock.run_for(int(IDLE - 5) * 1_000)
    await expect(page.locator("main")).to_contain_text(SECRET)
    assert officer.house.desk.sessions.count == 1
