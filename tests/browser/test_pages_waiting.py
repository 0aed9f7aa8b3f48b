# SPDX-License-Identifier: AGPL-3.0-or-later
"""While the receipt is waited for: what was read is there, and the page says that the service is busy."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import BrowserContext, Locator, Page, expect

from tests.browser.lying_server import BURST, LyingServer, Way, cut, cut_after, hurried, late, lying_server
from tests.browser.pages_looks import assert_good_looks
from tests.browser.pages_service import NAMES, NORTH, small_service
from tests.browser.pages_source import ACCOUNT, Source, new_codename
from tests.browser.visitor import SLOW, Report

BUSY = "The service is busy; your turn comes within a minute."
GOING_ON = "Keep this page open until you read here that it is over."
BROKE = "The line broke. The visit goes on by itself, from where it was."
OVER = "This visit is over."
ENVELOPE = "/v1/envelopes"
TIMES = 10
"""How many times as fast the worker's clock runs: two minutes pass in twelve seconds."""


SIZE = 1_600_000
DIES = b"""
const honest = globalThis.fetch;
globalThis.fetch = (path, ...more) => {
  if (path.endsWith("/v1/envelopes")) setTimeout(() => { throw new Error("the end") }, 5_000);
  return honest(path, ...more);
};
"""


class Held:
    """Receipts that do not come before they are released."""

    def __init__(self) -> None:
        self.reached, self.released = asyncio.Event(), asyncio.Event()

    async def way(self, request: web.Request, answer: web.Response) -> web.StreamResponse:
        self.reached.set()
        await self.released.wait()
        return answer


@asynccontextmanager
async def hurried_page(
    page: Page, folder: Path, *ways: Way, times: int = TIMES, script: bytes = b""
) -> AsyncIterator[tuple[Source, LyingServer]]:
    """An open page whose worker is in a hurry, and runs that script too; the ways are those of its envelopes."""
    async with small_service(folder) as server, lying_server(server.address) as between:
        between.changes["/worker.js"] = lambda worker: (hurried(times)(worker) or b"") + script
        between.ways[ENVELOPE] = [*ways]
        source = Source(page, between.address)
        await source.start()
        yield source, between


def spoken(source: Source) -> Locator:
    """What the shown page has for a screen reader to speak of by itself."""
    return source.page.locator("section:visible [role=status]:visible")


@pytest.mark.either
async def test_answers_are_there_before_the_receipt(context: BrowserContext, tmp_path: Path) -> None:
    """While the service holds the receipt back the answers can be read, the page says to keep it open and that the
    service is busy, and nothing leads to another visit or off the page but the way out; then it says it is over."""
    held = Held()
    async with hurried_page(await context.new_page(), tmp_path, held.way) as (source, between):
        await source.come_back(new_codename())
        await held.reached.wait()
        await source.at("Answers")
        await expect(source.page.locator("[data-nothing]")).to_be_visible()
        await expect(spoken(source)).to_contain_text([BUSY])
        await expect(spoken(source)).to_contain_text([GOING_ON])
        assert await source.button("Write to the unit").count() == 0
        await source.back()
        await assert_good_looks(source.page, "answers before the receipt", looks=((320, "dark"),))
        await source.at("Answers")
        held.released.set()
        await expect(spoken(source)).to_have_text([OVER])
        await expect(source.button("Write to the unit")).to_be_visible()
        assert await source.warnings() == []
        assert [one.path for one in between.of_visits()] == BURST
        await source.back()
        await expect(source.button("Start a report")).to_be_visible()


async def test_answers_stay_when_nothing_is_taken(chromium_page: Page, tmp_path: Path) -> None:
    """No try gets a receipt: the answers stay as they are through all of them, and the warning is added at the end."""
    held = Held()

    async def nothing(request: web.Request, answer: web.Response) -> web.StreamResponse:
        await held.way(request, answer)
        return web.Response(body=b"x" * 257)

    async with hurried_page(chromium_page, tmp_path, *[nothing] * 3) as (source, between):
        await source.come_back(new_codename())
        await source.at("Answers")
        marked = source.page.locator("[data-nothing], [data-conversations]")
        await marked.evaluate_all("found => found.forEach((one) => one.append(document.createComment('same')))")
        held.released.set()
        await expect(spoken(source)).to_contain_text([OVER, "took nothing from this visit"], timeout=60_000)
        assert [one.path for one in between.of_visits()].count(ENVELOPE) == 3
        assert await marked.evaluate_all("found => found.every((one) => one.lastChild?.data === 'same')")


