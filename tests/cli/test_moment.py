# SPDX-License-Identifier: AGPL-3.0-or-later
"""When an envelope leaves, and that nothing which is done with what was read can move it (docs/protocol.md, 7.1.5)."""

import asyncio
import time
from typing import Any

import aiohttp
import pytest

from dropbox.flows.requests import GetRows
from dropbox.flows.source.requests import NotTaken, PostEnvelope, ReadingBegins
from dropbox.transport.source import SourceConnection, Watcher
from tests.client.moments import MOMENTS


@pytest.mark.parametrize(("judged", "read", "leaves"), MOMENTS)
async def test_the_moment_is_settled_when_judging_ends(
    monkeypatch: pytest.MonkeyPatch, judged: int, read: int, leaves: int
) -> None:
    """However long reading then takes within its half of a second, and in whole ones where it takes longer."""
    now, posted = 0.0, []

    async def passes(seconds: float) -> None:
        nonlocal now
        now += seconds

    async def rows(*_: Any) -> bytes:
        return b""

    async def post(*_: Any) -> bytes:
        posted.append(round(now * 1_000))
        return b""

    monkeypatch.setattr(SourceConnection, "get_through_cuts", rows)
    monkeypatch.setattr(SourceConnection, "_post", post)
    connection = SourceConnection("http://127.0.0.1:9", after_board=1.0)
    monkeypatch.setattr(time, "monotonic", lambda: now)
    monkeypatch.setattr(asyncio, "sleep", passes)
    await connection.answer(GetRows())
    now = judged / 1_000
    await connection.answer(ReadingBegins())
    now = read / 1_000
    await connection.answer(PostEnvelope(b""))
    assert posted == [leaves]


class Heard(Watcher):
    """What happened, in order."""

    def __init__(self) -> None:
        self.order: list[str] = []

    def posting(self) -> None:
        self.order.append("told")


async def test_who_shows_what_was_read_is_told_when_the_envelope_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not before its connection stands; once, although it is sent again."""
    heard = Heard()
    connect = aiohttp.TCPConnector.connect

    async def slowly(*given: Any, **more: Any) -> Any:
        found = await connect(*given, **more)
        heard.order.append("connected")
        return found

    async def hangs_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(16_384)
        writer.close()

    monkeypatch.setattr(aiohttp.TCPConnector, "connect", slowly)
    service = await asyncio.start_server(hangs_up, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{service.sockets[0].getsockname()[1]}"
    async with service, SourceConnection(url, patience=1.0, watcher=heard) as connection:
        told = await connection.answer(PostEnvelope(bytes(16_384)))
    assert isinstance(told, NotTaken)
    assert heard.order == ["connected", "told", "connected"]


async def test_it_is_told_although_no_connection_came_about() -> None:
    """What was read is shown whatever becomes of the envelope."""
    heard = Heard()
    service = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{service.sockets[0].getsockname()[1]}"
    service.close()
    async with SourceConnection(url, patience=0.0, watcher=heard) as connection:
        assert isinstance(await connection.answer(PostEnvelope(bytes(16_384))), NotTaken)
    assert heard.order == ["told"]
