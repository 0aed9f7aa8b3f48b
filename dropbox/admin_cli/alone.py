# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether a server runs on a service, by the locks that one holds; and keeping one from starting meanwhile."""

import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dropbox.server.config import ConfigRefused, ServerConfig
from dropbox.server.store.sql import open_store


@asynccontextmanager
async def alone(config: ServerConfig) -> AsyncIterator[bool]:
    """Hold them while the block runs; False, and nothing is held, where a server has them. On PostgreSQL one that only
    answers has none."""
    try:
        handle = os.open(config.data_dir, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise ConfigRefused(f"cannot use the data folder {config.data_dir}: {os.strerror(error.errno or 0)}") from None
    store = open_store(config.database)
    try:
        yield _locked(handle) and await store.claim()
    finally:
        await store.close_store()
        os.close(handle)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def nobody_serves(config: ServerConfig) -> bool:
    """Whether none runs at this moment."""
    async with alone(config) as held:
        return held
