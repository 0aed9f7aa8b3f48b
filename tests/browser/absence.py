# SPDX-License-Identifier: AGPL-3.0-or-later
"""A service of 41 days, on a real socket: a source reported on the first day, its unit answered on the next, and nobody
came for the answer. The last days are those of this machine's clock."""

import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from dropbox.flows.desk.collect import collect
from dropbox.flows.desk.opening import open_all
from dropbox.flows.desk.publish_batch import publish_batch
from dropbox.flows.desk.requests import BlobsThrough, MakeAuditHead, OpenEnvelopes, SettleBlobs, Steady
from dropbox.flows.desk.state import DeskContext, Keyring, Ledger, Text
from dropbox.flows.drive import drive
from dropbox.flows.source.visit import Part, visit
from dropbox.protocol.board import split_text
from dropbox.protocol.body import Report, encode_body
from dropbox.protocol.codename import encode_codename, entropy_from_random, stretch
from dropbox.protocol.constants import ENTROPY, HASH, MESSAGE_ID, EntryType
from dropbox.transport.desk import DeskConnection
from dropbox.transport.source import SourceConnection
from dropbox.words import codename_words
from tests.browser.pages_service import NORTH, make_world
from tests.browser.test_lies import publish
from tests.server.service import Clock, Running, running
from tests.server.world import World

AWAY = 40
"""Days, more than an unread text stands on the board."""
STAY, LINGER = 14, 3
ANSWER = "Who else was there?"


@dataclass
class Absence:
    """``codename`` is the source's; the northern unit's desk is at work each day that passes."""

    server: Running
    context: DeskContext
    folder: Path
    period: int
    codename: str = ""
    others: frozenset[int] = field(default=frozenset({NORTH}))

    @property
    def now(self) -> int:
        """Unix seconds, early in the present day."""
        return self.period * self.server.world.policy.period + 1

    async def _local(self, request: object) -> object:
        if isinstance(request, MakeAuditHead):
            return bytes(HASH)
        # Nobody sends files.
        match request:
            case BlobsThrough():
                return self.period, ()
            case Steady():
                return 0.0
            case SettleBlobs():
                return True
        return open_all(request.envelopes, request.keys) if isinstance(request, OpenEnvelopes) else None

    async def day(self, answer: str = "") -> None:
        """The next one: the desk collects, writes ``answer`` where there is one, and publishes, as the others do."""
        self.period += 1
        self.server.clock.set_period(self.period, 1)
        await self.server.tick()
        async with DeskConnection(self.server.address, None, self.folder) as service:
            await drive(collect(self.context, self.now), service.answer, self._local)
            if answer:
                (one,) = self.context.ledger.conversations.values()
                self.context.ledger.texts.add(Text(1, one.pseudonym, EntryType.TEXT, split_text(answer)))
                one.answered = True
            await drive(publish_batch(self.context, self.now, os.urandom), service.answer, self._local)
        await publish(self.server, self.period, self.others)

    async def report(self) -> None:
        """A source's, with a new codename."""
        entropy, service_id = entropy_from_random(os.urandom(ENTROPY)), self.server.world.service_id
        self.codename = " ".join(encode_codename(entropy, codename_words()))
        part = Part("unit-1", os.urandom(MESSAGE_ID), 1, 1, encode_body(Report("It was on a Tuesday.")))
        flow = visit(self.context.anchor, stretch(entropy, service_id), part, self.now, os.urandom)
        async with SourceConnection(self.server.address) as service:
            assert (await drive(flow, service.answer)).receipt is not None


def _world() -> World:
    world = make_world()
    world.policy = replace(world.policy, period=86_400, collect=3_600, stay=STAY, linger=LINGER, give_up=60)
    return world


@asynccontextmanager
async def absence(folder: Path) -> AsyncIterator[Absence]:
    """The source is about to come back on the last day."""
    world = _world()
    today = int(time.time()) // world.policy.period
    clock = Clock(world)
    clock.set_period(today - AWAY - 2)
    north = world.desks[NORTH]
    context = DeskContext(world.anchor.anchor, north.unit.unit_id, Keyring(signing_seed=north.seed), Ledger())
    async with running(folder, world, published=False, clock=clock) as server:
        await server.store.add_directory(1, world.sign_directory(period=today - AWAY - 2))
        await server.tick()
        gone = Absence(server, context, folder, today - AWAY - 2)
        await gone.day()
        await gone.report()
        await gone.day(ANSWER)
        while gone.period < today:
            await gone.day()
        yield gone
