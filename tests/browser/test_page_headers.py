# SPDX-License-Identifier: AGPL-3.0-or-later
"""``verify-client`` asks for each part of the page with the headers of a real Firefox, in its order."""

import asyncio
from pathlib import Path

from dropbox.transport.pages import PagesConnection, browser_headers
from tests.browser.conftest import FIREFOX, Launch

OWN = ("Host", "User-Agent")
"""Its address, and its machine: Tor Browser says the same of every one."""
PARTS = {
    "/": ("text/html", b"<!doctype html><link rel=icon href='data:,'><link rel=stylesheet href=/style.css>"
          b"<script type=module src=/page.js></script>"),
    "/style.css": ("text/css", b"@font-face{font-family:x;src:url(/x.woff2)}"
                   b"body{font-family:x}body::before{content:'x'}"),
    "/page.js": ("text/javascript", b"new Worker('/worker.js',{type:'module'})"),
    "/worker.js": ("text/javascript", b""),
    "/exit": ("text/html", b"<!doctype html><link rel=icon href='data:,'>"),
    "/x.woff2": ("font/woff2", b""),
}  # fmt: skip


class Seen:
    """Answers every part and keeps the head of each request."""

    def __init__(self) -> None:
        self.heads: dict[str, list[tuple[str, str]]] = {}

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
                address = first.split()[1]
                self.heads[address] = [(name, value) for name, _, value in (line.partition(": ") for line in lines)]
                kind, body = PARTS.get(address, ("text/plain", b""))
                head = f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\nreferrer-policy: no-referrer\r\n"
                writer.write(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


async def test_headers_of_a_real_browser(launch: Launch, tmp_path: Path) -> None:
    """Names, values and order of each, the machine's own name aside."""
    browser, program = Seen(), Seen()
    async with await asyncio.start_server(browser.answer, "127.0.0.1", 0) as listening:
        address = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        context = await (await launch(FIREFOX)).new_context()
        page = await context.new_page()
        await page.goto(address)
        for _ in range(100):
            if {"/worker.js", "/x.woff2"} <= set(browser.heads):
                break
            await asyncio.sleep(0.1)
        await page.goto(f"{address}/exit")
        await context.close()
        listening.close()
    async with await asyncio.start_server(program.answer, "127.0.0.1", 0) as listening:
        address = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        async with PagesConnection(address) as connection:
            for part in PARTS:
                await connection.part(part)
        listening.close()

    def shown(seen: Seen) -> dict[str, list[tuple[str, str]]]:
        return {
            part: [(name, "" if name in OWN else value) for name, value in seen.heads.get(part, [])] for part in PARTS
        }

    assert shown(program) == shown(browser)
    agents = {value for head in program.heads.values() for name, value in head if name == "User-Agent"}
    assert agents == {browser_headers("/")["User-Agent"]}
