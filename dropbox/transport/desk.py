# SPDX-License-Identifier: AGPL-3.0-or-later
"""The requests of a desk's flows, over HTTP."""

import asyncio
from pathlib import Path
from types import TracebackType
from typing import assert_never

from dropbox.flows.desk.requests import (
    BatchAnswer,
    GetBlobs,
    GetIntakeState,
    GetSegment,
    PostBatch,
    ReadSegment,
    ServerRequest,
)
from dropbox.flows.requests import GetBoard, GetDirectory, GetRows
from dropbox.local.spool import Spool
from dropbox.protocol.batches import upload_size
from dropbox.protocol.constants import (
    ANSWER,
    BLOBS_CHUNK,
    MAX_BOARD,
    MAX_DIRECTORY,
    MAX_MARKS,
    MAX_ROWS,
    MAX_SEGMENT_ENVELOPES,
)
from dropbox.protocol.wire import segment_size

from . import limits
from .errors import Refused, TransportFailed
from .http import Connection, refusal

NOT_SERVED = frozenset({"expired", "future"})
"""Refusals of a segment that the server no longer has, or not yet."""
NO_BLOBS = NOT_SERVED | {"unknown-path"}
"""The same of blobs; the last of a server of an earlier release, which has none."""


class DeskConnection(Connection):
    """The network hand of a desk. A segment is put aside in ``folder``, under no name, until the next or the end."""

    def __init__(
        self,
        service: str,
        socks: str | None,
        folder: Path,
        patience: float = limits.PATIENCE,
        grace: float = limits.GRACE,
    ) -> None:
        """As Connection."""
        super().__init__(service, socks, patience, grace)
        self._folder = folder
        self._aside: Spool | None = None

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._aside is not None:
            self._aside.close()
        await super().__aexit__(kind, error, trace)

    async def answer(self, request: ServerRequest) -> bytes | int | BatchAnswer | None:
        """Raises TransportFailed; OSError where a segment cannot be put aside."""
        match request:
            case GetDirectory():
                return await self.get("/v1/directory", MAX_DIRECTORY)
            case GetBoard():
                return await self.get_through_cuts("/v1/board", MAX_BOARD)
            case GetRows():
                return await self.get_through_cuts("/v1/rows", MAX_BOARD)
            case GetIntakeState():
                return await self.get("/v1/intake", ANSWER)
            case GetSegment():
                return await self._segment(request)
            case ReadSegment(start, size):
                return await asyncio.to_thread(self._spool().read, start, size)
            case GetBlobs():
                return await self._blobs(request)
            case PostBatch(upload):
                return await self._batch(upload)
        assert_never(request)

    def _spool(self) -> Spool:
        if self._aside is None:
            self._aside = Spool(self._folder)
        return self._aside

    async def _segment(self, request: GetSegment) -> int | None:
        headers = {"dropbox-unit": request.unit_id.hex(), "dropbox-signature": request.signature.hex()}
        path, aside = f"/v1/intake/{request.period}", self._spool()
        status, data = await self.ask("GET", path, segment_size(MAX_SEGMENT_ENVELOPES), headers=headers, aside=aside)
        if status == 200:
            return aside.size
        refused = refusal(data)
        if isinstance(refused, Refused) and refused.refusal in NOT_SERVED:
            return None
        raise refused

    async def _blobs(self, request: GetBlobs) -> bytes | None:
        headers = {"dropbox-unit": request.unit_id.hex(), "dropbox-signature": request.signature.hex()}
        path = f"/v1/blobs/{request.period}/{request.chunk}"
        try:
            status, data = await self.ask("GET", path, BLOBS_CHUNK, headers=headers)
        except TransportFailed:
            return b""
        if status == 200:
            return data
        refused = refusal(data)
        return None if isinstance(refused, Refused) and refused.refusal in NO_BLOBS else b""

    async def _batch(self, upload: bytes) -> BatchAnswer:
        status, data = await self.ask("POST", "/v1/batches", upload_size(MAX_ROWS, MAX_MARKS), upload)
        if status == 409 and len(data) != ANSWER:
            return BatchAnswer("batch-held", data)
        if status != 200:
            refused = refusal(data)
            if isinstance(refused, Refused):
                return BatchAnswer(refused.refusal)
            raise refused
        return BatchAnswer("published")
