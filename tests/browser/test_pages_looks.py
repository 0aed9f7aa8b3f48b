# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every page and every error of a report: WCAG as far as axe can tell, at 320 and 1280 pixels, light and dark."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from dropbox.questions import SHORT
from tests.browser.conftest import CHROMIUM, Launch
from tests.browser.pages_looks import assert_good_looks, faults, too_wide
from tests.browser.pages_service import NAMES, NORTH, small_service
from tests.browser.pages_source import RACIST, Source, new_codename
from tests.browser.visitor import SLOW

pytestmark = pytest.mark.chromium


@pytest_asyncio.fixture(loop_scope="session")
async def source(launch: Launch, tmp_path: Path) -> AsyncIterator[Source]:
    """The start page of a small service in Chromium."""
    context = await (await launch(CHROMIUM)).new_context()
    async with small_service(tmp_path) as server:
        opened = Source(await context.new_page(), server.address)
        await opened.start()
        yield opened
        await context.close()


async def test_the_first_pages(source: Source) -> None:
    """From the start to the first question about the report, with what is not for this service."""
    page = source.page
    await assert_good_looks(page, "start")
    await page.locator("#page-start summary").evaluate_all("all => all.forEach((one) => one.click())")
    await assert_good_looks(page, "start, unfolded")
    for aside in ("How to use Tor Browser", "Who you can talk to"):
        await source.button(aside).click()
        await source.at(aside)
        await assert_good_looks(page, aside)
        await source.button("Back").click()
    await source.button("Start a report").click()
    await assert_good_looks(page, "suits")
    await source.button("Continue").click()
    await expect(page.get_by_role("alert")).to_contain_text("Choose what you want to report")
    await assert_good_looks(page, "suits with its error")
    for choice, heading, words in (
        ("Someone is in danger, or a crime is happening now", "Call 999 now", ("press 55", "BSL")),
        (
            "An ordinary complaint about the police, or something else",
            "Where to take it",
            ("IOPC", "PIRC", "Police Ombudsman"),
        ),
    ):
        await source.choose(choice)
        await source.go_on(heading)
        for told in words:
            await expect(page.locator("main")).to_contain_text(told)
        await assert_good_looks(page, heading)
        await source.button("Back").click()
        await page.get_by_role("checkbox", name=choice, exact=True).uncheck()
    await source.choose(RACIST)
    await source.go_on("Before you go on")
    await assert_good_looks(page, "before")


async def test_every_question(source: Source) -> None:
    """From the first question to the page that shows all answers, with each page's own error."""
    page = source.page
    await source.begin()
    await assert_good_looks(page, "role")
    for heading in ("Do they still work for the police?", "What do you know about who they are?"):
        await source.go_on(heading)
        await assert_good_looks(page, heading)
    await source.go_on("Which force do they serve in?")
    await source.button("Continue").click()
    await expect(page.get_by_role("alert")).to_contain_text("Choose a force, or say that you do not know")
    await assert_good_looks(page, "force with its error")
    await source.box("Find a force").fill("zz")
    await assert_good_looks(page, "force without a match")
    await source.choose("More than one force")
    await source.go_on("Which forces are they?")
    await assert_good_looks(page, "forces")
    await source.go_on("Is there anyone who must not see this report?")
    await source.choose("Somebody else: the unit is told")
    await assert_good_looks(page, "keep")
    await source.go_on("Who must not see it?")
    await assert_good_looks(page, "whom")
    await source.go_on("What happened?")
    await source.box("Your account").fill("x" * 250_000)
    await source.button("Continue").click()
    await expect(page.get_by_role("alert")).to_contain_text("too long")
    await assert_good_looks(page, "account with its error")
    await source.box("Your account").fill("A" * 2_000 + "\n" + "word " * 4_000)
    for question in SHORT:
        await source.go_on(question.asks)
        if question.id == "going-on":
            await source.choose("Yes")
        await assert_good_looks(page, question.id)
    await source.go_on("Check your report")
    await assert_good_looks(page, "check")


async def test_codename_and_sending(source: Source) -> None:
    """From the codename to "stored"."""
    page = source.page
    await source.fill()
    await source.button("Continue to the codename").click()
    await source.at("Write down your codename")
    await assert_good_looks(page, "codename, hidden")
    await source.button("Show the codename").click()
    await assert_good_looks(page, "codename, shown")
    await expect(page.locator("#codename-words li")).to_have_count(8)
    codename = " ".join(await page.locator("#codename-words li").all_inner_texts())
    await source.button("I have written it down").click()
    await source.press_send("qqqq " + codename)
    await expect(page.get_by_role("alert")).to_be_visible()
    await assert_good_looks(page, "retype with its error")
    async with source.envelope_held():
        await source.press_send(codename)
        await source.at("Sending")
        await assert_good_looks(page, "sending")
    await source.stored()
    colours = "title => [title, title.parentElement].map((one) => getComputedStyle(one).color)"
    title, panel = await source.section("sent").locator(".govuk-panel__title").evaluate(colours)
    assert title == panel
    await assert_good_looks(page, "sent")


async def test_coming_back(source: Source) -> None:
    """From the start to an empty board, a message and "stored"."""
    page = source.page
    await source.button("Read your answers").click()
    await source.button("Look for answers").click()
    await expect(page.get_by_role("alert")).to_contain_text("Type the eight words")
    await assert_good_looks(page, "return with its error")
    await source.button("Back").click()
    await source.look(new_codename())
    await assert_good_looks(page, "answers, none")
    await source.button("Write to the unit").click()
    await source.button("Send").click()
    await expect(page.get_by_role("alert")).to_contain_text("Choose the unit")
    await assert_good_looks(page, "write with its errors")
    await source.choose("I do not remember")
    await assert_good_looks(page, "write, unit not remembered")
    await page.get_by_role("radio", name=NAMES[NORTH]).check()
    await source.box("Your message").fill("It was a Tuesday.")
    await source.button("Send").click()
    await source.at("Your message is stored", SLOW)
    await assert_good_looks(page, "replied")


async def test_the_judge_sees_faults(source: Source) -> None:
    """A picture without words, pale text and a wide line, planted into a page, are each found."""
    page = source.page
    await page.evaluate(
        """() => {
          const made = (tag, style, text) => {
            const one = document.createElement(tag)
            Object.assign(one.style, style)
            one.textContent = text
            document.querySelector('main').append(one)
          }
          made('p', {color: '#eee', background: '#fff'}, 'pale')
          made('img', {}, '')
          made('div', {width: '1400px', height: '1px'}, '')
        }"""
    )
    found = " ".join(await faults(page))
    assert "color-contrast" in found
    assert "image-alt" in found
    assert len(await too_wide(page)) == 1
