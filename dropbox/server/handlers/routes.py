# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which request goes where. Anything that is not exactly one of these is refused."""

import re
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from dropbox.http_edge.answers import BINARY, Answer
from dropbox.http_edge.static_files import StaticFile
from dropbox.protocol.constants import MAX_PERIOD

from .admission import check_no_body
from .batches import Batches
from .blobs import Blobs
from .error_answers import Refused, refusal
from .intake import Intake
from .pages import Pages
from .policies import CLEARS
from .shelf import Shelf

Handler = Callable[[web.BaseRequest], Awaitable[Answer]]
_REST = re.compile(r"/v1/(board|rows)/([0-9a-f]{64})/(0|[1-9][0-9]{0,8})")
_BLOB = re.compile(r"/v1/blobs/([0-9a-f]{32})")
_CHUNK = re.compile(r"/v1/blobs/(0|[1-9][0-9]{0,9})/(0|[1-9][0-9]{0,4})")
_SEGMENT = re.compile(r"/v1/intake/(0|[1-9][0-9]{0,9})")


_ASTRAY = ("unknown-path", "query-refused")
"""What is answered to somebody who mistyped an address."""


def _is_no_interface(path: str) -> bool:
    """Whether a person may have typed it: no program asks for anything there."""
    return path.startswith("/") and not path.startswith("/v1/")


class Routes:
    """The table of addresses."""

    def __init__(
        self,
        shelf: Shelf,
        intake: Intake,
        blobs: Blobs,
        batches: Batches,
        pages: Pages,
        bundle: Mapping[str, StaticFile],
    ) -> None:
        self._shelf = shelf
        self._intake = intake
        self._blobs = blobs
        self._pages = pages
        self._bundle = bundle
        self._table: dict[str, dict[str, Handler]] = {
            "/": {"GET": self._document},
            "/page.js": {"GET": self._static},
            "/worker.js": {"GET": self._static},
            "/style.css": {"GET": self._static},
            "/notices.txt": {"GET": self._static},
            "/exit": {"GET": self._exit},
            "/v1/directory": {"GET": self._directory},
            "/v1/board": {"GET": self._board},
            "/v1/rows": {"GET": self._rows},
            "/v1/intake": {"GET": intake.get_state},
            "/v1/envelopes": {"POST": intake.post_envelope},
            "/v1/passes": {"POST": blobs.post_pass},
            "/v1/batches": {"POST": batches.post_batch},
        }

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Never raises Refused: it becomes an answer."""
        try:
            return await self._dispatch(request)
        except Refused as refused:
            if request.method == "GET" and _is_no_interface(request.raw_path) and refused.code in _ASTRAY:
                return self._pages.nowhere.answer(request, refused.status)
            return refusal(refused)

    async def _dispatch(self, request: web.BaseRequest) -> Answer:
        path, query, _ = request.raw_path.partition("?")
        methods = self._table.get(path) or self._rest_methods(path) or self._blob_methods(path)
        methods = methods or self._segment_methods(path)
        # What a messenger or a list of links puts behind the address keeps nobody from the pages. It is read by nobody.
        if query and path != "/":
            raise Refused("query-refused")
        handler = methods.get(request.method)
        if handler is None:
            raise Refused("wrong-method")
        if request.method == "GET":
            check_no_body(request)
        return await handler(request)

    def _segment_methods(self, path: str) -> dict[str, Handler]:
        found = _SEGMENT.fullmatch(path)
        if not found or int(found[1]) > MAX_PERIOD:
            raise Refused("unknown-path")
        period = int(found[1])

        async def get(request: web.BaseRequest) -> Answer:
            return await self._intake.get_segment(request, period)

        return {"GET": get}

    def _blob_methods(self, path: str) -> dict[str, Handler]:
        """A blob in, or a chunk of those of a closed period out."""
        if found := _BLOB.fullmatch(path):
            name = bytes.fromhex(found[1])

            async def post(request: web.BaseRequest) -> Answer:
                return await self._blobs.post_blob(request, name)

            return {"POST": post}
        found = _CHUNK.fullmatch(path)
        if not found or int(found[1]) > MAX_PERIOD:
            return {}
        period, chunk = int(found[1]), int(found[2])

        async def get(request: web.BaseRequest) -> Answer:
            return await self._blobs.get_chunk(request, period, chunk)

        return {"GET": get}

    def _rest_methods(self, path: str) -> dict[str, Handler]:
        """Of an answer that was cut: the rest of the same bytes."""
        found = _REST.fullmatch(path)
        if not found:
            return {}
        what, board, start = found[1], found[2], int(found[3])

        async def get(request: web.BaseRequest) -> Answer:
            return await self._shelf.rest(board, what == "rows", start)

        return {"GET": get}

    async def _directory(self, request: web.BaseRequest) -> Answer:
        return Answer(self._shelf.listed.data, BINARY)

    async def _board(self, request: web.BaseRequest) -> Answer:
        return await self._shelf.board(rows=False)

    async def _rows(self, request: web.BaseRequest) -> Answer:
        return await self._shelf.board(rows=True)

    async def _document(self, request: web.BaseRequest) -> Answer:
        if self._shelf.document is None:
            return self._pages.unavailable.answer(request, 503)
        return self._shelf.document.answer(request)

    async def _static(self, request: web.BaseRequest) -> Answer:
        return self._bundle[request.raw_path].answer(request)

    async def _exit(self, request: web.BaseRequest) -> Answer:
        return self._pages.exit.answer(request, extra=(CLEARS,))
