# SPDX-License-Identifier: AGPL-3.0-or-later
"""A person at a desk of tests/desk_web, in a real browser."""

import time

from playwright.async_api import Page

from tests.desk.room import PASSPHRASE
from tests.desk_web.house import House

TWICE = 0.9
"""Seconds, a little less than the pages allow between two presses."""


class Officer:
    """One member in one browser tab."""

    def __init__(self, house: House, page: Page) -> None:
        self.house = house
        self.page = page
        self.complaints: list[str] = []
        self.name = ""
        """Whoever signed in last in this tab."""
        page.on("console", lambda said: self._hear(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self._hear(str(error)))

    def _hear(self, said: str) -> None:
        """Browsers ask for an icon by themselves, and some say that the policy forbids it."""
        if "favicon.ico" not in said:
            self.complaints.append(said)

    async def open(self, path: str) -> None:
        await self.page.goto(self.house.url + path.lstrip("/"))

    async def as_nobody(self) -> None:
        """The sign-in page, in a browser that holds nothing of a session."""
        self.name = ""
        await self.page.context.clear_cookies()
        await self.open("/sign-in")

    async def sign_in(self, name: str = "ada", passphrase: str = PASSPHRASE) -> None:
        """From the sign-in page on; where it leads is for the test to see."""
        await self.open("/sign-in")
        await self.fill({"member": name, "passphrase": passphrase, "code": self.house.code(name)})
        await self.press("Sign in")
        self.name = name

    async def fill(self, fields: dict[str, str]) -> None:
        for name, value in fields.items():
            await self.page.locator(f"#{name}").fill(value)

    async def press(self, button: str) -> None:
        """Press a button, and wait for the page that follows."""
        async with self.page.expect_navigation():
            await self.page.get_by_role("button", name=button, exact=True).click()

    async def escape_twice(self) -> None:
        """As fast as it counts as twice; a machine that stands still in between is asked again."""
        for _ in range(5):
            began = time.monotonic()
            await self.page.keyboard.press("Escape")
            await self.page.keyboard.press("Escape")
            if time.monotonic() - began < TWICE:
                return

    async def hold_time(self) -> None:
        """From now on time passes in every tab of this browser when the test says so: no slow machine is somebody who
        does nothing. To be called before the first page."""
        await self.page.context.clock.install(time=time.time())
        await self.page.context.clock.pause_at(time.time() + 1)

    async def rest(self, seconds: float) -> None:
        """Nobody does anything for so long, by the desk's clock of idleness and by those of all tabs."""
        self.house.steady[0] += seconds
        await self.page.context.clock.run_for(int(seconds * 1_000))

    async def words(self) -> str:
        return await self.page.locator("main").inner_text()
