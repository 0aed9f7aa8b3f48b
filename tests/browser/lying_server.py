# SPDX-License-Identifier: AGPL-3.0-or-later
"""A server between a visitor and the service: it writes down every request, and may answer with other bytes."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import ClientSession, web

LARGEST = 1 << 26
Change = Callable[[bytes], bytes | None]
"""From the honest body to what is answered instead; None hangs up."""


@dataclass(frozen=True)
class Asked:
    """One request as it came: its headers in order, names as written."""

    method: str
    path: str
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes = field(repr=False)

    def outside(self) -> tuple[object, ...]:
        """All but what is inside the body."""
        return self.method, self.path, self.headers, len(self.body)


@dataclass
class LyingServer:
    """``changes`` maps a path to what becomes of its answer; ``asked`` holds the requests in their order."""

    service: str
    changes: dict[str, Change] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    address: str = ""

    def of_visits(self) -> list[Asked]:
        """What belongs to a burst: directory, board and envelope."""
        return [one for one in self.asked if one.path.startswith("/v1/")]


@asynccontextmanager
async def lying_server(service: str) -> AsyncIterator[LyingServer]:
    """Listens on a free loopback port while the block runs; honest until told otherwise."""
    server = LyingServer(service)
    async with ClientSession(auto_decompress=False, skip_auto_headers=["accept-encoding", "user-agent"]) as session:

        async def answer(request: web.Request) -> web.StreamResponse:
            body = await request.read()
            server.asked.append(Asked(request.method, request.path_qs, tuple(request.raw_headers), body))
            # What is to be changed is asked for as it is, not compressed.
            left_out = {"host", "accept-encoding"} if request.path in server.changes else {"host"}
            kept = {name: value for name, value in request.headers.items() if name.lower() not in left_out}
            async with session.request(request.method, service + request.path_qs, headers=kept, data=body) as honest:
                told: bytes | None = await honest.read()
                headers = {name: value for name, value in honest.headers.items() if name.lower() != "connection"}
            if change := server.changes.get(request.path):
                told = change(told or b"")
                headers = {name: value for name, value in headers.items() if name.lower() != "content-length"}
            if told is None:
                if request.transport is not None:
                    request.transport.abort()
                raise ConnectionResetError
            return web.Response(body=told, status=honest.status, headers=headers)

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
