# SPDX-License-Identifier: AGPL-3.0-or-later
"""A desk visits the service as a source does, four times a period at drawn moments, whether it has anything to say or
not (docs/protocol.md, step 5.13): so a referral shows as nothing. It looks for what other units answer, too."""

import asyncio
import os
import secrets
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from dropbox.flows.drive import drive
from dropbox.flows.source.message import TRIES
from dropbox.flows.source.reading import FoundConversation, Reading
from dropbox.flows.source.requests import PostEnvelope
from dropbox.flows.source.visit import Part, Visited, visit
from dropbox.protocol.constants import KEY
from dropbox.protocol.reading import WholeText
from dropbox.shown.told import meanings
from dropbox.transport.errors import TransportFailed
from dropbox.transport.source import SourceConnection
from journalist_ui.log import log
from journalist_ui.vault import referrals
from journalist_ui.vault.referrals import Answered, Outgoing

from .engine import Engine
from .off_loop import off_loop
from .timetable import code_of

A_PERIOD = 4
"""Visits in each."""
RAREST = 10.0
"""Seconds of a quarter at least: a demonstration's periods are too short for more."""
AFTER_BOARD = 1.0
"""Seconds after the last byte of the rows at which an envelope leaves, or a multiple: as a source's command does."""
PAUSE = 5.0
"""Seconds before a visit is made again."""
LOOK = 60.0
"""Seconds after which a service that was not known is looked for again."""


class Visiting(Protocol):
    """The network hand of a visit."""

    async def answer(self, request: Any) -> object: ...  # the request itself checks the answer


Open = Callable[[], AbstractAsyncContextManager[Visiting, bool | None]]


@dataclass
class Visits:
    """``open_one`` gives the connection of one visit; over Tor each has a circuit of its own."""

    engine: Engine
    open_one: Open | None = None
    _next: float = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop``; a failure is logged as its code, and the next visit is made as ever."""
        while not stop.is_set():
            # First, or an end in the midst of it leaves a wait behind that nobody waits for.
            pause = await self.step()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)

    async def step(self) -> float:
        """Make the visit that is due; the seconds to wait for the next."""
        engine = self.engine
        if engine.policy is None or engine.state.unit() is None or not engine.state.checked:
            return LOOK if engine.policy is None else min(LOOK, engine.policy.period / A_PERIOD)
        now, length = engine.clock(), max(engine.policy.period / A_PERIOD, RAREST)
        if self._next <= now:
            if self._next:
                await self._try()
            # One in each quarter, at a moment of its own.
            draw = secrets.randbelow(1 << 20) / (1 << 20)
            self._next = (engine.clock() // length + 1 + draw) * length
        elif self._next - now > 2 * length:
            # The clock was ahead when it was drawn.
            self._next = now + length
        return max(self._next - engine.clock(), 0.01)

    async def _try(self) -> None:
        try:
            await self.make()
        except Exception as error:
            log("error", code_of(error))

    async def make(self) -> None:
        """One visit: with the referral that waits longest, or one that was refused, else to look for answers to one
        that left, else with a decoy; made again as a source's is. Raises ProtocolError, TransportFailed."""
        found = await off_loop(self._choose)
        part = None
        if found is not None and found.body:
            part = Part(found.slug, found.message_id, 1, 1, found.body, found.force)
        for left in range(TRIES - 1, -1, -1):
            try:
                visited = await self._visit(found, part)
            except TransportFailed:
                if not left:
                    raise
            else:
                if visited.fault is None or not isinstance(visited.fault.reason, TransportFailed) or not left:
                    break
            await asyncio.sleep(PAUSE)
        if found is not None and part is not None:
            await off_loop(partial(self._keep_sent, found, visited))

    def _choose(self) -> Outgoing | None:
        engine = self.engine
        now = engine.now_period()
        since = now - (engine.policy.give_up if engine.policy else 0)
        with engine.vault.writing() as connection:
            referrals.forget_secrets(connection, since)
            if waiting := referrals.next_to_send(connection, now):
                return waiting
            # One that nobody can receive has every second visit, and keeps no other back.
            refused, sent = referrals.refused_before(connection), referrals.sent_since(connection, since)
            chosen = refused if refused and (not sent or secrets.randbelow(2)) else sent
            return referrals.read_outgoing(connection, secrets.choice(chosen)) if chosen else None

    async def _visit(self, found: Outgoing | None, part: Part | None) -> Visited:
        engine = self.engine
        secret = found.secret if found is not None else os.urandom(KEY)
        async with (self.open_one or self._connect)() as connection:

            async def network(request: Any) -> object:  # as the hand takes it
                # What was read is kept before anything acknowledges it; whatever that was, it takes as long.
                if isinstance(request, PostEnvelope):
                    await off_loop(partial(self._keep_read, found, request.reading))
                return await connection.answer(request)

            flow = visit(engine.anchor, secret, part, int(engine.clock()), os.urandom)
            return await drive(flow, network, _no_clock, off_loop)

    def _connect(self) -> SourceConnection:
        settings = self.engine.settings
        return SourceConnection(settings.service, settings.tor or None, after_board=AFTER_BOARD)

    def _keep_read(self, found: Outgoing | None, reading: Reading | None) -> None:
        with self.engine.vault.writing() as connection:
            if found is None or reading is None:
                return
            mine = [one for one in reading.conversations if one.unit.unit.slug == found.slug]
            if found.body and any(one.collected for one in mine):
                referrals.note_collected(connection, found.id)
            referrals.note_answers(connection, found.id, [_answer(one, text) for one in mine for text in one.texts])

    def _keep_sent(self, found: Outgoing, visited: Visited) -> None:
        with self.engine.vault.writing() as connection:
            if visited.receipt is not None:
                # By this desk's clock: a receipt is not signed.
                referrals.note_sent(connection, found.id, self.engine.now_period())
            elif visited.refused is not None:
                referrals.note_refused(connection, found.id, visited.refused.code)


def _answer(found: FoundConversation, text: WholeText) -> Answered:
    return Answered(text.number, found.unit.newest, text.type.name.lower().replace("_", "-"), _words(text))


async def _no_clock(request: object) -> bool:
    """A desk goes by its own clock, of which its officers are told where it seems wrong."""
    return False


def _words(text: WholeText) -> str:
    """All that another unit says in it, as words."""
    asked = [one.ask for one in text.questions]
    return "\n".join([*meanings(text.kinds), *asked, text.text]).strip()
