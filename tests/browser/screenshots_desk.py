# SPDX-License-Identifier: AGPL-3.0-or-later
"""The desk's half of ``make screenshots``: its pages, wide and narrow, light and dark, into .build/screenshots."""

import asyncio
import shutil
import tempfile
from pathlib import Path

from playwright.async_api import async_playwright

from dropbox.flows.requests import Notice
from dropbox.protocol.constants import CATEGORIES
from dropbox.questions import QUESTIONS
from tests.browser.desk_house import Officer
from tests.browser.pages_looks import in_each_look
from tests.desk.room import PASSPHRASE, entropy
from tests.desk_web.house import House, open_house

FOLDER = Path(__file__).parents[2] / ".build" / "screenshots"
LOOKS = tuple((width, scheme) for width in (320, 1280) for scheme in ("light", "dark"))
PATHS = {"inbox": "", "case": "cases/1", "members": "members", "passphrase": "passphrase", "status": "status"}
PATHS |= {"help": "help", "fault": "cases/99"}
ACCOUNT = """A sergeant at the station sold what he found on the system about a neighbour of mine.

I was shown the messages. He was paid on the Friday, twice \u202eylno\u202c, and says that he will do it again.
See http://news.example/story for the rest.
"""
REPLY = """Thank you for writing. Two questions, if answering does not put you at risk:

1. Which system was it?
2. Who else was shown the messages?
"""


async def furnish(house: House) -> None:
    """Four cases in several states, one of them answered and read."""
    answers = {one.id: one.options[0].id if one.options else "Sergeant, name not known" for one in QUESTIONS}
    await house.report(1, ACCOUNT, categories=CATEGORIES[:2], force="cumbria", answers=answers)
    for number in (2, 3, 4):
        await house.period()
        await house.report(number, "Another report.", categories=CATEGORIES[number : number + 1], force="northumbria")
    officer = house.person()
    await officer.sign_in("ada")
    await officer.get("/cases/2")
    page = await officer.post("/cases/1/reply", {"text": REPLY, "act": "preview"})
    await officer.post("/cases/1/reply", {"text": REPLY, "act": "send", "once": page.field("once")})
    await house.period()
    await house.period()
    await asyncio.to_thread(
        house.room.report, entropy(1), "The force's own records system. Nobody else that I know of."
    )
    await house.period()
    await house.period()
    house.desk.engine.standing.collect = [Notice("own-batch-missing", {"period": 20_123})]


async def shoot(officer: Officer, name: str) -> None:
    async for width, scheme in in_each_look(officer.page, LOOKS):
        path = FOLDER / f"desk-{name}-{width}-{scheme}.png"
        await officer.page.screenshot(path=path, full_page=True)
        print(path.relative_to(FOLDER.parents[1]))


async def walk(officer: Officer) -> None:
    await officer.open("/sign-in")
    await shoot(officer, "sign-in")
    await officer.sign_in("bob", "wrong passphrase")
    await shoot(officer, "sign-in-refused")
    await officer.sign_in()
    for name, path in PATHS.items():
        await officer.open(path)
        await shoot(officer, name)
    await officer.open("/members")
    await officer.fill({"name": "carol", "first": PASSPHRASE, "again": PASSPHRASE})
    await officer.page.get_by_label("Investigator").check()
    await officer.press("Add the member")
    await shoot(officer, "member-added")
    await officer.open("/cases/2")
    await officer.fill({"text": REPLY})
    await officer.press("Preview")
    await shoot(officer, "preview")
    await officer.press("Change it")
    await officer.fill({"text": REPLY * 120})
    await officer.press("Preview")
    await shoot(officer, "case-refused")


async def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        async with open_house(Path(folder) / "desk") as house, async_playwright() as driver:
            await furnish(house)
            browser = await driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            await walk(Officer(house, await browser.new_page()))
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
