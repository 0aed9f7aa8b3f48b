# SPDX-License-Identifier: AGPL-3.0-or-later
"""Everything that a report can carry, and what becomes of it, by the pages alone, on a whole service: files, who is at
risk and contact details to the intake desk; questions, two custodians, a referral, an outcome, and the end."""

import asyncio
import io
import wave
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from dropbox.metadata.look import look
from dropbox.shown.told import MEANS, OFFERED
from tests.browser.conftest import CHROMIUM, SAFER, Launch
from tests.browser.desk_page import PATIENCE, DeskPage
from tests.browser.pages_looks import photograph
from tests.browser.pages_source import Source
from tests.browser.visitor import SLOW
from tests.cli.pictures import JPEG
from tests.previews.samples import pdf_file
from tests.scenarios.service import Demo, ok

FIRST, SECOND, CUSTODIAN = 0, 1, 2
ACCOUNT = "Inspector Quillfeather sells what the canteen takes in."
DETAILS = "Signal, after ten at night. Not my husband."
SUMMARY = "An inspector of your force is said to sell what the canteen takes in."
SAID = "Thank you. What you told was looked into."
SET = "The canteen"
QUESTIONS = """Which month was it?

Does it go on?
- yes or no

Where was it?
- At the station
- Somewhere else

How do you know of it?"""
RECORDING = 12 * 1024 * 1024
FILES_SLOW = 4 * SLOW
"""Milliseconds for all of a period's files to be sealed without compilation, on a busy machine."""


