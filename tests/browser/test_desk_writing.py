# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an officer types is neither lost by locking, leaving or another tab, nor left in the browser."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Dialog, Page, async_playwright, expect

from journalist_ui.shapes.drafts import LONGEST_DRAFT
from tests.browser.conftest import CHROMIUM, FIREFOX
from tests.browser.desk_house import Officer
from tests.browser.test_pages_traces import CARELESS, control_is_found, found, type_control
from tests.desk_web.house import House, open_house

pytestmark = pytest.mark.either
SECRET = "words that nobody may see"
TEXT = "Begun and not sent"
IDLE, WARNED, HIDDEN = 60.0, 35.0, 31.0
"""Seconds after which a desk locks; a page that is left alone warns; one with something unkept, out of sight, locks."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A desk whose time passes when a test says so."""
    async with open_house(tmp_path_factory.mktemp("writing") / "desk", idle=IDLE) as opened:
        await opened.report(1, SECRET)
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def officer(house: House, page: Page) -> AsyncIterator[Officer]:
    """Signed in, with the case open and its box empty. The browser asks nothing before it leaves a page."""
    house.desk.sessions.lock_all()
    house.drop_drafts("ada")
    asked: list[str] = []

    async def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await dialog.accept()

    page.on("dialog", answer)
    made = Officer(house, page)
    await made.hold_time()
    await made.sign_in()
    await made.open("/cases/1")
    yield made
    assert asked == []


async def locked(page: Page) -> None:
    await page.wait_for_url("**/sign-in*")
    assert SECRET not in await page.content()


async def kept(officer: Officer, text: str = TEXT) -> None:
    """The text is in the box after signing in."""
    await officer.sign_in()
    await officer.open("/cases/1")
    await expect(officer.page.locator("#text")).to_have_value(text)


@pytest.mark.parametrize("text", [TEXT, "x" * 7_500])
async def test_a_previewed_or_refused_text_outlives_the_lock(officer: Officer, text: str) -> None:
    """Preview and Change it, or a text that was refused, then left alone: locked, and the words are there."""
    await officer.page.locator("#text").fill(text)
    await officer.press("Preview")
    if text == TEXT:
        await officer.press("Change it")
    await expect(officer.page.locator("#text")).to_have_value(text)
    await officer.rest(IDLE + 1)
    await locked(officer.page)
    assert officer.house.desk.sessions.count == 0
    await kept(officer, text)


async def test_lock_now_locks_with_a_text_begun(officer: Officer) -> None:
    """The button asks nothing: locked at once, the text kept."""
    await officer.page.locator("#text").fill(TEXT)
    await officer.press("Lock now")
    await locked(officer.page)
    assert officer.house.desk.sessions.count == 0
    await kept(officer)


async def test_a_tab_that_is_told_to_lock_keeps_its_text(officer: Officer) -> None:
    """Lock now in one tab: the other goes blank, and what was begun there is kept."""
    await officer.page.locator("#text").fill(TEXT)
    other = await officer.page.context.new_page()
    await other.goto(officer.house.url)
    await other.get_by_role("button", name="Lock now").click()
    await locked(officer.page)
    assert officer.house.desk.sessions.count == 0
    await kept(officer)


async def test_tabs_share_one_clock(officer: Officer) -> None:
    """A tab with a text begun, and another that is used and typed in for longer than the idle time: neither locks, no
    word is lost. Then both are left, and both lock."""
    await officer.page.locator("#text").fill(TEXT)
    await officer.rest(3)
    await expect(officer.page.locator("#kept")).to_contain_text("Draft kept")
    other = await officer.page.context.new_page()
    await other.goto(officer.house.url + "help")
    for _ in range(3):
        await officer.rest(WARNED)
        await expect(officer.page.locator("#idle-warning")).to_be_visible()
        await other.goto(officer.house.url + "help")
        await expect(officer.page.locator("#idle-warning")).to_be_hidden()
    assert "/cases/1" in officer.page.url
    assert officer.house.desk.sessions.count == 1
    await officer.rest(IDLE + 1)
    await locked(officer.page)
    await locked(other)
    assert officer.house.desk.sessions.count == 0
    await kept(officer)


