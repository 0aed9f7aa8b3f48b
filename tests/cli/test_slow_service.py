# SPDX-License-Identifier: AGPL-3.0-or-later
"""A service that drips, stops or says nothing is down; one that keeps the least rate always comes through."""

import asyncio
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from dropbox.flows.desk.requests import GetSegment, PostBatch
from dropbox.flows.requests import GetBoard, GetDirectory, NetworkRequest
from dropbox.flows.source.requests import NotTaken, PostEnvelope
from dropbox.transport import limits
from dropbox.transport.desk import DeskConnection
from dropbox.transport.errors import TransportFailed, Unreachable
from dropbox.transport.http import Connection
from dropbox.transport.source import SourceConnection
from tests.client.dripping import ENOUGH, GRACE, LONG, SIZE, SLOW, Say, keeps_the_rate, service


async def told_by(say: Say, connection: Callable[[str], Connection], request: NetworkRequest[object]) -> object:
    """What a request ends with, or raises, and that it does so in time."""
    async with service(say) as url, connection(url) as opened:
        begun = time.monotonic()
        try:
            return await opened.answer(request)  # type: ignore[attr-defined]  # of both kinds of connection
        except TransportFailed as failed:
            return failed
        finally:
            assert time.monotonic() - begun < ENOUGH, request


@pytest.mark.parametrize("say", SLOW)
async def test_nobody_waits_longer_than_the_bytes_may_take(tmp_path: Path, say: Say) -> None:
    """Within the grace and the bytes at the least rate, retries and all, where patience alone would go on: directory,
    board, segment and batch are then as a broken connection, and an envelope may be stored."""
    source = partial(SourceConnection, grace=GRACE)
    desk = partial(DeskConnection, socks=None, folder=tmp_path, grace=GRACE)
    *fetched, sent = await asyncio.gather(
        told_by(say, source, GetDirectory()),
        told_by(say, source, GetBoard()),
        told_by(say, desk, GetSegment(1, bytes(16), bytes(64))),
        told_by(say, desk, PostBatch(bytes(SIZE))),
        told_by(say, source, PostEnvelope(bytes(SIZE))),
    )
    assert [type(one) for one in fetched] == [Unreachable] * 4
    assert isinstance(sent, NotTaken)
    assert isinstance(sent.reason, Unreachable)
    assert sent.perhaps


async def test_what_keeps_the_least_rate_comes_through() -> None:
    """However long it takes."""
    async with service(keeps_the_rate) as url, SourceConnection(url, grace=GRACE, patience=0) as connection:
        begun = time.monotonic()
        assert await connection.answer(GetBoard()) == bytes(LONG)
        assert time.monotonic() - begun > 4 * GRACE


def test_a_turn_fits_into_every_limit() -> None:
    """The server lets an envelope wait for its turn for a minute: no limit of a client is shorter than twice that."""
    assert min(limits.SILENCE, limits.GRACE) >= 120
