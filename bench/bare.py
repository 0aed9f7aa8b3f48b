# SPDX-License-Identifier: AGPL-3.0-or-later
"""The bare handlers that the server is measured against; run as a process of its own, prints its port.

    python bench/bare.py sqlite FILE | postgres URL | bytes BOARD ROWS

``sqlite`` and ``postgres`` hash a body and store it durably, many in one transaction, with the database's own driver
and nothing else. ``bytes`` serves two files' bytes from memory.
"""

import asyncio
import hashlib
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
from aiohttp import web

Row = tuple[bytes, bytes]
Write = Callable[[list[Row]], Awaitable[None]]
TABLE = "CREATE TABLE bare (id {bytes} PRIMARY KEY, body {bytes} NOT NULL)"
MOST_AT_ONCE = 512


class Grouped:
    """Waiting bodies go into the next transaction together."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._waiting: list[tuple[Row, asyncio.Future[None]]] = []
        self._task: asyncio.Task[None] | None = None

    async def put(self, row: Row) -> None:
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((row, done))
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        await done

    async def _run(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
            await self._write([row for row, _ in group])
            for _, done in group:
                done.set_result(None)
        self._task = None


def sqlite_writer(file: str) -> Write:
    thread = ThreadPoolExecutor(1)
    connection = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
    for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", TABLE.format(bytes="BLOB")):
        connection.execute(statement)

    def write(rows: list[Row]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT OR IGNORE INTO bare VALUES (?, ?)", rows)
        connection.execute("COMMIT")

    async def run(rows: list[Row]) -> None:
        await asyncio.get_running_loop().run_in_executor(thread, write, rows)

    return run


async def postgres_writer(url: str) -> Write:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    await connection.execute(TABLE.format(bytes="bytea"))

    async def run(rows: list[Row]) -> None:
        async with connection.transaction():
            await connection.executemany("INSERT INTO bare VALUES ($1, $2) ON CONFLICT DO NOTHING", rows)

    return run


def _serving(content: bytes) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def get(_: web.Request) -> web.Response:
        return web.Response(body=content)

    return get


async def main(kind: str, *targets: str) -> None:
    app = web.Application()
    if kind == "bytes":
        for path, file in zip(("/v1/board", "/v1/rows"), targets, strict=True):
            app.router.add_get(path, _serving(await asyncio.to_thread(Path(file).read_bytes)))
    else:
        grouped = Grouped(sqlite_writer(*targets) if kind == "sqlite" else await postgres_writer(*targets))

        async def post(request: web.Request) -> web.Response:
            body = await request.read()
            digest = hashlib.sha256(body).digest()
            await grouped.put((digest, body))
            return web.Response(body=digest.hex().ljust(256).encode())

        app.router.add_post("/v1/envelopes", post)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
