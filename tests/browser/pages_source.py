# SPDX-License-Identifier: AGPL-3.0-or-later
"""A person at the source's pages who looks at each: by headings, names and roles, as assistive technology does."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Locator, Route, expect

from dropbox.protocol.codename import encode_codename, entropy_from_random
from dropbox.protocol.constants import ENTROPY
from dropbox.words import codename_words
from tests.browser.visitor import SLOW, Report, SourcePage


def new_codename() -> str:
    """One that nobody has used."""
    entropy = entropy_from_random(secrets.token_bytes(ENTROPY))
    return " ".join(encode_codename(entropy, codename_words()))


RACIST = "Racist, homophobic, misogynistic or disablist conduct"
ACCOUNT = "Sergeant Quillfeather sold addresses, zyzzyva."


class Source(SourcePage):
    """One open page."""

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def box(self, name: str) -> Locator:
        """A field to write in; only what is shown has a role."""
        return self.page.get_by_role("textbox", name=name, exact=True)

    def heading(self, name: str) -> Locator:
        return self.page.get_by_role("heading", name=name, exact=True, level=1)

    async def at(self, heading: str, within: float = 30_000) -> None:
        """That page is shown, after so many milliseconds at most."""
        await expect(self.heading(heading)).to_be_visible(timeout=within)

    async def start(self) -> None:
        """Until the worker has started."""
        await self.open()
        await expect(self.button("Start a report")).to_be_visible()

    async def go_on(self, heading: str) -> None:
        """Press Continue, and be on the page of that heading."""
        await self.button("Continue").click()
        await self.at(heading)

    async def choose(self, label: str) -> None:
        """A radio or a checkbox of the present page, by its whole label."""
        either = self.page.get_by_role("radio", name=label, exact=True)
        await either.or_(self.page.get_by_role("checkbox", name=label, exact=True)).check()

    async def begin(self) -> None:
        """From the start to the first question about the report."""
        await self.button("Start a report").click()
        await self.choose(RACIST)
        await self.go_on("Before you go on")
        await self.go_on("Who is it about?")

    async def fill(self, text: str = ACCOUNT, force: str = "Cumbria", **choices: str) -> None:
        """From an open page to the one that shows all answers."""
        await self.start()
        await self.walk_to_check(Report(text, force, choices=choices))

    async def type_something(self, text: str = ACCOUNT) -> None:
        """From an open page to a question that is answered in words, with words in it."""
        await self.start()
        await self.begin()
        await self.go_on("Do they still work for the police?")
        await self.go_on("What do you know about who they are?")
        await self.box("What do you know about who they are?").fill(text)

    async def look(self, codename: str) -> None:
        """From the start to the answers."""
        await self.come_back(codename)
        await self.at("Answers")

    async def type_codename(self, typed: str) -> None:
        """Into the first box, which hands the words on; nothing of before is left in the others."""
        for number in range(8, 1, -1):
            await self.box(f"Word {number}").fill("")
        await self.box("Word 1").fill(typed)

    async def press_send(self, codename: str) -> None:
        """Type the codename back and send, whatever follows."""
        await self.type_codename(codename)
        await self.button("Send the report").click()

    @asynccontextmanager
    async def envelope_held(self) -> AsyncIterator[None]:
        """No envelope reaches the service before the end of this: a page that shows the sending stays as it is."""
        released = asyncio.Event()

        async def wait(route: Route) -> None:
            await released.wait()
            await route.continue_()

        await self.page.route("**/v1/envelopes", wait)
        try:
            yield
        finally:
            released.set()

    async def stored(self) -> None:
        await self.at("Your report is stored", SLOW)

    async def back(self) -> None:
        """The browser's own Back."""
        # After the call has been answered: going back may end the page that answers it.
        await self.page.evaluate("() => { setTimeout(() => history.back()) }")

    async def shown_text(self) -> str:
        """What the page shows now."""
        return await self.page.locator("body").inner_text()

    async def everything(self) -> str:
        """All that the document holds: markup, and what stands in fields."""
        fields = await self.page.evaluate(
            "() => [...document.querySelectorAll('input, textarea')].map(one => one.value)"
        )
        return await self.page.content() + json.dumps(fields, ensure_ascii=False)
