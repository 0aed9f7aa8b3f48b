# SPDX-License-Identifier: AGPL-3.0-or-later
"""The intake: envelopes in, segments out to units that sign for them."""

from collections.abc import Callable

from aiohttp import web

from dropbox.http_edge.answers import BINARY, Answer, OpenedAnswer
from dropbox.http_edge.connection import caller_of, in_silence
from dropbox.protocol.constants import ENVELOPE
from dropbox.protocol.primitives import sha256
from dropbox.protocol.wire import IntakeState, Receipt, segment_header, verify_segment_request
from dropbox.server.ports import EnvelopeStore, ObjectGone, SegmentStore, StoreBusy, segment_name
from dropbox.server.turns import Turn, Where

from .admission import check_binary, read_body
from .error_answers import Refused
from .shelf import Shelf
from .unit_signature import check_unit_signature
from .waiting import Waiting

Clock = Callable[[], float]
MOST_LOOKED_UP = 8
"""Envelopes that are looked up at one time; of more than that none, so that what is looked up does not pile up."""


class Intake:
    """The three intake routes."""

    def __init__(
        self,
        envelopes: EnvelopeStore,
        segments: SegmentStore,
        shelf: Shelf,
        clock: Clock,
        waiting: Waiting,
        *,
        follows: bool = False,
    ) -> None:
        """``follows``: another process publishes, whose clock is believed, and this one's one period far."""
        self._follows = follows
        self._envelopes = envelopes
        self._segments = segments
        self._shelf = shelf
        self._clock = clock
        self._waiting = waiting
        self._looked_up = 0

    def period(self) -> int:
        """The server's present period; the stored one while the publisher's clock is not believed. A process that
        follows one keeps to the open period and the next."""
        shown, policy = self._shelf.shown, self._shelf.ready.policy
        if shown.held:
            return shown.open_period
        period = int(self._clock() // policy.period)
        return max(shown.open_period, min(period, shown.open_period + 1)) if self._follows else period

    async def follow(self) -> None:
        """Bring the supply to the present; at first with what the store holds. Raises what the store raises."""
        if not self._shelf.has_shown:
            return
        if not self._waiting.began:
            period, policy = self.target(), self._shelf.ready.policy
            kept = await self._envelopes.waiting(period)
            self._waiting.begin(period, policy.intake_per_period, policy.period, kept)
        self._refill()

    def _refill(self) -> None:
        policy = self._shelf.ready.policy
        self._waiting.follow(self.target(), policy.intake_per_period, policy.period)

    def target(self) -> int:
        """The period that an envelope or a blob joins: the open one, or the next, which the publisher is about to
        open."""
        return min(self.period(), self._shelf.shown.open_period + 1)

    async def post_envelope(self, request: web.BaseRequest) -> Answer:
        """Durable before the answer; the same envelope again gets the same receipt. Raises Refused."""
        if check_binary(request) != ENVELOPE:
            raise Refused("wrong-length")
        if self._shelf.ready and not self._shelf.takes:
            raise Refused("try-later")
        body = await read_body(request, ENVELOPE)
        envelope_id = sha256(body)
        self._refill()
        turn = self._waiting.ask(caller_of(request), lambda: request.transport is not None)
        try:
            period = await self._kept(turn, envelope_id)
            if period is None:
                with in_silence(request):
                    await self._waiting.wait(turn)
                cap = self._shelf.ready.policy.intake_per_period
                period = await self._envelopes.put(envelope_id, body, self.target(), cap)
                turn.bucket = None
        except StoreBusy:
            raise Refused("try-later") from None
        finally:
            self._waiting.leave(turn)
        return Answer(Receipt(envelope_id, period).answer())

    async def _kept(self, turn: Turn, envelope_id: bytes) -> int | None:
        """An envelope that is there already waits for nothing."""
        if turn.where is Where.ADMITTED or self._looked_up >= MOST_LOOKED_UP:
            return None
        self._looked_up += 1
        try:
            return await self._envelopes.kept(envelope_id)
        finally:
            self._looked_up -= 1

    async def get_state(self, request: web.BaseRequest) -> Answer:
        """Which segments are served. Raises Refused."""
        shown = self._shelf.shown
        return Answer(IntakeState(shown.open_period, shown.oldest_period).answer())

    async def get_segment(self, request: web.BaseRequest, period: int) -> Answer:
        """One segment, to a unit whose key signed for it. Raises Refused."""

        def verify(key: bytes, signature: bytes, service_id: bytes, unit_id: bytes) -> None:
            verify_segment_request(key, signature, service_id, unit_id, period)

        check_unit_signature(request, self._shelf, self.period(), verify)
        try:
            return await self._segment(period)
        except ObjectGone:  # closed this moment
            await self._shelf.follow()
            return await self._segment(period)

    async def _segment(self, period: int) -> Answer:
        shown = self._shelf.shown
        if period > shown.open_period:
            raise Refused("future")
        closed = period < shown.open_period
        if closed:
            kept = await self._segments.segment(period)
            if kept is None:
                # It may have gone this moment, which is said before it goes.
                await self._shelf.follow()
                if period < self._shelf.shown.oldest_period:
                    raise Refused("expired")
            # Between the oldest and the open one, a period without a row passed while no server ran.
            filled = kept is not None and kept.count > 0
        else:
            filled = shown.segment
        if filled:
            return OpenedAnswer(await self._shelf.open(segment_name(period, closed)))
        return Answer(segment_header(self._shelf.ready.service_id, period, closed, 0), BINARY)