def recording() -> bytes:
    """Twelve minutes and more of silence, of 12 MiB."""
    out = io.BytesIO()
    with wave.open(out, "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(2)
        made.setframerate(8_000)
        made.writeframes(bytes(RECORDING - 44))
    return out.getvalue()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """As `make demo` makes it."""
    started = Demo(tmp_path_factory.mktemp("carry") / "service")
    yield started
    assert started.stop() == 0


@dataclass
class Day:
    """Who takes part, each in a browser of their own."""

    demo: Demo
    desks: Browser
    source: Source

    @asynccontextmanager
    async def member(self, number: int, slug: str = "intake") -> AsyncIterator[DeskPage]:
        context = await self.desks.new_context(accept_downloads=True)
        desk = DeskPage(await context.new_page(), self.demo.unit(slug), number)
        await desk.sign_in()
        yield desk
        await context.close()


async def press(page: Page, button: str) -> None:
    async with page.expect_navigation():
        await page.get_by_role("button", name=button, exact=True).click()


async def once(page: Page, shown: str, look: Callable[[], Any]) -> None:
    """Look again and again until the page has these words."""
    async with asyncio.timeout(PATIENCE):
        while True:
            await look()
            if shown in await page.locator("main").inner_text():
                return
            await asyncio.sleep(2)


async def once_read(day: Day, codename: str, shown: str) -> None:
    """The source comes back until its page of answers has these words."""
    async with asyncio.timeout(PATIENCE * 2):
        while True:
            await day.source.check(codename)
            if shown in await day.source.section("messages").inner_text():
                return
            await asyncio.sleep(5)


@pytest.mark.parametrize(
    "browser",
    [
        pytest.param(CHROMIUM, marks=pytest.mark.chromium),
        pytest.param(SAFER, marks=[pytest.mark.firefox, pytest.mark.chromium]),
    ],
)
@pytest.mark.long
@pytest.mark.timeout(3_600)
async def test_a_report_with_all_that_it_can_carry(demo: Demo, launch: Launch, browser: str, tmp_path: Path) -> None:
    """From the first page to the last entry: nothing of where the picture was taken is in what the desk holds; the unit
    sees three whole files and looks at two; two custodians open the details, one of whom never held the case; a force
    goes on with it; the source reads each of these, and ends it."""
    context = await (await launch(browser)).new_context()
    day = Day(demo, await launch(CHROMIUM), Source(await context.new_page(), demo.service))
    codename = await report(day)
    async with day.member(FIRST) as first:
        await first.open_case(ACCOUNT)
        at = first.page.url
        await looked_at_files(first.page, at)
        await nothing_of_the_place(day, at, tmp_path)
        await asked(first.page, at)
        await answered(day, codename)
        await once(first.page, "the answer would identify them", lambda: first.page.goto(at))
        await photograph(first.page, "answers at the desk")
        await opened_by_two(day, first.page, at)
        await once_read(day, codename, "have opened the contact details")
        await photograph(day.source.page, "contact details opened")
        await referred(day, first.page, at)
        await followed(day, codename)
        await told_the_outcome(day, first.page, at)
        await once_read(day, codename, SAID)
        await photograph(day.source.page, "the outcome")
        await ended(day, codename, first.page, at)
    await context.close()


async def report(day: Day) -> str:
    """Walked with at-risk, three files and details; the codename."""
    source, page = day.source, day.source.page
    await source.fill(ACCOUNT, force="Kent", **{"at-risk": "An adult"})
    assert "independent" in (await source.receiver()).lower(), await source.receiver()
    await source.button("Change Files").click()
    await source.at("Files")
    given = (("IMG_4711.jpg", JPEG), ("canteen.wav", recording()), ("list.pdf", pdf_file()))
    chosen = [{"name": name, "mimeType": "", "buffer": data} for name, data in given]
    items = source.section("files").locator("[data-files] > li")
    await source.section("files").locator("input[type=file]").set_input_files(chosen)
    await expect(items).to_have_count(len(given))
    await expect(items.first).to_contain_text("Place: where it was taken")
    for one in await items.get_by_label("Send it all the same").all():
        await one.check()
    await photograph(page, "files")
    await source.go_on("Check your report")
    await source.button("Leave contact details").click()
    await source.section("contact").get_by_role("textbox").fill(DETAILS)
    await photograph(page, "contact details")
    await source.button("Leave these").click()
    await photograph(page, "check")
    codename = await source.take_codename()
    await source.press_send(codename)
    await source.at("Your report is stored", FILES_SLOW)
    await photograph(page, "stored")
    return codename


async def looked_at_files(page: Page, at: str) -> None:
    """All three are whole; picture and document are drawn, the recording's first minute too."""
    await once(page, "SHA-256", lambda: page.goto(at))
    await expect(page.locator("main").get_by_text("SHA-256")).to_have_count(3)
    await photograph(page, "the case")
    for number in (1, 2, 3):
        await page.goto(f"{at}/files/{number}")
        await press(page, "Show what is in it")
        picture = page.locator("main img")
        await expect(picture).to_be_visible()
        assert await picture.evaluate("one => one.decode().then(() => one.naturalWidth)") > 0
        await photograph(page, f"file {number}")


async def nothing_of_the_place(day: Day, at: str, folder: Path) -> None:
    """The picture as the desk has it, byte for byte."""
    case, out = at.rpartition("/")[2], folder / "picture"
    words = ("file", "export", case, "1", "--out", str(out), "--reason", "To look at it.")
    session = day.demo.session("intake", FIRST)
    await asyncio.to_thread(ok, "dropbox-desk", *words, "--session", session)
    assert b"Phone 7" not in out.read_bytes()
    assert look(out.read_bytes()).tells == ()


async def asked(page: Page, at: str) -> None:
    """A set of the unit's own, looked at before it goes."""
    await page.goto(at.partition("/cases")[0] + "/questions")
    await page.get_by_label("Title").fill(SET)
    await page.get_by_label("Questions", exact=True).fill(QUESTIONS)
    await press(page, "Keep it")
    await page.goto(f"{at}/ask")
    await page.get_by_role("link", name=SET).click()
    await expect(page.get_by_role("heading", name="Ask this?")).to_be_visible()
    await photograph(page, "ask")
    await press(page, "Ask the source")


async def answered(day: Day, codename: str) -> None:
    """Two answered, one skipped, one that would identify."""
    source, page = day.source, day.source.page
    await once_read(day, codename, "Answer the questions")
    await photograph(page, "questions")
    await source.button("Answer the questions").click()
    await page.locator("#page-asked-1 textarea").fill("In May")
    await source.button("Continue").click()
    await source.at("Question 2 of 4")
    await photograph(page, "a question")
    await page.locator("#page-asked-2").get_by_label("Yes", exact=True).check()
    await source.button("Continue").click()
    await source.at("Question 3 of 4")
    await source.button("Skip this question").click()
    await source.at("Question 4 of 4")
    await source.choose("Answering would identify me")
    await source.button("Continue").click()
    await source.at("Write to the unit")
    await photograph(page, "answers to check")
    await source.button("Send").click()
    await source.at("Your message is stored", SLOW)


async def opened_by_two(day: Day, page: Page, at: str) -> None:
    """Asked for by one custodian, agreed to by another who never held the case."""
    await page.goto(at)
    await page.get_by_text("Ask for them to be opened").click()
    await page.locator("#contact-reason").fill("She may be in danger.")
    await press(page, "Ask two custodians")
    async with day.member(CUSTODIAN) as other:
        await other.page.goto(str(other.unit["desk"]) + "proposals")
        await photograph(other.page, "proposals")
        await press(other.page, await approve(other.page))
    await page.goto(at)
    await press(page, "Show them")
    await expect(page.locator("main")).to_contain_text(DETAILS)
    await photograph(page, "contact details at the desk")


async def approve(page: Page) -> str:
    """The name of the only button that approves."""
    return (await page.get_by_role("button", name="Approve proposal").inner_text()).strip()


async def referred(day: Day, page: Page, at: str) -> None:
    """Seen before it is asked for, and by who approves it."""
    await page.goto(f"{at}/refer")
    await page.get_by_label("To", exact=True).select_option("demo-north")
    await page.get_by_label("What they need to know").fill(SUMMARY)
    await page.get_by_label("Why", exact=True).fill("He serves there.")
    await press(page, "Look at what would leave")
    await expect(page.locator("main")).to_contain_text("Exactly this goes to")
    await photograph(page, "refer")
    await press(page, "Ask a supervisor to approve it")
    async with day.member(SECOND) as other:
        await other.page.goto(str(other.unit["desk"]) + "proposals")
        await press(other.page, await approve(other.page))


async def followed(day: Day, codename: str) -> None:
    """The source goes on there by one press, and the force sees both in one place."""
    source = day.source
    await once_read(day, codename, OFFERED)
    await photograph(source.page, "an offer")
    await source.page.get_by_role("button", name="Go on with").click()
    await source.at("Write to the unit")
    await source.box("Your message").fill("It is I who wrote to the others.")
    await photograph(source.page, "an offer taken up")
    await source.button("Send").click()
    await source.at("Your message is stored", SLOW)
    async with day.member(FIRST, "demo-north") as north:
        await north.open_case("It is I who wrote to the others.")
        await expect(north.page.locator("#report-title ~ .raw").first).to_contain_text("the referral of case")
        await photograph(north.page, "accepted at the force")
        await north.open_case(SUMMARY)
        await expect(north.page.locator("#report-title ~ .raw").first).to_contain_text("referred by the unit intake")
        await photograph(north.page, "referred at the force")


async def told_the_outcome(day: Day, page: Page, at: str) -> None:
    """Set by one, released by a supervisor who sees what the source reads."""
    await page.goto(at)
    await page.get_by_text("Set the outcome").first.click()
    await page.locator("input[name=kind][value=recorded]").check()
    await page.get_by_label("What the source is to be told").fill(SAID)
    await press(page, "Set the outcome")
    async with day.member(SECOND) as other:
        await other.open_case(ACCOUNT)
        await other.page.goto(f"{at}/release")
        await expect(other.page.locator("main")).to_contain_text(SAID)
        await photograph(other.page, "release")
        await press(other.page, "Release it to the source")


async def ended(day: Day, codename: str, page: Page, at: str) -> None:
    """Closed, with the wish to have it deleted; the unit answers that with its last entry."""
    source = day.source
    await source.check(codename)
    await source.button("Write to the unit").click()
    place = source.section("write")
    if await place.locator("[data-which]").is_visible():
        await place.locator("[data-which]").get_by_role("radio").first.check()
    await place.get_by_text("Close this conversation").click()
    await place.get_by_label("Yes, and ask the unit").check()
    await photograph(source.page, "to close")
    await source.button("Send").click()
    await source.at("Your message is stored", SLOW)
    await once(page, "They ask the unit to delete", lambda: page.goto(at))
    await page.locator("input[name=kind][value=keeps]").check()
    await photograph(page, "closing at the desk")
    await press(page, "Tell the source")
    await once_read(day, codename, MEANS["keeps"])
    await photograph(source.page, "the last entry")
