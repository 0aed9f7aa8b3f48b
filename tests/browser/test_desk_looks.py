# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every page of the desk in every state: no fault that axe knows, no sideways scroll, no word of the browser's console,
in one column, two and three, light and dark."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from dropbox.protocol.constants import CATEGORIES
from dropbox.questions import QUESTIONS
from tests.browser.conftest import CHROMIUM, Launch
from tests.browser.desk_house import Officer
from tests.browser.desk_states import LONG_WORD, MEANT, STATES
from tests.browser.pages_looks import ALL_LOOKS, assert_good_looks, faults, in_each_look, too_wide
from tests.desk.room import INVESTIGATOR, entropy
from tests.desk_web.house import House, open_house

ANSWERS = {one.id: one.options[0].id if one.options else f"own words {LONG_WORD}" for one in QUESTIONS}

pytestmark = pytest.mark.chromium


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """Case 1 holds all that a case can: a full report, a raw message, answers in each state of their way."""
    async with open_house(tmp_path_factory.mktemp("looks") / "desk", demo=True) as opened:
        room = opened.room
        await opened.report(
            1, f"{LONG_WORD}\n\u202ehidden\n" + "A line.\n" * 20, categories=CATEGORIES, answers=ANSWERS
        )
        officer = opened.person()
        await officer.sign_in("ada")
        for text in ("Read by them.", "Published to them."):
            await _send(officer, text)
            await opened.period()
            await opened.period()
            source = await asyncio.to_thread(room.report, entropy(1), f"Seen: {text}" if text[0] == "R" else "Again.")
            await opened.period()
        room.service.send(source, "north", b"\xff no form " + LONG_WORD.encode())
        await opened.desk.engine.sync()
        await _send(officer, f"Waiting {LONG_WORD}")
        await opened.report(2, "second", force="cumbria")
        await opened.report(3, "An advertisement.")
        room.add("dan", INVESTIGATOR)
        yield opened


async def _send(officer: object, text: str) -> None:
    page = await officer.post("/cases/1/reply", {"text": text, "act": "preview"})  # type: ignore[attr-defined]  # a house's person
    fields = {"text": text, "act": "send", "once": page.field("once")}
    page = await officer.post("/cases/1/reply", fields)  # type: ignore[attr-defined]  # the same
    assert page.url == "/cases/1?done=sent"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def tab(house: House, launch: Launch) -> AsyncIterator[Officer]:
    """One tab for all of them: a look is no matter of what the browser kept."""
    context = await (await launch(CHROMIUM)).new_context()
    yield Officer(house, await context.new_page())
    await context.close()


@pytest.fixture
def officer(tab: Officer) -> Officer:
    """Of whom nobody has complained yet; whoever was signed in is so still."""
    tab.complaints.clear()
    return tab


@pytest.mark.parametrize("state", STATES)
async def test_a_page_is_sound_in_every_look(officer: Officer, state: str) -> None:
    """The page is the one that is meant, and sound."""
    walk, title = STATES[state]
    await walk(officer)
    # The page's script counts unread cases before it.
    assert re.sub(r"^\(\d+\) ", "", await officer.page.title()) == f"{title} - Unit desk"
    await assert_good_looks(officer.page, "desk")
    # A page that says no by its status is no fault; anything else in the console is.
    said = [line for line in officer.complaints if f"status of {MEANT.get(state)}" not in line]
    assert said == []


async def test_each_look_is_its_own(officer: Officer) -> None:
    """Light is light, dark is dark, and a fault that is planted is seen."""
    await officer.open("/sign-in")
    grounds = set()
    async for _, _ in in_each_look(officer.page, ALL_LOOKS):
        grounds.add(await officer.page.evaluate("() => getComputedStyle(document.body).backgroundColor"))
    assert len(grounds) == 2
    await officer.page.evaluate(
        """() => {
          const line = document.createElement('div')
          line.textContent = 'pale'
          line.style.color = 'rgb(180, 180, 180)'
          line.style.backgroundColor = 'rgb(200, 200, 200)'
          line.style.width = '3000px'
          document.querySelector('main').append(line)
        }"""
    )
    assert await too_wide(officer.page)
    assert any("color-contrast" in fault for fault in await faults(officer.page))


async def test_the_empty_inbox_says_that_nothing_is_to_be_done(
    tmp_path_factory: pytest.TempPathFactory, launch: Launch
) -> None:
    """A desk of today, with no case yet: sound in each look."""
    async with open_house(tmp_path_factory.mktemp("empty") / "desk") as house:
        context = await (await launch(CHROMIUM)).new_context()
        officer = Officer(house, await context.new_page())
        await officer.sign_in()
        assert "nothing has to be done" in await officer.words()
        await assert_good_looks(officer.page, "desk")
        await context.close()
