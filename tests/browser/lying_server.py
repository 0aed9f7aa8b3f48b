# SPDX-License-Identifier: AGPL-3.0-or-later
"""A server between visitor and service: it writes down every request, and may answer otherwise, late or in part."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import ClientSession, web

from dropbox.protocol.wire import encode_answer

LARGEST = 1 << 26
READING = ["/v1/directory", "/v1/board", "/v1/rows"]
BURST = [*READING, "/v1/envelopes"]
"""What a visit asks for, in order, and what of it only reads."""
Change = Callable[[bytes], bytes | None]
"""From the honest body to what is answered instead; None hangs up."""
Way = Callable[[web.Request, web.Response], Awaitable[web.StreamResponse]]
"""How an answer comes, or what comes in its place."""


async def cut(request: web.Request, answer: web.Response) -> web.StreamResponse:
    """No answer."""
    if request.transport is not None:
        request.transport.abort()
    raise ConnectionResetError


async def half(request: web.Request, answer: web.Response) -> web.StreamResponse:
    """A part of the honest answer, then none. Where a connection is cut before it, a browser tries again by itself."""
    return await cut_after(len(bytes(answer.body)) // 2)(request, answer)  # type: ignore[arg-type]  # it has one


def cut_after(size: int) -> Way:
    """So many bytes of the honest answer, then none; all of a shorter one."""

    async def way(request: web.Request, answer: web.Response) -> web.StreamResponse:
        body = bytes(answer.body)  # type: ignore[arg-type]  # an honest answer has one
        if len(body) <= size:
            return answer
        begun = web.StreamResponse(status=answer.status, headers=answer.headers)
        begun.content_length = len(body)
        await begun.prepare(request)
        await begun.write(body[:size])
        # What has not left this process would be cut off with the rest.
        while request.transport is not None and request.transport.get_write_buffer_size():  # noqa: ASYNC110 - nobody says
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
        return await cut(request, answer)

    return way


async def try_later(request: web.Request, answer: web.Response) -> web.StreamResponse:
    """A refusal that passes."""
    return web.Response(status=503, body=encode_answer("refused", code="try-later", say="No."))


def late(seconds: float) -> Way:
    """The honest answer, after so long."""

    async def way(request: web.Request, answer: web.Response) -> web.StreamResponse:
        await asyncio.sleep(seconds)
        return answer

    return way


def drip(pause: float, size: int = 1) -> Way:
    """The honest answer in pieces of that size, with pauses between them."""

    async def way(request: web.Request, answer: web.Response) -> web.StreamResponse:
        body = bytes(answer.body)  # type: ignore[arg-type]  # an honest answer has one
        dripping = web.StreamResponse(status=answer.status, headers=answer.headers)
        dripping.content_length = len(body)
        await dripping.prepare(request)
        for at in range(0, len(body), size):
            await dripping.write(body[at : at + size])
            await asyncio.sleep(pause)
        return dripping

    return way


def hurried(times: int) -> Change:
    """The worker's script under a clock that runs so many times as fast: its limits and pauses pass in a fraction."""
    clock = (
        "{const now=performance.now.bind(performance);performance.now=()=>now()*TIMES;const wait=setTimeout;"
        "globalThis.setTimeout=(act,pause,...more)=>wait(act,pause/TIMES,...more)}"
    ).replace("TIMES", str(times))
    return lambda script: clock.encode() + script


def place_of(path: str) -> str:
    """The path of a request without board and offset."""
    return next((one + "/" for one in READING if path.startswith(one + "/")), path)


@dataclass(frozen=True)
class Asked:
    """One request as it came: its headers in order, names as written."""

    method: str
    path: str
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes = field(repr=False)
    at: float = field(default=0.0, compare=False)

    def outside(self) -> tuple[object, ...]:
        """All but what is inside the body."""
        return self.method, self.path, self.headers, len(self.body)


@dataclass
class LyingServer:
    """``changes`` maps a path to what becomes of its answer; the ``ways`` of a path are used up one by one, each by one
    request; ``asked`` holds the requests in their order. The path of the rest of an answer ends with the slash before
    its board: "/v1/rows/"."""

    service: str
    changes: dict[str, Change] = field(default_factory=dict)
    ways: dict[str, list[Way]] = field(default_factory=lambda: defaultdict(list))
    asked: list[Asked] = field(default_factory=list)
    address: str = ""

    def of_visits(self) -> list[Asked]:
        """What belongs to a burst: directory, board, rows and envelope."""
        return [one for one in self.asked if one.path.startswith("/v1/")]


@asynccontextmanager
async def lying_server(service: str) -> AsyncIterator[LyingServer]:
    """Listens on a free loopback port while the block runs; honest until told otherwise."""
    server = LyingServer(service)
    async with ClientSession(auto_decompress=False, skip_auto_headers=["accept-encoding", "user-agent"]) as session:

        async def answer(request: web.Request) -> web.StreamResponse:
            body = await request.read()
            server.asked.append(
                Asked(request.method, request.path_qs, tuple(request.raw_headers), body, time.monotonic())
            )
            place = place_of(request.path)
            # What is to be changed is asked for as it is, not compressed.
            left_out = {"host", "accept-encoding"} if place in server.changes else {"host"}
            kept = {name: value for name, value in request.headers.items() if name.lower() not in left_out}
            async with session.request(request.method, service + request.path_qs, headers=kept, data=body) as honest:
                told: bytes | None = await honest.read()
                headers = {name: value for name, value in honest.headers.items() if name.lower() != "connection"}
            if change := server.changes.get(place):
                told = change(told or b"")
                headers = {name: value for name, value in headers.items() if name.lower() != "content-length"}
            response = web.Response(body=told, status=honest.status, headers=headers)
            if told is None:
                return await cut(request, response)
            ways = server.ways[place]
            return await ways.pop(0)(request, response) if ways else response

        app = web.Application(client_max_size=LARGEST)
        app.router.add_route("*", "/{path:.*}", answer)
        runner = web.AppRunner(app, access_log=None, auto_decompress=False)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        server.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield server
        finally:
            await runner.cleanup()