async def test_a_tab_of_another_member_goes_blank(officer: Officer) -> None:
    """bob signs in in another tab: the page of ada's case is gone, and her text is hers alone."""
    await officer.page.locator("#text").fill(TEXT)
    bob = Officer(officer.house, await officer.page.context.new_page())
    await bob.sign_in("bob")
    await expect(officer.page.get_by_text("kept as a draft of ada")).to_be_visible()
    assert SECRET not in await officer.page.content()
    await bob.open("/cases/1")
    await expect(bob.page.locator("#text")).to_have_value("")
    await kept(officer)


async def test_a_text_is_kept_after_a_long_sleep(officer: Officer) -> None:
    """The lid was closed until after the session: on waking the page locks and the text is kept."""
    page = officer.page
    await page.locator("#text").fill(TEXT)
    officer.house.desk.sessions.lock_all()
    await page.context.clock.fast_forward(3_600_000)
    await locked(page)
    await kept(officer)


async def test_a_hidden_tab_keeps_its_text_early(officer: Officer) -> None:
    """A browser may let a hidden tab act once a minute only: it does not wait for the last moment."""
    await officer.page.add_init_script("Object.defineProperty(document, 'hidden', { get: () => true })")
    await officer.open("/cases/1")
    await officer.page.locator("#text").fill(TEXT)
    await officer.rest(HIDDEN)
    await locked(officer.page)
    assert officer.house.desk.sessions.count == 0
    await kept(officer)


async def test_a_text_that_is_far_too_long_leaves_no_desk_open(officer: Officer) -> None:
    """Left alone it locks as any other, and what the desk can keep of the text is kept."""
    await officer.page.locator("#text").fill("y" * 70_000)
    await officer.rest(3)
    await expect(officer.page.locator("#kept")).not_to_be_empty()
    await officer.rest(IDLE + 1)
    await locked(officer.page)
    assert officer.house.desk.sessions.count == 0
    await kept(officer, "y" * LONGEST_DRAFT)


async def test_back_after_sending_brings_no_text_back(officer: Officer) -> None:
    """After sending, Back and Back again: the box is empty and there is nothing to send twice."""
    await officer.page.locator("#text").fill(TEXT)
    await officer.press("Preview")
    await officer.press("Send to the source")
    for _ in range(2):
        await officer.page.evaluate("() => { history.back() }")
        await officer.page.wait_for_timeout(700)
        await officer.page.wait_for_load_state()
        await expect(officer.page.locator("#text")).to_have_value("")
        assert await officer.page.get_by_role("button", name="Send to the source").count() == 0


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(CHROMIUM, marks=pytest.mark.chromium),
        pytest.param(FIREFOX, marks=[pytest.mark.firefox, pytest.mark.long]),
    ],
)
async def test_no_word_of_a_text_is_on_the_disk(tmp_path: Path, name: str) -> None:
    """A profile in which a text was typed, previewed, refused and sent holds no word of it, open or closed. The
    search finds what is typed into a field that does not refuse it."""
    profile = tmp_path / "profile"
    async with open_house(tmp_path / "desk") as house, async_playwright() as driver:
        await house.report(1, "Zeugmatic utterances of a source")
        if name == CHROMIUM:
            opened = await driver.chromium.launch_persistent_context(
                profile, executable_path=shutil.which("chromium"), args=["--no-sandbox"]
            )
        else:
            opened = await driver.firefox.launch_persistent_context(
                profile,
                channel="moz-firefox",
                executable_path=shutil.which("firefox-esr"),
                firefox_user_prefs={"browser.sessionstore.interval": 1_000},
            )
        careless = await opened.new_page()
        await careless.goto(house.url + "sign-in")
        await careless.evaluate(CARELESS)
        await type_control(careless, profile)
        officer = Officer(house, await opened.new_page())
        await officer.sign_in()
        await officer.open("/cases/1")
        await officer.page.locator("#text").press_sequentially("Rijksdaalderbiljet typed")
        await asyncio.sleep(4)
        await officer.press("Preview")
        await asyncio.sleep(4)
        await officer.press("Change it")
        await officer.page.locator("#text").fill("Rijksdaalderbiljet refused " * 600)
        await officer.press("Preview")
        await asyncio.sleep(4)
        await officer.page.locator("#text").fill("Rijksdaalderbiljet sent")
        await officer.press("Preview")
        await officer.press("Send to the source")
        await officer.page.locator("#text").press_sequentially("Rijksdaalderbiljet left")
        await asyncio.sleep(4)
        words = ["Rijksdaalderbiljet", "Zeugmatic utterances"]
        await control_is_found(profile)
        assert found(profile, words) == []
        await opened.close()
        assert found(profile, words) == []
