# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures of every page of the source, narrow and wide, light and dark, in .build/screenshots: `make screenshots`."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from tests.browser.conftest import CHROMIUM, start_browser
from tests.browser.pages_looks import HEIGHT, in_each_look
from tests.browser.pages_scene import Scene, altered, refuses, scene
from tests.browser.pages_service import INTAKE, NAMES, NORTH, SOUTH, small_service
from tests.browser.pages_source import new_codename
from tests.browser.test_pages_messages import answers, conversation, visited

FOLDER = Path(__file__).parents[2] / ".build" / "screenshots"
LOOKS = tuple((width, scheme) for width in (320, 1280) for scheme in ("light", "dark"))


async def shoot(page: Page, name: str) -> None:
    """The page in every look, from its top."""
    async for width, scheme in in_each_look(page, LOOKS):
        await page.evaluate("() => scrollTo(0, 0)")
        await page.screenshot(path=FOLDER / f"source-{name}-{width}-{scheme}.png", full_page=True)
    await page.set_viewport_size({"width": 1280, "height": HEIGHT})


async def first_pages(it: Scene) -> None:
    source, page = it.source, it.page
    await source.start()
    await shoot(page, "start")
    await source.button("Start a report").click()
    await source.button("Continue").click()
    await shoot(page, "suits")
    for choice, name in (
        ("Someone is in danger, or a crime is happening now", "danger"),
        ("Something else", "elsewhere"),
    ):
        await source.choose(choice)
        await source.button("Continue").click()
        await shoot(page, name)
        await source.button("Back").click()
    await source.choose("Serious corruption or abuse by someone who serves in policing")
    await source.go_on("Before you go on")
    await shoot(page, "before")


async def questions(it: Scene) -> None:
    source, page = it.source, it.page
    for name in ("role", "serving", "identity", "force"):
        await source.button("Continue").click()
        await shoot(page, name)
    await source.box("Find a force").fill("heddlu")
    await shoot(page, "force-found")
    await source.choose("Gwent Police (Heddlu Gwent)")
    await source.go_on("Is it about a chief officer or a commissioner?")
    await shoot(page, "chief")
    await source.go_on("Should someone not see this report?")
    await source.choose("Somebody else")
    await shoot(page, "keep")
    await source.go_on("Who should not see it?")
    await shoot(page, "whom")
    await source.go_on("What is it about?")
    await source.button("Continue").click()
    await shoot(page, "categories")
    await page.get_by_role("checkbox", name="Racist").check()
    await source.go_on("What happened?")
    await source.box("Your account").fill("In spring an officer told a suspect which car was watching him.\n\n" * 4)
    await shoot(page, "account")
    await source.go_on("Check your report")
    await shoot(page, "check")


async def codename(it: Scene) -> None:
    source, page = it.source, it.page
    await source.button("Continue to the codename").click()
    await shoot(page, "codename")
    await source.button("Show the codename").click()
    await shoot(page, "codename-shown")
    await source.button("I have written it down").click()
    await source.press_send("abacus abdomenn")
    await shoot(page, "retype")


async def every_question(it: Scene) -> None:
    await first_pages(it)
    await questions(it)
    await codename(it)


async def coming_back(it: Scene) -> None:
    source, page = it.source, it.page
    await source.start()
    await source.button("Come back with a codename").click()
    await source.box("Your codename").fill("abacus")
    await shoot(page, "return")
    await source.box("Your codename").fill(new_codename())
    await source.button("Look for answers").click()
    await source.at("Answers", 30_000)
    await shoot(page, "answers-none")
    await source.button("Write to the unit").click()
    await source.button("Send").click()
    await shoot(page, "write")
    await source.page.get_by_role("radio", name=NAMES[NORTH]).check()
    await source.box("Your message").fill("It was a Tuesday.")
    await source.button("Send").click()
    await source.at("Your message is stored", 30_000)
    await shoot(page, "replied")


async def sent(it: Scene) -> None:
    await it.send()
    await it.source.at("Sending")
    await shoot(it.page, "sending")
    await it.source.stored()
    await shoot(it.page, "sent")


async def sent_to_a_silent_unit(it: Scene) -> None:
    await it.send()
    await it.source.stored()
    await shoot(it.page, "sent-silent")


