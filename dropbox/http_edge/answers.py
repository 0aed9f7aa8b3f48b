# SPDX-License-Identifier: AGPL-3.0-or-later
"""Answers as bytes on the wire: every header is written here, so that none comes from a library.

All small answers have the same number of bytes in all, headers included, whether the connection stays open or not.
"""

import asyncio
import os
from functools import lru_cache
from typing import BinaryIO, Protocol

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter

from .connection import set_pace
from .pace import PIECE, Pace, hand_on

BINARY = "application/octet-stream"
JSON = "application/json"
HTML = "text/html; charset=utf-8"
CSS = "text/css; charset=utf-8"
SCRIPT = "text/javascript; charset=utf-8"
TEXT = "text/plain; charset=utf-8"

NOTHING_LOADS = "default-src 'none'; frame-ancestors 'none'"
_COPIED_AT_ONCE = 256 * 1024
_HEAD_PADDING = "dropbox-padding: "


def _head(
    status: int, content_type: str, length: int, keep: bool, padding: int, policy: str, extra: tuple[str, ...]
) -> bytes:
    # "connection: close" is five bytes shorter than "connection: keep-alive"; the phrase makes up for it.
    phrase = ("Success" if status < 400 else "Refused") + ("" if keep else ", bye")
    lines = [
        f"HTTP/1.1 {status} {phrase}",
        f"content-type: {content_type}",
        f"content-length: {length}",
        "cache-control: no-store",
        "referrer-policy: no-referrer",
        "x-content-type-options: nosniff",
        "cross-origin-resource-policy: same-origin",
        f"content-security-policy: {policy}",
        *extra,
        f"connection: {'keep-alive' if keep else 'close'}",
    ]
    if padding:
        lines.append(_HEAD_PADDING + "0" * (padding - len(_HEAD_PADDING) - 2))
    return "\r\n".join([*lines, "", ""]).encode()


_kept_head = lru_cache(maxsize=256)(_head)


class Answer(web.StreamResponse):
    """One answer that is in memory as a whole. ``extra`` are header lines beside those that every answer has."""

    head_is_kept = True
    """Whether the same head made again comes from memory: not where one may hold a secret."""

    def __init__(
        self,
        body: bytes | bytearray,
        content_type: str = JSON,
        status: int = 200,
        policy: str = NOTHING_LOADS,
        extra: tuple[str, ...] = (),
    ) -> None:
        super().__init__(status=status)
        self._bytes = body
        self._type = content_type
        self._policy = policy
        self._extra = extra
        self._request: web.BaseRequest | None = None
        self._keep = False

    @property
    def keep_alive(self) -> bool:
        return self._keep

    @property
    def length(self) -> int:
        """Bytes of the body."""
        return len(self._bytes)

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """A body that was not read, or a method that has no answer's body, ends the connection."""
        self._request = request
        self._keep = request.keep_alive and not request.can_read_body and request.method != "HEAD"
        return request.writer

    async def write_eof(self, data: bytes = b"") -> None:
        request = self._request
        if request is None:
            return
        if request.method == "HEAD":
            await request.writer.write(self._first(False, self.length))
        elif self.length == len(self._bytes) <= PIECE:
            await request.writer.write(self._first(self._keep) + self._bytes)
        else:
            await self._patiently(request)
        await request.writer.write_eof()
        self._request = None

    def _first(self, keep: bool, padding: int = 0) -> bytes:
        make = _kept_head if self.head_is_kept else _head
        return make(self.status, self._type, self.length, keep, padding, self._policy, self._extra)

    async def _patiently(self, request: web.BaseRequest) -> None:
        """Piece by piece, so that a slow reader holds little memory, and is let go when it is too slow."""
        clock = asyncio.get_running_loop().time
        pace = Pace(clock(), incoming=False)
        set_pace(request, pace)
        try:
            await hand_on(pace, self._push(request, self._first(self._keep)), clock)
            at = 0
            while at < self.length:
                at += await hand_on(pace, self.send(request, at), clock)
        except TimeoutError:
            if request.transport is not None:
                request.transport.abort()
            raise ConnectionResetError("reader too slow") from None

    async def send(self, request: web.BaseRequest, at: int) -> int:
        """A piece of the body, of how many bytes."""
        return await self._push(request, memoryview(self._bytes)[at : at + PIECE])

    @staticmethod
    async def _push(request: web.BaseRequest, piece: bytes | memoryview) -> int:
        """Wait until the system has taken it. What has no bytes is missing."""
        if request.transport is None or not piece:
            raise ConnectionResetError("reader gone, or what is read")
        request.transport.write(piece)
        await request.writer.drain()
        return len(piece)


class Opened(Protocol):
    """Bytes that lie elsewhere than in memory and stay whole while they are open. ``length`` in bytes."""

    length: int
    file: BinaryIO | None
    """Where they are a file of this machine: then the kernel copies it to who asked."""

    def read(self, at: int, length: int) -> bytes:
        """Up to ``length`` bytes from ``at``. Waits for them, so never on the event loop."""

    def close(self) -> None:
        """Let go of them."""


class OpenedAnswer(Answer):
    """An answer whose bytes are opened already, from byte ``start`` on, all of them or the ``most`` first; they are
    closed once they are sent."""

    def __init__(self, opened: Opened, start: int = 0, extra: tuple[str, ...] = (), *, most: int | None = None) -> None:
        super().__init__(b"", BINARY, extra=extra)
        self._opened = opened
        self._first_byte = start
        self._end = opened.length if most is None else min(opened.length, start + most)

    @property
    def length(self) -> int:
        return self._end - self._first_byte

    def close(self) -> None:
        """Where it is not sent."""
        self._opened.close()

    async def write_eof(self, data: bytes = b"") -> None:
        try:
            await super().write_eof(data)
        finally:
            self._opened.close()

    async def send(self, request: web.BaseRequest, at: int) -> int:
        file, at = self._opened.file, self._first_byte + at
        if file is None:
            piece = min(PIECE, self._end - at)
            return await self._push(request, await asyncio.to_thread(self._opened.read, at, piece))
        size = _copied(request.transport, file, at, self._end - at)
        if size:
            await asyncio.sleep(0)  # others have their turn
            return size
        return await self._push(request, self._opened.read(at, min(PIECE, self._end - at)))


def _copied(transport: asyncio.Transport | None, file: BinaryIO, at: int, left: int) -> int:
    """How many bytes of a file the system has taken for a connection without waiting; none where it has to wait. The
    loop's own ``sendfile`` is not for connections that may be cut: it listens on for a descriptor that is another's."""
    if transport is None or transport.get_write_buffer_size() or transport.get_extra_info("sslcontext"):
        return 0
    try:
        return os.sendfile(transport.get_extra_info("socket").fileno(), file.fileno(), at, min(left, _COPIED_AT_ONCE))
    except BlockingIOError:
        return 0
