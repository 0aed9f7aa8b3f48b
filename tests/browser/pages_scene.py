# SPDX-License-Identifier: AGPL-3.0-or-later
"""A service, a liar in front of it and a person at the page, for every way in which a visit can go wrong."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from playwright.async_api import Page, expect

from dropbox.http_edge.answers import Answer
from dropbox.server.handlers.error_answers import Refused
from dropbox.server.handlers.routes import Handler
from tests.browser.board_lies import tell
from tests.browser.conftest import CHROMIUM, Launch
from tests.browser.lying_server import LyingServer, lying_server
from tests.browser.pages_looks import assert_good_looks
from tests.browser.pages_service import small_service
from tests.browser.pages_source import Source
from tests.server.service import Running


@dataclass
class Scene:
    """A service, a liar in front of it, and a person at the page."""

    server: Running
    between: LyingServer
    source: Source

    @property
    def page(self) -> Page:
        return self.source.page

    async def shows(self, heading: str, *words: str, within: float = 30_000) -> None:
        """That page, with these words, in good looks."""
        await self.source.at(heading, within)
        for text in words:
            await expect(self.page.locator("section:visible")).to_contain_text(text)
        await assert_good_looks(self.page, heading)

    async def press_on(self, name: str) -> None:
        await self.source.button(name).click()

    async def send(self) -> str:
        """A report about a force of the northern unit, sent; the codename."""
        await self.source.fill()
        codename = await self.source.take_codename()
        await self.source.press_send(codename)
        return codename

    async def buttons(self) -> list[str]:
        """Everything that can be pressed on the present page, above its foot."""
        texts = await self.page.get_by_role("button").all_inner_texts()
        below = await self.page.locator(".own-foot").get_by_role("button").all_inner_texts()
        return [" ".join(text.split()) for text in texts[: len(texts) - len(below)]]

    def alter(self, *units: int) -> None:
        """From now on each unit's manifest is not the one that it signed."""
        tell(self.between, self.server, "the manifest changed", *units)

    def paths(self) -> list[str]:
        return [one.path for one in self.between.of_visits()]

    def handlers(self, path: str) -> dict[str, Handler]:
        """What answers there, by method."""
        return self.server.service.routes._table[path]


@asynccontextmanager
async def scene(launch: Launch, folder: Path, behind: dict[int, int] | None = None) -> AsyncIterator[Scene]:
    context = await (await launch(CHROMIUM)).new_context()
    async with small_service(folder, behind=behind) as server, lying_server(server.address) as between:
        yield Scene(server, between, Source(await context.new_page(), between.address))
        await context.close()


async def refuses_for_good(request: web.BaseRequest) -> Answer:
    """Unlike "try-later", which is waited for."""
    raise Refused("wrong-length")