async def clock(it: Scene) -> None:
    await it.send()
    await it.source.at("Is the date on this device right?", 30_000)
    await shoot(it.page, "clock")


async def rerouted(it: Scene) -> None:
    it.between.changes["/"] = lambda body: body.replace(NAMES[NORTH].encode(), b"Another unit")
    await it.send()
    await it.source.at("Another unit would receive this", 30_000)
    await shoot(it.page, "rerouted")


async def refused(it: Scene) -> None:
    it.between.changes["/v1/board"] = altered(it.server, NORTH)
    await it.send()
    await it.source.at("Not sent", 30_000)
    await shoot(it.page, "refused")


async def problem(it: Scene) -> None:
    it.between.changes["/v1/envelopes"] = lambda _: b" " * 256
    await it.send()
    await it.source.at("There is a problem with the service", 30_000)
    await shoot(it.page, "problem")


async def unavailable(it: Scene) -> None:
    it.handlers("/v1/envelopes")["POST"] = refuses
    await it.source.start()
    await it.source.come_back(new_codename())
    await it.source.at("The service is unavailable", 40_000)
    await shoot(it.page, "unavailable")


async def stopped(it: Scene) -> None:
    it.between.changes["/v1/directory"] = lambda _: None
    await it.send()
    await it.source.button("Stop").click()
    await it.source.at("Stopped")
    await shoot(it.page, "stopped")


async def no_unit(it: Scene) -> None:
    for desk in it.server.world.desks:
        desk.unit = replace(desk.unit, paused=True)
    await it.server.publish(period=int(it.server.clock() // it.server.world.policy.period))
    await it.source.fill()
    await shoot(it.page, "check-no-unit")


async def incapable(it: Scene) -> None:
    it.between.changes["/worker.js"] = lambda _: None
    await it.page.goto(f"{it.between.address}/")
    await it.source.at("This browser cannot seal a report")
    await shoot(it.page, "incapable")


async def covered(it: Scene) -> None:
    await it.source.type_something()
    await it.page.evaluate(
        """() => {
          Object.defineProperty(document, 'visibilityState', {configurable: true, value: 'hidden'})
          document.dispatchEvent(new Event('visibilitychange'))
        }"""
    )
    await shoot(it.page, "cover")


Visit = Callable[[Scene], Awaitable[None]]
ALL_LATE = {INTAKE: 5, NORTH: 5, SOUTH: 5}
VISITS: tuple[tuple[Visit, dict[int, int]], ...] = (
    *((visit, {}) for visit in (every_question, coming_back, sent, rerouted, refused, problem, unavailable, stopped)),
    *((visit, {}) for visit in (no_unit, incapable, covered)),
    (sent_to_a_silent_unit, {NORTH: 5}),
    (clock, ALL_LATE),
)


async def answered(browser: Browser, folder: Path) -> None:
    """The page of answers with some."""
    texts = ("Thank you. Is anyone at risk now?", "A second answer,\nin two lines: https://example.org is no link.")
    page = await (await browser.new_context()).new_page()
    async with answers(page, folder, visited(conversation("Northern anti-corruption unit", 2, *texts, unread=1))):
        await shoot(page, "answers")


async def without_script(browser: Browser, folder: Path) -> None:
    page = await (await browser.new_context(java_script_enabled=False)).new_page()
    async with small_service(folder) as server:
        await page.goto(f"{server.address}/")
        for width in (320, 1280):
            await page.set_viewport_size({"width": width, "height": HEIGHT})
            await page.screenshot(path=FOLDER / f"source-no-script-{width}-light.png", full_page=True)


async def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("source-*.png"):
        old.unlink()
    async with async_playwright() as driver:
        browser = await start_browser(driver, CHROMIUM)

        async def launch(_: str) -> Browser:
            return browser

        for visit, behind in VISITS:
            with tempfile.TemporaryDirectory() as folder:
                async with scene(launch, Path(folder), behind) as it:
                    await visit(it)
        for others in (answered, without_script):
            with tempfile.TemporaryDirectory() as folder:
                await others(browser, Path(folder))
        await browser.close()
    print(f"{len(list(FOLDER.glob('source-*.png')))} pictures in {FOLDER}")


if __name__ == "__main__":
    asyncio.run(main())
