# SPDX-License-Identifier: AGPL-3.0-or-later
"""Exact checks of a request before its body is read, and the reading of the body in bounded time."""

import shutil
from pathlib import Path

from aiohttp import web

from dropbox.http_edge.answers import BINARY
from dropbox.http_edge.bodies import BodyCut, BodyLate, read_whole
from dropbox.server.faults import log_fault

from .error_answers import Refused


def check_no_body(request: web.BaseRequest) -> None:
    """A GET carries none. Raises Refused."""
    if request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers:
        raise Refused("body-refused")


def check_binary(request: web.BaseRequest) -> int:
    """The announced length of a binary body in one piece. Raises Refused."""
    if "transfer-encoding" in request.headers or "content-length" not in request.headers:
        raise Refused("length-required")
    if request.headers.get("content-type") != BINARY or "content-encoding" in request.headers:
        raise Refused("wrong-type")
    length = request.headers["content-length"]
    if not (length.isascii() and length.isdigit()) or length != str(int(length)):
        raise Refused("wrong-length")
    return int(length)


async def read_body(request: web.BaseRequest, length: int) -> bytes:
    """Exactly ``length`` bytes. Raises Refused."""
    if not length:
        return b""
    if request.headers.get("expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    try:
        return await read_whole(request, length)
    except BodyLate:
        raise Refused("too-slow") from None
    except BodyCut:
        raise Refused("bad-http") from None


def above_reserve(folder: Path, reserve: int) -> int:
    """How many bytes above ``reserve`` the disk of ``folder`` has free; none where that cannot be told."""
    try:
        return max(0, shutil.disk_usage(folder).free - reserve)
    except OSError as error:
        log_fault(error)
        return 0
