# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a visit costs a source in a real browser, against a server whose board is as full as a growing service's."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from playwright.async_api import Page, async_playwright

from bench.processes import make_service, served
from dropbox.demo.service import QUOTA
from tests.browser.conftest import CHROMIUM, FIREFOX, SAFER, start_browser
from tests.browser.visitor import Report, SourcePage

BROWSERS = (CHROMIUM, FIREFOX, SAFER)
SMALL = [QUOTA] * 3
"""Rows of the demo's units."""
WATCH = """
globalThis.steps = {}
globalThis.stretched = new Promise((done) => (globalThis.stretch = done))
globalThis.Worker = class extends Worker {
  constructor(...how) {
    super(...how)
    this.addEventListener("message", ({ data }) => {
      const { stage, percent } = data.progress ?? {}
      if (stage) steps[stage] ??= performance.now()
      if (stage === "stretch" && percent === 100) stretch()
    })
  }
}
addEventListener("submit", () => { steps.sent = performance.now() }, true)
new MutationObserver((changes) => {
  for (const { target } of changes) {
    if (target.id === "begin" && !target.hidden) steps.opened ??= performance.now()
    if (target.id === "page-sent" && !target.hidden) steps.stored ??= performance.now()
  }
}).observe(document, { attributes: true, attributeFilter: ["hidden"], subtree: true })
"""
"""When the page could be used, when "Send" was pressed, when a visit's steps were first told to the page, when the
report is shown as stored, in milliseconds since the page was asked for; and a promise of its stretched codename."""
BURST = "() => steps.opened + steps.stored - steps.sent"
WAITED = "() => steps.post - steps.seal"
"""Milliseconds from the sealed envelope to its leaving."""


@dataclass(frozen=True)
class Visit:
    """Seconds. ``burst``: opening the page, and from "Send" to "stored", the codename being stretched. ``waited``: of
    these, for the instant at which an envelope leaves. ``flow``: a report, a return and a further message one after
    another, stretches included, as fast as fields can be filled in."""

    burst: float
    waited: float
    flow: float


async def _visit(page: Page, address: str) -> Visit:
    source = SourcePage(page, address)
    await page.add_init_script(WATCH)
    begun = time.perf_counter()
    await source.open()
    await source.walk_to_check(Report("How long does it take?", force="Cumbria"))
    codename = await source.take_codename()
    await page.evaluate("() => stretched")
    walked = time.perf_counter() - begun
    sending = time.perf_counter()
    await source.send(codename)
    sent = time.perf_counter() - sending
    burst, waited = await page.evaluate(BURST) / 1_000, await page.evaluate(WAITED) / 1_000
    again = time.perf_counter()
    await source.check(codename)
    await source.reply("And again?", "Unit 0")
    return Visit(burst, waited, walked + sent + time.perf_counter() - again)


async def _visits(address: str, name: str, rounds: int) -> list[Visit]:
    async with async_playwright() as driver:
        browser = await start_browser(driver, name)
        try:
            contexts = [await browser.new_context() for _ in range(rounds)]
            return [await _visit(await one.new_page(), address) for one in contexts]
        finally:
            await browser.close()


def measure_browser(folder: Path, name: str, quotas: list[int], rounds: int) -> Visit:
    """The medians of fresh profiles."""
    made = make_service(folder, full_board=True, quotas=quotas)
    with served(folder, *made) as server:
        visits = asyncio.run(_visits(f"http://127.0.0.1:{server.port}", name, rounds))
    return Visit(*(median(getattr(one, name) for one in visits) for name in ("burst", "waited", "flow")))
