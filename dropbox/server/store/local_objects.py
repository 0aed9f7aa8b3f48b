# SPDX-License-Identifier: AGPL-3.0-or-later
"""Objects as files in folders of this machine: written whole, then renamed, never changed."""

import asyncio
import os
from collections.abc import AsyncIterable, Collection
from io import BufferedReader, BufferedWriter
from pathlib import Path
from typing import BinaryIO

from dropbox.server.ports import ObjectGone

_OWNER_ONLY = 0o600
_FRESH = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
_HALF = ".tmp"


def _fsync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _open_fresh(path: Path) -> BufferedWriter:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    return open(os.open(path, _FRESH, _OWNER_ONLY), "wb")


def _settle(file: BufferedWriter, stamp: int) -> None:
    file.flush()
    os.utime(file.fileno(), (stamp, stamp))
    os.fsync(file.fileno())


class LocalOpened:
    """A file that is being read: it stays whole under the reader, whatever becomes of its name."""

    def __init__(self, file: BufferedReader) -> None:
        self.file: BinaryIO | None = file
        self.length = os.fstat(file.fileno()).st_size
        self._handle = file.fileno()

    def read(self, at: int, length: int) -> bytes:
        return os.pread(self._handle, length, at)

    def close(self) -> None:
        if self.file is not None:
            self.file.close()


class LocalObjects:
    """``ports.Objects`` under one folder, one folder of it for each kind; files that only their owner reads.

    Their time of change is the ``stamp`` that they are written with, so that no finer time stands on the disk.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self, name: str) -> LocalOpened:
        try:
            return LocalOpened((self._folder / name).open("rb"))
        except FileNotFoundError:
            raise ObjectGone(name) from None

    async def write(self, name: str, pieces: AsyncIterable[bytes], stamp: int) -> None:
        target = self._folder / name
        half = target.with_suffix(_HALF)
        try:
            with await asyncio.to_thread(_open_fresh, half) as file:
                async for piece in pieces:
                    await asyncio.to_thread(file.write, piece)
                await asyncio.to_thread(_settle, file, stamp)
            await asyncio.to_thread(self._publish, half, target)
        except BaseException:
            half.unlink(missing_ok=True)
            raise

    def _publish(self, half: Path, target: Path) -> None:
        half.rename(target)
        _fsync_folder(target.parent)

    async def remove(self, name: str) -> None:
        (self._folder / name).unlink(missing_ok=True)

    async def keep_only(self, kind: str, names: Collection[str]) -> None:
        folder = self._folder / kind
        if not folder.is_dir():
            return
        for found in folder.iterdir():
            if f"{kind}/{found.name}" not in names:
                found.unlink()
