# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where the parts of a backup go when a service is restored: an empty database, and objects in a folder of data."""

from collections.abc import AsyncIterator, Sequence

from dropbox.server.ports import StoredBatch
from dropbox.server.store import put_back
from dropbox.server.store.local_objects import LocalObjects
from dropbox.server.store.sql import SqlStore

from .archive import About


class Restored:
    """A ``Sink``, first of the backup and then of the standby copy."""

    def __init__(self, store: SqlStore, objects: LocalObjects) -> None:
        self._store = store
        self._objects = objects
        self._emptied = False

    async def begin(self, about: About) -> None:
        """Of a standby copy, which comes second, nothing is emptied."""
        if not self._emptied:
            await self._store.database.write(put_back.begin)
            self._emptied = True
        for closed in about.closed:
            await self._store.database.write(put_back.put_segment, closed)

    async def settings(self, name: str, data: bytes) -> None:
        """They go where the command puts them, once all is there."""

    async def directory(self, version: int, body: bytes) -> None:
        await self._store.database.write(put_back.put_directory, version, body)

    async def batch(self, batch: StoredBatch) -> None:
        await self._store.database.write(put_back.put_batch, batch)

    async def object(self, name: str, pieces: AsyncIterator[bytes], stamp: int) -> None:
        await self._objects.write(name, pieces, stamp)

    async def closed_ids(self, period: int, ids: Sequence[bytes], of_blobs: bool) -> None:
        for at in range(0, len(ids), put_back.IDS_AT_ONCE):
            some = ids[at : at + put_back.IDS_AT_ONCE]
            await self._store.database.write(put_back.put_closed_ids, period, some, of_blobs)

    async def waiting(self, period: int, bodies: Sequence[bytes], of_blobs: bool) -> None:
        await self._store.database.write(put_back.put_waiting, period, bodies, of_blobs)
