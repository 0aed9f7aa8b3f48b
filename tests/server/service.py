# SPDX-License-Identifier: AGPL-3.0-or-later
"""A server in this process, on a real socket, with a clock that the test drives; and a client that sees every byte."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dropbox.http_edge.connection import Server
from dropbox.protocol.blobs import pass_request, sign_blobs_request
from dropbox.protocol.wire import sign_segment_request
from dropbox.server.app import Service, assemble, edge_of, serving
from dropbox.server.config import EXIT_URL, WHOLE, Listen, ServerConfig
from dropbox.server.handlers.pages import Pages
from dropbox.server.store.local_objects import LocalObjects
from dropbox.server.store.schema import upgrade
from dropbox.server.store.sql import SqlStore, open_store
from tests.server.rendered import render_once
from tests.server.world import START, DeskTwin, World

Pages._render = render_once  # type: ignore[method-assign]  # whoever starts services here starts many


class Clock:
    """Unix seconds that stand still until they are set."""

    def __init__(self, world: World) -> None:
        self._period = world.policy.period
        self.now = float(START * self._period)

    def __call__(self) -> float:
        return self.now

    def set_period(self, period: int, seconds: float = 0.0) -> None:
        self.now = period * self._period + seconds


@dataclass
class Seen:
    """One answer, byte for byte."""

    raw: bytes
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


def parse_seen(raw: bytes) -> Seen:
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    return Seen(raw, int(first.split()[1]), headers, body)


@dataclass
class Running:
    """A server under test."""

    world: World
    clock: Clock
    config: ServerConfig
    service: Service
    store: SqlStore
    objects: LocalObjects
    edge: Server
    address: str

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self.config.listen.path:
            return await asyncio.open_unix_connection(self.config.listen.path)
        host, port = self.address.removeprefix("http://").rsplit(":", 1)
        return await asyncio.open_connection(host, int(port))

    async def raw(self, request: bytes) -> Seen:
        """What comes back for these bytes until the server has nothing more to say."""
        reader, writer = await self.connect()
        try:
            writer.write(request)
            await writer.drain()
            raw = b""
            async with asyncio.timeout(120):
                while not _whole(raw):
                    piece = await reader.read(1 << 20)
                    if not piece:
                        break
                    raw += piece
            return parse_seen(raw)
        finally:
            writer.close()

    async def get(self, path: str, **headers: str) -> Seen:
        lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        return await self.raw(f"GET {path} HTTP/1.1\r\nhost: x\r\n{lines}\r\n".encode())

    async def post(self, path: str, body: bytes) -> Seen:
        return await self.raw(post_bytes(path, body))

    async def segment(self, desk: DeskTwin, period: int) -> Seen:
        signature = sign_segment_request(desk.seed, self.world.service_id, desk.unit.unit_id, period)
        return await self.get(
            f"/v1/intake/{period}", dropbox_unit=desk.unit.unit_id.hex(), dropbox_signature=signature.hex()
        )

    async def chunk(self, desk: DeskTwin, period: int, chunk: int) -> Seen:
        signature = sign_blobs_request(desk.seed, self.world.service_id, desk.unit.unit_id, period, chunk)
        return await self.get(
            f"/v1/blobs/{period}/{chunk}", dropbox_unit=desk.unit.unit_id.hex(), dropbox_signature=signature.hex()
        )

    async def admit(self, blobs: int) -> Seen:
        """A pass is asked for."""
        return await self.post("/v1/passes", pass_request(blobs))

    async def tick(self) -> None:
        await self.service.turn()

    async def publish(self, **how: int) -> None:
        """A new directory of the world as it is, and take it up."""
        await self.store.add_directory(self.world.version + 1, self.world.sign_directory(**how))
        await self.tick()


ENVELOPES = "/v1/envelopes"


def _whole(raw: bytes) -> bool:
    head, found, body = raw.partition(b"\r\n\r\n")
    if not found or b"100 Continue" in head:
        return False
    if b"dropbox-padding" in head:
        return True
    lengths = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.startswith(b"content-length")]
    return len(body) >= lengths[0]


def post_bytes(path: str, body: bytes, **headers: str) -> bytes:
    """A POST as a client of docs/http-api.md sends it."""
    fields = {"host": "x", "content-type": "application/octet-stream", "content-length": str(len(body))} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
    return f"POST {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


def make_config(folder: Path, world: World, url: str = "", unix: bool = False) -> ServerConfig:
    data = folder / "data"
    for one in (data, data / "segments", data / "blobs", data / "board"):
        one.mkdir(mode=0o700, exist_ok=True)
    anchor = folder / "anchor.txt"
    anchor.write_bytes(world.anchor_text())
    listen = Listen(folder / "socket") if unix else Listen(None, "127.0.0.1", 0)
    return ServerConfig(listen, url or f"sqlite:///{data}/server.sqlite", data, anchor, disk_reserve=0)


@asynccontextmanager
async def running(
    folder: Path,
    world: World,
    *,
    url: str = "",
    published: bool = True,
    unix: bool = False,
    clock: Any = None,
    exit_url: str = EXIT_URL,
    disk_reserve: int = 0,
    role: str = WHOLE,
    front: str = "",
) -> AsyncIterator[Running]:
    """A server on the folder's store, by a ``Clock`` or a clock of the caller; again on the same folder it is the same
    service started anew."""
    config = make_config(folder, world, url, unix)
    config = replace(config, exit_url=exit_url, disk_reserve=disk_reserve, role=role, front=front)
    await asyncio.to_thread(upgrade, config.database)
    clock = clock or Clock(world)
    store = open_store(config.database)
    if published and not world.version:
        await store.add_directory(1, world.sign_directory())
    objects = LocalObjects(config.data_dir)
    service = assemble(config, store, objects, clock)
    edge = edge_of(service, config)
    async with serving(service, config, edge) as address:
        yield Running(world, clock, config, service, store, objects, edge, address)
