# SPDX-License-Identifier: AGPL-3.0-or-later
"""The reply interface as an investigator uses it."""

import asyncio
import time
from typing import Any

import pyotp
from playwright.async_api import Page, expect

PATIENCE = 300.0
"""Seconds for what comes without a claim about when."""
_USED: dict[str, str] = {}


class DeskPage:
    """One member in one browser, at the desk of one unit of demo.json."""

    def __init__(self, page: Page, unit: dict[str, Any], member: int = 0) -> None:
        self.page = page
        self.unit = unit
        self.member = unit["members"][member]

    async def sign_in(self) -> None:
        """A code is used once, so a second sign-in waits for the next."""
        totp, who = pyotp.TOTP(self.member["totp_secret"]), f"{self.unit['slug']} {self.member['name']}"
        code = totp.now()
        if _USED.get(who) == code:
            await asyncio.sleep(totp.interval - time.time() % totp.interval + 1)
            code = totp.now()
        _USED[who] = code
        await self.page.goto(self.unit["desk"])
        await self.page.locator("#member").fill(self.member["name"])
        await self.page.locator("#passphrase").fill(self.member["passphrase"])
        await self.page.locator("#code").fill(code)
        await self.page.get_by_role("button", name="Sign in").click()
        await expect(self.page.get_by_role("heading", name="Inbox")).to_be_visible()

    async def open_case(self, text: str) -> None:
        """Collect until a case holds ``text``, and open it; declared at the first look."""
        async with asyncio.timeout(PATIENCE):
            while True:
                await self.page.goto(self.unit["desk"])
                async with self.page.expect_navigation(url="**/?done=*"):
                    await self.page.get_by_role("button", name="Collect now").click()
                links = await self.page.locator("main a[href^='/cases/']").evaluate_all(
                    "links => [...new Set(links.map(link => link.href))]"
                )
                for link in reversed(links):
                    await self.page.goto(link)
                    if await self.page.get_by_role("heading", name="Before you open case").count():
                        async with self.page.expect_navigation():
                            await self.page.get_by_role("button", name="Nothing keeps me from it: open it").click()
                    if text in await self.page.locator("main").inner_text():
                        return
                await asyncio.sleep(1)

    async def reply(self, text: str) -> None:
        """Write, look at what goes, and send."""
        await self.page.locator("#text").fill(text)
        await self.page.get_by_role("button", name="Preview").click()
        await expect(self.page.get_by_role("heading", name="Send this?")).to_be_visible()
        await self.page.get_by_role("button", name="Send to the source").click()
        await expect(self.page.locator("main")).to_contain_text(text.splitlines()[0])
