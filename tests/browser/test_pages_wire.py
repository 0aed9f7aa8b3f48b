# SPDX-License-Identifier: AGPL-3.0-or-later
"""What goes over the wire: how much, where to, and that nobody can tell one visit from another."""

from pathlib import Path

from playwright.async_api import BrowserContext, Page

from tests.browser.lying_server import LyingServer, lying_server
from tests.browser.pages_service import NAMES, NORTH, small_service
from tests.browser.pages_source import Source, new_codename

FIRST_VISIT = 250 * 1024
"""Bytes over the wire at most, without directory and board."""
LOADED = ["/", "/page.js", "/style.css", "/worker.js"]


def shapes(between: LyingServer) -> list[tuple[object, ...]]:
    """Each request of a burst, but for what is inside the envelope."""
    return [one.outside() for one in between.of_visits()]


async def test_a_first_visit_is_light(page: Page, tmp_path: Path) -> None:
    """The document with its style sheet, its script and the worker's stays within the budget, and nothing else is
    fetched, then or while walking through the questions."""
    weights: dict[str, int] = {}
    async with small_service(tmp_path) as server, lying_server(server.address) as between:

        def weigh(path: str, body: bytes) -> bytes:
            weights[path] = len(body)
            return body

        for path in LOADED:
            between.changes[path] = lambda body, path=path: weigh(path, body)
        source = Source(page, between.address)
        await source.fill()
        await source.take_codename()
        assert sorted(one.path for one in between.asked) == LOADED
        assert sorted(weights) == LOADED
        assert 10_000 < sum(weights.values()) < FIRST_VISIT
        print(f"a first visit without headers: {sum(weights.values())} bytes {weights}")


async def test_every_visit_looks_the_same(context: BrowserContext, tmp_path: Path) -> None:
    """A report, a return with its codename, one with a codename that nobody used, a message: the same requests in the
    same order with the same headers and sizes, twelve of them in four bursts."""
    async with small_service(tmp_path) as server, lying_server(server.address) as between:
        bursts = []
        source = Source(await context.new_page(), between.address)
        await source.fill()
        codename = await source.take_codename()
        await source.send(codename)
        await source.stored()
        bursts.append(shapes(between))
        for typed in (codename, new_codename()):
            between.asked.clear()
            source = Source(await context.new_page(), between.address)
            await source.start()
            await source.look(typed)
            assert sorted(one.path for one in between.asked if one not in between.of_visits()) == LOADED
            bursts.append(shapes(between))
        between.asked.clear()
        await source.reply("A message", NAMES[NORTH])
        bursts.append(shapes(between))
        assert [one[:2] for one in bursts[0]] == [
            ("GET", "/v1/directory"),
            ("GET", "/v1/board"),
            ("POST", "/v1/envelopes"),
        ]
        assert bursts[0][2][3] == 16_384
        assert bursts[1:] == bursts[:1] * 3


async def test_nothing_goes_elsewhere(page: Page, tmp_path: Path) -> None:
    """No request of a page or its worker leaves the service's own origin, no socket is opened, and the console holds no
    complaint of the policy."""
    async with small_service(tmp_path) as server:
        asked: list[str] = []
        said: list[str] = []
        page.context.on("request", lambda request: asked.append(request.url))
        page.on("websocket", lambda socket: asked.append(socket.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        source = Source(page, server.address)
        await source.fill()
        await source.send(await source.take_codename())
        await source.stored()
        assert len(asked) >= len(LOADED)
        assert [url for url in asked if not url.startswith((f"{server.address}/", "data:,"))] == []
        assert said == []
