# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two officers in one case, each in a browser of their own: they see each other, and nobody sends past the other."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.conftest import CHROMIUM, Launch
from tests.browser.desk_house import Officer
from tests.desk.room import entropy
from tests.desk_web.house import House, open_house

pytestmark = pytest.mark.chromium
SOON = 6_500
"""Milliseconds: what happens reaches an open page within five seconds, and a slow machine draws it."""
BAR = "Something was added to this case since this page was drawn."


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A desk with two cases that locks after a minute of a real clock."""
    async with open_house(tmp_path_factory.mktemp("together") / "desk", idle=60.0, steady=time.monotonic) as opened:
        for number in (1, 2):
            await opened.report(number, f"report {number}")
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def officers(house: House, launch: Launch) -> AsyncIterator[tuple[Officer, Officer]]:
    """ada and bob at the first case."""
    browser = await launch(CHROMIUM)
    contexts = [await browser.new_context() for _ in range(2)]
    made = []
    for context, name in zip(contexts, ("ada", "bob"), strict=True):
        officer = Officer(house, await context.new_page())
        await officer.sign_in(name)
        await officer.open("/cases/1")
        made.append(officer)
    yield made[0], made[1]
    assert [one.complaints for one in made] == [[], []]
    for context in contexts:
        await context.close()


async def test_they_see_each_other_and_nobody_sends_past_the_other(officers: tuple[Officer, Officer]) -> None:
    """A key of ada's is told to bob within seconds, before a word is kept; when bob has sent, ada's preview shows the
    bar and her Send stores nothing, shows what was added and lets her go on."""
    ada, bob = officers
    await expect(bob.page.get_by_text("ada is writing here.")).to_be_hidden()
    await ada.page.locator("#text").press_sequentially("Which day")
    await expect(bob.page.get_by_text("ada is writing here.")).to_be_visible(timeout=SOON)
    await expect(ada.page.get_by_text("ada is writing here.")).to_have_count(0)
    await ada.press("Preview")
    await bob.fill({"text": "We have read it."})
    await bob.press("Preview")
    await bob.press("Send to the source")
    await expect(ada.page.get_by_text(BAR)).to_be_visible(timeout=SOON)
    await ada.press("Send to the source")
    words = await ada.words()
    assert "Not sent" in words
    assert "bob wrote to the source" in words
    assert "We have read it." in words
    await ada.press("Send to the source")
    await expect(ada.page.get_by_text("The text is stored")).to_be_visible()
    await expect(bob.page.get_by_text(BAR)).to_be_visible(timeout=SOON)
    await expect(ada.page.get_by_role("link", name="case 2")).to_be_focused()


async def test_the_title_counts_and_asking_is_no_activity(house: House, officers: tuple[Officer, Officer]) -> None:
    """A message that comes while the inbox is open is counted in its title, and nothing but a number; the session is as
    old as its last page."""
    ada, _ = officers
    await ada.open("/")
    await expect(ada.page).to_have_title("(1) Inbox - Unit desk", timeout=SOON)
    used = [one.used for one in house.desk.sessions._open.values()]
    await asyncio.to_thread(house.room.report, entropy(1), "More.")
    await house.desk.engine.sync()
    await expect(ada.page).to_have_title("(2) Inbox - Unit desk", timeout=SOON)
    assert [one.used for one in house.desk.sessions._open.values()] == used
    await ada.press("Lock now")
    await ada.page.wait_for_timeout(200)
    assert await ada.page.title() == "Sign in - Unit desk"
