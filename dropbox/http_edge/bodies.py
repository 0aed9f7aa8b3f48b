# SPDX-License-Identifier: AGPL-3.0-or-later
"""The body of a request, read whole and in bounded time. What it may be, and how long, is looked at before."""

import asyncio

from aiohttp import web


class BodyLate(Exception):
    """It did not arrive whole in time."""


class BodyCut(Exception):
    """It ended early, or was no sound HTTP."""


async def read_whole(request: web.BaseRequest, length: int, within: float) -> bytes:
    """Exactly ``length`` bytes within so many seconds. Raises BodyLate, BodyCut."""
    try:
        async with asyncio.timeout(within):
            return await request.content.readexactly(length)
    except TimeoutError:
        raise BodyLate from None
    except (asyncio.IncompleteReadError, web.RequestPayloadError, ConnectionError):
        raise BodyCut from None
