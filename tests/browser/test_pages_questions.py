# SPDX-License-Identifier: AGPL-3.0-or-later
"""The questions of a report: passed by, answered, held back, taken back; and how long the way is."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Page, expect

from dropbox.questions import PAGES, SHORT
from tests.browser.pages_service import small_service
from tests.browser.pages_source import ACCOUNT, RACIST, Source

CHOSEN = {
    "role": ("A police officer", "A volunteer"),
    "serving": ("Yes",),
    "force": ("I do not know the force",),
    "keep": ("Somebody else: the unit is told",),
    "at-risk": ("A child, or somebody under 18", "An adult"),
    "how-known": ("I saw or heard it",),
    "going-on": ("I am not sure",),
    "evidence-danger": ("Answering would identify me",),
    "came-before": ("No",),
}
"""What is chosen on each page that has a choice; the others are written on."""
SENT = {
    "subject-identity": "about identity",
    "keep-from-whom": "about whom",
    **{one: f"about {one}" for one in ("when", "where", "who-else", "evidence")},
    "subject-role": ["officer", "volunteer"],
    "subject-serving": ["yes"],
    "force-unknown": ["unsure"],
    "keep-from": ["other"],
    "at-risk": ["adult", "child"],
    "how-known": ["saw-it"],
    "going-on": ["unsure"],
    "evidence-danger": None,
    "came-before": ["no"],
}
"""The answers that this makes."""
RECORD = """() => {
  window.asked = []
  const post = Worker.prototype.postMessage
  Worker.prototype.postMessage = function (message, ...more) {
    window.asked.push(message)
    return post.call(this, message, ...more)
  }
}"""
"""Keeps what the page asks of its worker."""
MOST_SCREENS, MOST_SCREENS_FULL = 13, 26
MOST_WORDS = 1100
OF_PAGES = {
    ("start",): 95,
    ("before",): 135,
    ("suits", "role", "force", "keep", "account", "at-risk"): 400,
    ("check",): 135,
    ("codename", "retype"): 135,
    ("working", "sent"): 220,
}
"""The most words to read on the shortest way: on all of it, and on these pages together."""
READ = """() => {
  const main = document.querySelector('main')
  const unread = [...main.querySelectorAll('.govuk-visually-hidden, .own-scroll')]
  return [main, ...unread.filter((one) => one.checkVisibility())].map((one) => one.innerText)
}"""
"""What a person reads on the present page, folds closed, and after it what of that nobody reads: words for a screen
reader alone, and the list of forces, which is searched."""


@dataclass
class Screens:
    """Those that were walked through, each with its words."""

    page: Page
    seen: dict[str, int] = field(default_factory=dict)

    async def look(self) -> None:
        """Count the present one, once."""
        name = await self.page.locator("main > section:not([hidden])").get_attribute("data-page")
        everything, *unread = [len(re.findall(r"[\w\u2019'-]+", text)) for text in await self.page.evaluate(READ)]
        self.seen.setdefault(str(name), everything - sum(unread))

    async def press(self, source: Source, name: str) -> None:
        await self.look()
        await source.press(name)

    def told(self, way: str) -> str:
        each = ", ".join(f"{name} {words}" for name, words in self.seen.items())
        return f"{way}: {len(self.seen)} screens, {sum(self.seen.values())} words ({each})"


async def sent(source: Source) -> dict[str, Any]:
    """The report that the page gave to its worker."""
    asked = await source.page.evaluate("() => window.asked.filter(one => one.ask === 'report')")
    (report,) = asked
    found: dict[str, Any] = report
    return found


async def to_the_end(source: Source, screens: Screens) -> None:
    """From the page that shows all answers to "stored"."""
    await screens.press(source, "Continue to the codename")
    await screens.press(source, "Show the codename")
    words = source.page.locator("#codename-words li")
    await expect(words).to_have_count(8)
    codename = " ".join(await words.all_inner_texts())
    await source.press("I have written it down")
    await screens.look()
    async with source.envelope_held():
        await source.press_send(codename)
        await source.at("Sending")
        await screens.look()
    await source.stored()
    await screens.look()


async def test_the_shortest_way(chromium_page: Page, tmp_path: Path) -> None:
    """Every question that can be is passed by; at risk is asked all the same."""
    async with small_service(tmp_path) as server:
        source, screens = Source(chromium_page, server.address), Screens(chromium_page)
        await chromium_page.add_init_script(f"({RECORD})()")
        await source.start()
        await screens.press(source, "Start a report")
        await source.choose(RACIST)
        await screens.press(source, "Continue")
        await screens.press(source, "Continue")
        await screens.press(source, "Skip the questions about who it is")
        await source.choose("I do not know the force")
        for _ in range(2):
            await screens.press(source, "Continue")
        await screens.press(source, "Continue")
        await source.at("Is anyone at risk?")
        await screens.press(source, "Skip the other questions")
        await to_the_end(source, screens)
        print(screens.told("shortest"))
        assert (await sent(source))["answers"] == {"force-unknown": ["unsure"]}
        assert len(screens.seen) <= MOST_SCREENS
        assert sum(screens.seen.values()) <= MOST_WORDS
        for names, most in OF_PAGES.items():
            assert sum(screens.seen[name] for name in names) <= most, names
        assert set(screens.seen) == {name for names in OF_PAGES for name in names}


async def test_the_whole_way(chromium_page: Page, tmp_path: Path) -> None:
    """Every question is answered, one of each kind; what was asked is what is sent, in its form."""
    async with small_service(tmp_path) as server:
        source, screens = Source(chromium_page, server.address), Screens(chromium_page)
        await chromium_page.add_init_script(f"({RECORD})()")
        await source.start()
        await screens.press(source, "Start a report")
        for label in (RACIST, "Someone is in danger, or a crime is happening now"):
            await source.choose(label)
        await screens.press(source, "Continue")
        await screens.press(source, "I am safe enough to go on")
        await screens.press(source, "Continue")
        for page in (one for one in PAGES[1:] if one != "forces"):
            await expect(source.section(page)).to_be_visible()
            for label in CHOSEN.get(page, ()):
                await source.choose(label)
            if page not in CHOSEN:
                await source.section(page).get_by_role("textbox").fill(f"about {page}")
            await screens.press(source, "Continue")
        await to_the_end(source, screens)
        print(screens.told("whole"))
        report = await sent(source)
        assert (report["categories"], report["text"]) == (["discrimination"], "about account")
        assert report["answers"] == SENT
        assert len(screens.seen) <= MOST_SCREENS_FULL


async def test_an_answer_is_held_back_or_taken_back(chromium_page: Page, tmp_path: Path) -> None:
    """What would identify goes with no other answer, and what stands alone with no other option; a choice can be taken
    back, and Skip, which stands before all else, leaves the question without an answer."""
    async with small_service(tmp_path) as server:
        source = Source(chromium_page, server.address)
        await source.fill()
        await source.button("Answer them").click()
        await source.choose("A child, or somebody under 18")
        await source.choose("Nobody, as far as I know")
        boxes = source.section("at-risk").locator("input:checked")
        assert await boxes.evaluate_all("all => all.map(one => one.value)") == ["no"]
        await source.choose("An adult")
        assert await boxes.evaluate_all("all => all.map(one => one.value)") == ["adult"]
        await source.choose("Answering would identify me")
        assert await boxes.count() == 1
        await source.go_on("When did it happen?")
        first = source.section("when").locator("form button, form input, form textarea").first
        await expect(first).to_have_text("Skip this question")
        await source.choose("Answering would identify me")
        await source.box("When did it happen?").fill("In May")
        assert await source.section("when").locator("input:checked").count() == 0


async def test_an_answer_is_changed_or_taken_back(chromium_page: Page, tmp_path: Path) -> None:
    """From the page that shows all answers, which counts what is open: answered, taken back, passed by."""
    async with small_service(tmp_path) as server:
        source = Source(chromium_page, server.address)
        await source.fill()
        check = source.section("check")
        await expect(check).to_contain_text("9 short questions are not answered.")
        await source.button("Answer them").click()
        await source.choose("Answering would identify me")
        for question in SHORT[1:6]:
            await source.button("Continue").click()
            await source.at(question.asks)
        assert not await source.button("Take my choice back").is_visible()
        await source.choose("Yes")
        await source.button("Take my choice back").click()
        assert await source.section("going-on").locator("input:checked").count() == 0
        await source.choose("No")
        for _ in range(4):
            await source.button("Continue").click()
        await source.at("Check your report")
        await expect(check).to_contain_text("Answering would identify me")
        await expect(check).to_contain_text("7 short questions are not answered.")
        await source.button("Change Is it still going on?").click()
        await source.button("Skip this question").click()
        await source.at("Check your report")
        await expect(check).to_contain_text("8 short questions are not answered.")
        await source.button("Change Is anyone at risk?").click()
        await source.button("Back").click()
        await source.at("Check your report")
        assert ACCOUNT in await check.inner_text()


async def test_how_far_one_is_is_said(chromium_page: Page, tmp_path: Path) -> None:
    """Each short question says which of how many it is."""
    async with small_service(tmp_path) as server:
        source = Source(chromium_page, server.address)
        await source.fill()
        await source.button("Answer them").click()
        for number, question in enumerate(SHORT, 1):
            await source.at(question.asks)
            await expect(source.section(question.page)).to_contain_text(f"Question {number} of {len(SHORT)}")
            await source.button("Continue").click()
