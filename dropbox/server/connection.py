# SPDX-License-Identifier: AGPL-3.0-or-later
"""The HTTP server: bounded in every direction, silent about who connects."""

import asyncio
import logging
from typing import Any

from aiohttp import web

from .error_answers import Refused
from .responses import refusal

MOST_CONNECTIONS = 512
REQUEST_WITHIN = 30.0
"""Seconds from the opening of a connection, or from the last answer, to the end of a request's headers."""
LONGEST_LINE = 1_024
LONGEST_FIELD = 4_096
MOST_FIELDS = 64
LINGER = 2.0
"""Seconds for which a refused body is read and thrown away, so that the refusal reaches its sender."""

_LOG = logging.getLogger("dropbox.server")
_SILENT = logging.getLogger("dropbox.server.silent")
_SILENT.disabled = True


class Connection(web.RequestHandler):
    """One connection. The library's error pages and log lines (they name the address) are replaced."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        if status < 500:
            return refusal(Refused("bad-http"))
        log_fault(exc)
        if request.writer.output_size:
            raise ConnectionResetError("an answer was begun")
        return refusal(Refused("fault"))


class Server(web.Server):
    """Makes ``Connection`` for each accepted socket, as many as there may be."""

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        super().connection_made(handler, transport)
        if len(self.connections) > MOST_CONNECTIONS:
            handler.force_close()

    def __call__(self) -> Connection:
        limits: dict[str, Any] = {
            "access_log": None,
            "logger": _SILENT,
            "keepalive_timeout": REQUEST_WITHIN,
            "lingering_time": LINGER,
            "max_line_size": LONGEST_LINE,
            "max_field_size": LONGEST_FIELD,
            "max_headers": MOST_FIELDS,
            "auto_decompress": False,
        }
        return Connection(self, loop=self._loop, **limits)


def log_fault(error: BaseException | None) -> None:
    """The class alone: a message may hold content."""
    _LOG.error("fault %s", type(error).__name__)
