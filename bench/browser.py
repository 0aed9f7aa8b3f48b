# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a visit costs a source in a real browser, against a server whose board is as full as a growing service's."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from playwright.async_api import Page, async_playwright

from bench.processes import make_service, served
from tests.browser.conftest import CHROMIUM, FIREFOX, SAFER, start_browser
from tests.browser.visitor import Report, SourcePage

STRETCH = {CHROMIUM: 3.0, FIREFOX: 3.0, SAFER: 20.0}
"""Seconds in which a codename is stretched while it is being written down."""
SMALL = [2] * 3
"""Quotas of the demo's units."""


@dataclass(frozen=True)
class Visit:
    """Seconds. ``burst``: opening the page, and from "Send" to "stored", the codename being stretched. ``flow``: a
    report, a return and a further message one after another, stretches included, as fast as fields can be filled in."""

    burst: float
    flow: float


async def _visit(page: Page, address: str, stretch: float) -> Visit:
    source = SourcePage(page, address)
    begun = time.perf_counter()
    await source.open()
    opened = time.perf_counter() - begun
    await source.walk_to_check(Report("How long does it take?", force="Cumbria"))
    codename = await source.take_codename()
    walked = time.perf_counter() - begun
    await asyncio.sleep(stretch)
    sending = time.perf_counter()
    await source.send(codename)
    sent = time.perf_counter() - sending
    again = time.perf_counter()
    await source.check(codename)
    await source.reply("And again?", "Unit 0")
    return Visit(opened + sent, walked + stretch + sent + time.perf_counter() - again)


async def _visits(address: str, name: str, rounds: int) -> list[Visit]:
    async with async_playwright() as driver:
        browser = await start_browser(driver, name)
        try:
            contexts = [await browser.new_context() for _ in range(rounds)]
            return [await _visit(await one.new_page(), address, STRETCH[name]) for one in contexts]
        finally:
            await browser.close()


def measure_browser(folder: Path, name: str, quotas: list[int], rounds: int) -> Visit:
    """The medians of fresh profiles."""
    made = make_service(folder, full_board=True, quotas=quotas)
    with served(folder, *made) as server:
        visits = asyncio.run(_visits(f"http://127.0.0.1:{server.port}", name, rounds))
    return Visit(median(one.burst for one in visits), median(one.flow for one in visits))
