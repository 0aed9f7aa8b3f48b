# SPDX-License-Identifier: AGPL-3.0-or-later
"""The requests of a desk's flows, over HTTP."""

from typing import assert_never

from dropbox.flows.desk.requests import BatchAnswer, GetIntakeState, GetSegment, PostBatch, ServerRequest
from dropbox.flows.requests import GetBoard, GetDirectory
from dropbox.protocol.batch import upload_size
from dropbox.protocol.constants import ANSWER, MAX_BOARD, MAX_DIRECTORY, MAX_QUOTA, MAX_SEGMENT_ENVELOPES
from dropbox.protocol.wire import segment_size

from .errors import Refused
from .http import Connection, refusal

NOT_SERVED = frozenset({"expired", "future"})
"""Refusals of a segment that the server no longer has, or not yet."""


class DeskConnection(Connection):
    """The network hand of a desk."""

    async def answer(self, request: ServerRequest) -> bytes | BatchAnswer | None:
        """Raises TransportFailed."""
        match request:
            case GetDirectory():
                return await self.get("/v1/directory", MAX_DIRECTORY)
            case GetBoard():
                return await self.get("/v1/board", MAX_BOARD)
            case GetIntakeState():
                return await self.get("/v1/intake", ANSWER)
            case GetSegment():
                return await self._segment(request)
            case PostBatch(upload):
                return await self._batch(upload)
        assert_never(request)

    async def _segment(self, request: GetSegment) -> bytes | None:
        headers = {"dropbox-unit": request.unit_id.hex(), "dropbox-signature": request.signature.hex()}
        try:
            return await self.get(f"/v1/intake/{request.period}", segment_size(MAX_SEGMENT_ENVELOPES), headers)
        except Refused as refused:
            if refused.refusal in NOT_SERVED:
                return None
            raise

    async def _batch(self, upload: bytes) -> BatchAnswer:
        status, data = await self.ask("POST", "/v1/batches", upload_size(MAX_QUOTA), upload)
        if status == 409 and len(data) != ANSWER:
            return BatchAnswer("batch-held", data)
        if status != 200:
            refused = refusal(data)
            if isinstance(refused, Refused):
                return BatchAnswer(refused.refusal)
            raise refused
        return BatchAnswer("published")
