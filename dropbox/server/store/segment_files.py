# SPDX-License-Identifier: AGPL-3.0-or-later
"""Segments as files in a local folder: written whole, then renamed, never changed."""

import asyncio
import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from io import BufferedWriter
from pathlib import Path

from dropbox.protocol.constants import ENVELOPE
from dropbox.protocol.wire import SEGMENT_HEADER
from dropbox.server.ports import FetchBodies

_AT_ONCE = 64  # 1 MiB of envelopes in memory
_OWNER_ONLY = 0o600
_FRESH = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC


def _fsync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _open_fresh(path: Path) -> BufferedWriter:
    return open(os.open(path, _FRESH, _OWNER_ONLY), "wb")


class LocalSegmentFiles:
    """Files ``<period>.bin`` and ``open-<period>.bin``, readable by the owner only.

    Their time of change is set to the start of the period, so that no finer time stands on the disk.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, period: int, closed: bool) -> Path:
        return self._folder / (f"{period}.bin" if closed else f"open-{period}.bin")

    async def write(self, target: Path, header: bytes, ids: Sequence[bytes], fetch: FetchBodies, stamp: int) -> None:
        half = target.with_suffix(".tmp")
        with await asyncio.to_thread(_open_fresh, half) as file:
            file.write(header)
            for at in range(0, len(ids), _AT_ONCE):
                bodies = await fetch(ids[at : at + _AT_ONCE])
                await asyncio.to_thread(file.writelines, bodies)
            file.flush()
            await asyncio.to_thread(self._settle, file.fileno(), stamp)
        await asyncio.to_thread(self._publish, half, target)

    def _settle(self, handle: int, stamp: int) -> None:
        os.utime(handle, (stamp, stamp))
        os.fsync(handle)

    def _publish(self, half: Path, target: Path) -> None:
        half.rename(target)
        _fsync_folder(self._folder)

    def envelopes(self, periods: Sequence[int]) -> Iterator[bytes]:
        for period in periods:
            with self.path(period, True).open("rb") as file:
                left, rest = divmod(os.fstat(file.fileno()).st_size - SEGMENT_HEADER, ENVELOPE)
                if left < 0 or rest:
                    raise OSError(errno.EIO, f"the segment of period {period} is cut short")
                file.seek(SEGMENT_HEADER)
                for _ in range(left):
                    yield file.read(ENVELOPE)

    async def remove(self, period: int) -> None:
        for closed in (True, False):
            with suppress(FileNotFoundError):
                self.path(period, closed).unlink()

    async def keep_only(self, closed: Sequence[int], open_period: int) -> None:
        kept = {self.path(period, True) for period in closed} | {self.path(open_period, False)}
        for found in self._folder.iterdir():
            if found not in kept:
                found.unlink()
