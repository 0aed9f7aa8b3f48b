# SPDX-License-Identifier: AGPL-3.0-or-later
"""The blobs of a period that closes: one object, sorted by id, so that the order of arrival is nowhere."""

import errno
from collections.abc import AsyncIterator, Iterator, Sequence

from dropbox.protocol.blobs import BLOBS_HEADER, BlobsHead
from dropbox.protocol.constants import BLOB
from dropbox.server.ports import BlobStore, Objects, blobs_name

_AT_ONCE = 4  # 1 MiB in memory


async def write_blobs(store: BlobStore, objects: Objects, service_id: bytes, period: int, stamp: int) -> int:
    """Write the object of a sealed period, where it brought blobs, and answer how many. Again the same bytes after a
    crash."""
    ids = await store.blob_ids(period)

    async def pieces() -> AsyncIterator[bytes]:
        yield BlobsHead(service_id, period, len(ids)).encode()
        for at in range(0, len(ids), _AT_ONCE):
            for blob in await store.blobs(ids[at : at + _AT_ONCE]):
                yield blob

    if ids:
        await objects.write(blobs_name(period), pieces(), stamp)
    return len(ids)


def read_blobs(objects: Objects, periods: Sequence[int]) -> Iterator[bytes]:
    """The blobs of closed periods, one after another. Raises ObjectGone, and OSError when an object is cut short."""
    for period in periods:
        opened = objects.open(blobs_name(period))
        try:
            count, rest = divmod(opened.length - BLOBS_HEADER, BLOB)
            if count < 0 or rest:
                raise OSError(errno.EIO, f"the blobs of period {period} are cut short")
            for number in range(count):
                yield opened.read(BLOBS_HEADER + number * BLOB, BLOB)
        finally:
            opened.close()
