# SPDX-License-Identifier: AGPL-3.0-or-later
"""Work that would hold the desk's event loop is done in a thread, and is always finished there."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


async def off_loop(work: Callable[[], Result]) -> Result:
    """What ``work`` returns, done in a thread. Who waits for it and is cancelled goes on waiting until it has ended:
    what it works on is nobody else's before that."""
    task = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if not task.cancelled():
            # Whoever cancelled is told nothing of it, so that its error is not one that nobody ever saw.
            task.exception()
        raise
