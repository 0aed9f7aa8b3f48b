# SPDX-License-Identifier: AGPL-3.0-or-later
"""The body of a request, read whole and in bounded time. What it may be, and how long, is looked at before."""

import asyncio

from aiohttp import web

from .connection import set_pace
from .pace import Pace


class BodyLate(Exception):
    """It did not arrive whole in time."""


class BodyCut(Exception):
    """It ended early, or was no sound HTTP."""


async def read_whole(request: web.BaseRequest, length: int) -> bytes:
    """Exactly ``length`` bytes, which come at the least rate. Raises BodyLate, BodyCut."""
    clock = asyncio.get_running_loop().time
    pace = Pace(clock(), incoming=True)
    set_pace(request, pace)
    held: list[bytes] = []
    missing = length
    try:
        while missing:
            piece = await _some(request, missing, pace.ends)
            if pace.late(clock()):
                raise BodyLate
            held.append(piece)
            missing -= len(piece)
    except (asyncio.IncompleteReadError, web.RequestPayloadError, ConnectionError):
        raise BodyCut from None
    finally:
        set_pace(request, None)
    return b"".join(held)


async def _some(request: web.BaseRequest, most: int, until: float) -> bytes:
    """What is there, nothing when there is nothing by then. Raises IncompleteReadError at the end."""
    try:
        async with asyncio.timeout_at(until):
            piece = await request.content.read(most)
    except TimeoutError:
        return b""
    if not piece:
        raise asyncio.IncompleteReadError(b"", most)
    return piece