async def test_a_worker_that_ends_takes_no_answers_away(chromium_page: Page, tmp_path: Path) -> None:
    """It dies while the receipt is waited for: the answers stay, with the warning, and nothing waits for ever."""
    held = Held()
    async with hurried_page(chromium_page, tmp_path, held.way, script=DIES) as (source, _):
        await source.come_back(new_codename())
        await source.at("Answers")
        await expect(spoken(source)).to_contain_text([OVER, "took nothing from this visit"])
        held.released.set()


@pytest.mark.either
async def test_a_report_and_a_reply_hear_that_the_service_is_busy(context: BrowserContext, tmp_path: Path) -> None:
    """The same sentence, spoken by itself, on the page that shows the sending; it goes with the receipt."""
    first, second = Held(), Held()
    busy = "[data-busy]:visible"
    async with hurried_page(await context.new_page(), tmp_path) as (source, between):
        await source.look(new_codename())
        between.ways[ENVELOPE] = [first.way, second.way]
        await source.button("Write to the unit").click()
        await source.page.get_by_role("radio", name=NAMES[NORTH]).check()
        await source.box("Your message").fill("A message")
        await source.press("Send")
        await expect(source.page.locator(busy).filter(has_text=BUSY)).to_be_visible()
        first.released.set()
        await source.at("Your message is stored")
        await source.back()
        await source.walk_to_check(Report(ACCOUNT))
        await source.press_send(await source.take_codename())
        await expect(source.page.locator(busy).filter(has_text=BUSY)).to_be_visible(timeout=SLOW)
        second.released.set()
        await source.stored()


async def test_a_slow_line_is_said(chromium_page: Page, tmp_path: Path) -> None:
    """Once ten seconds pass without a byte, in words; what goes on stands in one line, and its steps in a fold."""
    held = Held()
    await chromium_page.clock.install()
    async with hurried_page(chromium_page, tmp_path, times=1) as (source, between):
        between.ways["/v1/board"] = [held.way]
        await source.button("Read your answers").click()
        await source.box("Word 1").fill(new_codename())
        await chromium_page.clock.run_for(1_000)
        await source.press("Look for answers")
        await held.reached.wait()
        await expect(source.page.locator(".own-now")).to_have_text("Looking for your answers.")
        await expect(source.page.locator(".own-steps")).to_be_hidden()
        await chromium_page.clock.run_for(9_000)
        assert await source.page.locator("[data-busy]").inner_text() == ""
        await chromium_page.clock.run_for(1_500)
        await expect(spoken(source).filter(has_text="Your connection is slow. We keep trying.")).to_be_visible()
        held.released.set()
        await source.at("Answers")


@pytest.mark.either
async def test_a_line_that_breaks_is_said(context: BrowserContext, tmp_path: Path) -> None:
    """While the rest of the rows is asked for, and no longer: the visit went on by itself."""
    held = Held()
    async with hurried_page(await context.new_page(), tmp_path) as (source, between):
        between.ways["/v1/rows"], between.ways["/v1/rows/"] = [cut_after(1_000)], [held.way]
        await source.button("Read your answers").click()
        await source.box("Word 1").fill(new_codename())
        await source.press("Look for answers")
        await held.reached.wait()
        await expect(spoken(source).filter(has_text=BROKE)).to_be_visible()
        held.released.set()
        await source.at("Answers")
        await expect(spoken(source)).to_have_text([OVER])
        assert await source.warnings() == []


@pytest.mark.either
async def test_a_service_that_drips_is_unavailable(context: BrowserContext, tmp_path: Path) -> None:
    """The page shows how much of the board's rows has come; when the rest only drips, the visit ends as one whose
    connection broke. The two that are made after it break at once here."""

    async def half(request: web.Request, answer: web.Response) -> web.StreamResponse:
        board = answer.headers["dropbox-board"]
        dripping = web.StreamResponse(headers={"content-length": str(SIZE), "dropbox-board": board})
        await dripping.prepare(request)
        await dripping.write(bytes(SIZE // 2))
        for _ in range(1_000):
            await dripping.write(b"x")
            await asyncio.sleep(0.1)
        return dripping

    async with hurried_page(await context.new_page(), tmp_path, times=100) as (source, between):
        between.ways["/v1/rows"] = [half]
        between.ways["/v1/directory"] = [late(0), *[cut] * 99]
        await source.button("Read your answers").click()
        await source.box("Word 1").fill(new_codename())
        await source.press("Look for answers")
        await expect(source.page.locator("[data-amount]")).to_have_text("1 of 2 MB")
        await source.at("The service is unavailable", 30_000)
        assert [one.path for one in between.of_visits()].count("/v1/rows") == 1
