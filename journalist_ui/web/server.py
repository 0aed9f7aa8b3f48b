# SPDX-License-Identifier: AGPL-3.0-or-later
"""Listening for the officers' browsers, with TLS where others than this machine reach it. Nothing of a request is
logged."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from dropbox.http_edge.connection import Limits, Server, Trouble
from dropbox.http_edge.tls import doors
from journalist_ui.log import log
from journalist_ui.refusals import BadInput
from journalist_ui.verbs.desk import Desk
from journalist_ui.web_address import WebAddress

from .answers import Answer
from .gate import Gate
from .site import Site

_REQUEST_WITHIN = 5.0
_FINISH_WITHIN = 5.0
_LIMITS = Limits(
    connections=128,
    of_a_caller=16,
    head_within=_REQUEST_WITHIN,
    idle_within=_REQUEST_WITHIN,
    longest_field=16_384,
)
_PLAIN = "text/plain; charset=utf-8"


def _failed(error: BaseException | None) -> Answer:
    log("error", "web", type(error).__name__)
    return Answer(b"The desk failed at this.", _PLAIN, 500)


_TROUBLE = Trouble(lambda: Answer(b"Not understood.", _PLAIN, 400), _failed)


def _each(server: Server, address: WebAddress) -> Callable[[], asyncio.BaseProtocol]:
    """What speaks to each accepted socket. Raises BadInput."""
    if address.certificate is None or address.key is None:
        return server
    try:
        return doors(server, address.certificate, address.key, _REQUEST_WITHIN)
    except (OSError, ValueError):
        raise BadInput(
            "web_cert and web_key cannot be used: two PEM files that belong together, readable here."
        ) from None


@asynccontextmanager
async def serving(desk: Desk, address: WebAddress | None) -> AsyncIterator[None]:
    """Serve the pages while the block runs; nothing without an address. Raises BadInput."""
    if address is None:
        yield
        return
    server = Server(Gate(Site(desk, address)).answer, _LIMITS, _TROUBLE, address.front)
    each = _each(server, address)
    try:
        listening = await asyncio.get_running_loop().create_server(each, address.host, address.port, backlog=64)
    except OSError as error:
        raise BadInput(
            f"The web pages cannot be served at {address.host}:{address.port} ({type(error).__name__}). "
            "Another program may use that port: choose one with --web."
        ) from None
    try:
        yield
    finally:
        listening.close()
        server.pre_shutdown()
        await server.shutdown(_FINISH_WITHIN)
