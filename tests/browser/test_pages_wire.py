# SPDX-License-Identifier: AGPL-3.0-or-later
"""What goes over the wire: how much, and where to; test_visits_alike.py tells that one visit is as another."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page

from tests.browser.lying_server import lying_server
from tests.browser.pages_service import small_service
from tests.browser.pages_source import Source

FIRST_VISIT = 250 * 1024
"""Bytes over the wire at most, without directory and board."""
LOADED = ["/", "/page.js", "/style.css", "/worker.js"]


@asynccontextmanager
async def counted(address: str) -> AsyncIterator[tuple[str, list[int]]]:
    """An address that leads to that one, and the sizes of all that came back, headers included."""
    sizes: list[int] = []
    host, port = address.removeprefix("http://").split(":")

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, count: bool) -> None:
        with suppress(ConnectionError):
            while piece := await reader.read(1 << 16):
                if count:
                    sizes.append(len(piece))
                writer.write(piece)
                await writer.drain()
        writer.close()

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(host, int(port))
        await asyncio.gather(carry(reader, there_writer, False), carry(there_reader, writer, True))

    listening = await asyncio.start_server(connect, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}", sizes
    listening.close()


@pytest.mark.either
async def test_a_first_visit_is_light(context: BrowserContext, tmp_path: Path) -> None:
    """The document with its style sheet, its script and the worker's stays within the budget, headers included."""
    async with small_service(tmp_path, whole=True) as server, counted(server.address) as (address, sizes):
        page = await context.new_page()
        source = Source(page, address)
        await source.start()
        print(f"a first visit: {sum(sizes)} bytes over the wire")
        assert 50_000 < sum(sizes) < FIRST_VISIT
        await page.close()


async def test_walking_asks_for_nothing(chromium_page: Page, tmp_path: Path) -> None:
    """From the start to the codename: four files, and not one request more."""
    async with small_service(tmp_path, whole=True) as server, lying_server(server.address) as between:
        source = Source(chromium_page, between.address)
        await source.fill()
        await source.take_codename()
        assert sorted(one.path for one in between.asked) == LOADED


@pytest.mark.either
async def test_nothing_goes_elsewhere(page: Page, tmp_path: Path) -> None:
    """No request of a page or its worker leaves the service's own origin, no socket is opened, and the console holds no
    complaint of the policy."""
    async with small_service(tmp_path, whole=True) as server:
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
