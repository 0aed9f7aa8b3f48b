# SPDX-License-Identifier: AGPL-3.0-or-later
"""A segment is put aside on the disk while it comes, whole or not at all, and a desk's memory does not grow with it."""

import os
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from dropbox.flows.desk.collect import collect
from dropbox.flows.desk.requests import BlobsThrough, GetSegment, OpenEnvelopes, ReadSegment, SettleBlobs, Steady
from dropbox.flows.desk.segments import PORTION
from dropbox.flows.drive import at_once, drive
from dropbox.local.spool import Spool
from dropbox.protocol.constants import ENVELOPE
from dropbox.protocol.primitives import sha256
from dropbox.protocol.wire import encode_answer, segment_size
from dropbox.transport.desk import DeskConnection
from dropbox.transport.errors import BadAnswer, Refused, Unreachable
from tests.flows.twin import Aside, make_service
from tests.ports import free_port

WANTED = GetSegment(7, bytes(16), bytes(64))
BODY = bytes(range(256)) * 800
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(*answers: Answer) -> AsyncIterator[str]:
    """A service that answers so, one request after another, the last one for ever."""
    left = list(answers)

    async def handle(request: web.Request) -> web.StreamResponse:
        return await (left.pop(0) if len(left) > 1 else left[0])(request)

    app, port = web.Application(), free_port()
    app.router.add_get("/v1/intake/7", handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


async def whole(request: web.Request) -> web.StreamResponse:
    return web.Response(body=BODY)


async def cut(request: web.Request) -> web.StreamResponse:
    """Other bytes, and the connection breaks before the end."""
    answer = web.StreamResponse(headers={"content-length": str(len(BODY))})
    await answer.prepare(request)
    await answer.write(b"x" * 100_000)
    assert request.transport is not None
    request.transport.abort()
    return answer


def refusing(status: int, code: str) -> Answer:
    async def refuse(request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, body=encode_answer("refused", code=code, say="No."))

    return refuse


async def huge(request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse(headers={"content-length": str(segment_size(100_001))})
    await answer.prepare(request)
    return answer


async def test_a_segment_is_read_where_it_was_put(tmp_path: Path) -> None:
    """After a try that broke in the middle nothing of that one is left; no name stands in the folder at any time."""
    async with serving(cut, whole) as url, DeskConnection(url, None, tmp_path) as connection:
        assert await connection.answer(WANTED) == len(BODY)
        assert os.listdir(tmp_path) == []
        assert await connection.answer(ReadSegment(0, len(BODY))) == BODY
        assert await connection.answer(ReadSegment(1_000, 500)) == BODY[1_000:1_500]
        assert await connection.answer(ReadSegment(len(BODY) - 3, 500)) == BODY[-3:]
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (refusing(410, "expired"), None),
        (refusing(400, "future"), None),
        (refusing(403, "unknown-unit"), Refused),
        (cut, Unreachable),
        (huge, BadAnswer),
    ],
)
async def test_what_is_no_segment_is_none(tmp_path: Path, answer: Answer, expected: type[Exception] | None) -> None:
    """Not served any more, refused, broken off, or longer than any segment may be."""
    async with serving(answer) as url, DeskConnection(url, None, tmp_path, patience=0) as connection:
        if expected is None:
            assert await connection.answer(WANTED) is None
        else:
            with pytest.raises(expected):
                await connection.answer(WANTED)


async def test_a_full_disk_is_no_failure_of_the_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told as the disk's, at once, and not tried again for as long as patience lasts."""
    asked = []

    async def counted(request: web.Request) -> web.StreamResponse:
        asked.append(1)
        return await whole(request)

    def full(self: Spool, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Spool, "write", full)
    async with serving(counted) as url, DeskConnection(url, None, tmp_path) as connection:
        with pytest.raises(OSError, match="No space"):
            await connection.answer(WANTED)
    assert asked == [1]


def test_memory_does_not_grow_with_the_segment(tmp_path: Path) -> None:
    """1,000 envelopes, 16 MiB, are collected with less than 6 MiB at any time: a portion, and 32 bytes of each."""
    service = make_service(("north",))
    twin, context = service.twin, service.desks["north"].context
    service.send(b"s" * 32, "north", b"a report")
    for _ in range(999):
        envelope = service.random(ENVELOPE)
        twin.open[sha256(envelope)] = envelope
    twin.advance()
    spool = Spool(tmp_path)
    spool.write(twin.segment(twin.now - 1) or b"")
    twin.closed[twin.now - 1].clear()
    largest = 0

    async def network(request: object) -> object:
        if isinstance(request, GetSegment) and request.period == twin.now - 1:
            return spool.size
        if isinstance(request, ReadSegment):
            return spool.read(request.start, request.size)
        return aside.keep(twin.answer(request)) if isinstance(request, GetSegment) else twin.answer(request)

    async def local(request: object) -> object:
        nonlocal largest
        if isinstance(request, OpenEnvelopes):
            largest = max(largest, len(request.envelopes))
            return tuple(None for _ in request.envelopes)
        if isinstance(request, BlobsThrough | SettleBlobs | Steady):
            return twin.answer(request)
        return None

    aside = Aside()
    tracemalloc.start()
    try:
        at_once(drive(collect(context, twin.clock), network, local))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    spool.close()
    assert context.ledger.processed_through == twin.now - 1
    assert largest == PORTION
    assert peak < 6 << 20, peak
