# SPDX-License-Identifier: AGPL-3.0-or-later
"""The requests of a source's visit, over HTTP."""

import asyncio
import math
import time
from typing import assert_never

from dropbox.flows.requests import GetBoard, GetDirectory, GetRows
from dropbox.flows.source.requests import (
    GetPass,
    NotTaken,
    PassGone,
    PostBlob,
    PostEnvelope,
    ReadingBegins,
    ServerRequest,
)
from dropbox.protocol.blobs import pass_request
from dropbox.protocol.constants import ANSWER, MAX_BOARD, MAX_DIRECTORY

from . import limits
from .errors import Refused, TransportFailed
from .http import Connection, refusal

LAPSED = "pass-gone"
"""The refusal of a blob whose pass the server does not know, or not any more."""


class Watcher:
    """Told how a visit goes on. This one does not care."""

    def rows(self, came: int, of: int) -> None:
        """So many bytes of its rows have come, of so many."""

    def broke(self) -> None:
        """A request got no whole answer, and is about to be made again."""

    def admitted(self, blobs: int) -> None:
        """The service lets so many blobs in."""

    def blob_came(self) -> None:
        """It has one more of them."""

    def posting(self) -> None:
        """The envelope leaves now."""

    def busy(self) -> None:
        """Its receipt lets itself be waited for."""


class SourceConnection(Connection):
    """The network hand of one visit, or of several that may be known for one another's."""

    def __init__(
        self,
        service: str,
        socks: str | None = None,
        patience: float = limits.PATIENCE,
        after_board: float = 0.0,
        watcher: Watcher | None = None,
        grace: float = limits.GRACE,
    ) -> None:
        """As Connection. An envelope leaves ``after_board`` seconds, or a whole multiple of it, after the last rows
        arrived. Which one is settled before anything is read, with half of that time to read and seal: finding and
        opening take longer for some codenames than for others, and that must not show."""
        super().__init__(service, socks, patience, grace)
        self._after_board = after_board
        self._board_at = self._leaves = 0.0
        self._posting = False
        self._watcher = watcher or Watcher()

    def going_on(self) -> None:
        self._watcher.broke()

    async def answer(self, request: ServerRequest) -> bytes | NotTaken | PassGone | None:
        """Raises TransportFailed, but for an envelope, whose flow is told."""
        match request:
            case GetDirectory():
                return await self.get("/v1/directory", MAX_DIRECTORY)
            case GetBoard():
                return await self.get_through_cuts("/v1/board", MAX_BOARD)
            case GetRows():
                rows = await self.get_through_cuts("/v1/rows", MAX_BOARD, self._watcher.rows)
                self._board_at = time.monotonic()
                return rows
            case ReadingBegins():
                if self._after_board:
                    self._leaves = self._multiple(time.monotonic() + self._after_board / 2)
                return None
            case GetPass(blobs):
                answer = await self._paced("/v1/passes", pass_request(blobs))
                self._watcher.admitted(blobs)
                return answer
            case PostBlob(name, blob):
                return await self._blob(name, blob)
            case PostEnvelope(envelope):
                await self._steady_moment()
                return await self._post(envelope)
        assert_never(request)

    async def _paced(self, path: str, body: bytes) -> bytes:
        """A small answer to what leaves at a fixed time after the answer before it. Raises TransportFailed."""
        await self._steady_moment()
        try:
            status, data = await self.ask("POST", path, ANSWER, body)
        finally:
            self._board_at = time.monotonic()
        if status != 200:
            raise refusal(data)
        return data

    async def _blob(self, name: bytes, blob: bytes) -> bytes | PassGone:
        try:
            answer = await self._paced(f"/v1/blobs/{name.hex()}", blob)
        except Refused as refused:
            if refused.refusal == LAPSED:
                return PassGone()
            raise
        self._watcher.blob_came()
        return answer

    async def _post(self, envelope: bytes) -> bytes | NotTaken:
        """The receipt's bytes. A refusal in the server's own form says that nothing was taken, unless an earlier try
        got no answer."""
        self.broke, self._posting = False, True
        busy = asyncio.get_running_loop().call_later(limits.BUSY_AFTER, self._watcher.busy)
        try:
            status, data = await self.ask("POST", "/v1/envelopes", ANSWER, envelope)
            if status == 200:
                return data
            raise refusal(data)
        except TransportFailed as error:
            return NotTaken(error, perhaps=self.broke or not isinstance(error, Refused))
        finally:
            busy.cancel()
            # Where not even the connection came about.
            self.sending()

    def sending(self) -> None:
        """Told at the first try: what is done then must not move the request."""
        if self._posting:
            self._posting = False
            self._watcher.posting()

    def _multiple(self, moment: float) -> float:
        """The first whole multiple of ``after_board`` after the rows came, at least one, that is not before
        ``moment``."""
        passed = moment - self._board_at
        return self._board_at + max(1, math.ceil(passed / self._after_board)) * self._after_board

    async def _steady_moment(self) -> None:
        """Until what was settled; the next multiple where reading took longer all the same (step 7.1.5)."""
        if self._after_board:
            now = time.monotonic()
            await asyncio.sleep(max(self._leaves, self._multiple(now)) - now)
