# SPDX-License-Identifier: AGPL-3.0-or-later
"""The people around a desk that is killed: sources who report and read all the time, an officer who replies."""

import asyncio
import os
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyotp

from bench.desk_ledger import DeskLedger
from bench.ledger import Broken
from dropbox.flows.drive import drive
from dropbox.flows.requests import GetBoard, GetDirectory, GetRows
from dropbox.flows.source.reading import read_board
from dropbox.flows.source.visit import Part, Visited, visit
from dropbox.flows.trust import Judged, judge
from dropbox.protocol.anchors import Anchor
from dropbox.protocol.body import Report, encode_body
from dropbox.protocol.constants import BODY_PART, ENTRY, KEY, MESSAGE_ID, TAG
from dropbox.protocol.envelope_format import split_body
from dropbox.protocol.errors import NoUnitReceives, RowsMismatch, UnitCannotReceive
from dropbox.transport.source import SourceConnection
from journalist_ui.casework.tags import MOST
from journalist_ui.refusals import DeskNotRunning, NoAnswer
from journalist_ui.shapes.asked import Asked
from journalist_ui.shapes.cases import Cases
from journalist_ui.shapes.conversation import Show
from journalist_ui.shapes.decisions import Decide
from journalist_ui.shapes.flood import ShowFlood, TakeOut
from journalist_ui.shapes.handling import SetUrgent, Shelve
from journalist_ui.shapes.links import Link
from journalist_ui.shapes.notes import AddNote
from journalist_ui.shapes.outcomes import SetOutcome
from journalist_ui.shapes.replies import Reply
from journalist_ui.shapes.sessions import Login
from journalist_ui.shapes.tags import Tag
from journalist_ui.socket.client import Answered, ask_desk, socket_of
from tests.desk.live import MEMBER_PASSPHRASE, PERIOD, LiveDesk

PAUSE = 0.4
READ_EVERY = 4
PATIENCE = 150
"""Periods in which nothing can be sealed to the desk, after which it counts as stuck."""
AT_ONCE = 5
"""Cases that an officer takes out of the flood box at one sign-in."""
STEP = 30
"""Seconds for which a one-time code is shown."""


@dataclass
class Sources:
    """Ever new sources, each with one report of one to three parts; between the reports all of them read the board."""

    url: str
    anchor: Anchor
    slug: str
    ledger: DeskLedger
    chance: random.Random
    failure: Exception | None = None
    secrets: dict[str, bytes] = field(default_factory=dict)
    quiet: bool = False
    """No new reports any more, only reading."""
    settled: bool = False
    """All have read since it became quiet."""

    def __post_init__(self) -> None:
        self.ready = threading.Event()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self.run, daemon=True)

    def start(self) -> None:
        """Report and read in a thread, once the board lets them."""
        self._thread.start()

    def run(self) -> None:
        """Until `end`; what goes wrong is kept for `check`."""
        try:
            asyncio.run(self._live())
        except Exception as error:  # it is raised again by whoever looks at `failure`
            self.failure = error

    def end(self) -> None:
        """Let the turn that is under way finish."""
        self._end.set()
        self._thread.join(60)

    def check(self) -> None:
        """Raises what went wrong."""
        if self.failure is not None:
            raise self.failure

    async def _live(self) -> None:
        async with SourceConnection(self.url, patience=60) as transport:
            turn = 0
            while not self._end.is_set():
                if self.ready.is_set():
                    await self._turn(transport, turn)
                    turn += 1
                elif await self._receives(transport):
                    self.ready.set()
                await asyncio.sleep(PAUSE)

    async def _turn(self, transport: SourceConnection, turn: int) -> None:
        quiet = self.quiet
        if not quiet:
            await self._report(transport)
        if quiet or turn % READ_EVERY == 0:
            await self._read(transport)
            self.settled = quiet

    async def _visit(self, transport: SourceConnection, secret: bytes, part: Part | None) -> Visited:
        """A desk that dies again and again before it has published lets its keys run out: sources must wait then."""
        for _ in range(PATIENCE):
            flow = visit(self.anchor, secret, part, int(time.time()), os.urandom)
            visited = await drive(flow, transport.answer)
            if not isinstance(visited.refused, NoUnitReceives | UnitCannotReceive):
                return visited
            await asyncio.sleep(PERIOD)
        raise Broken(f"nothing could be sealed to the desk for {PATIENCE} periods")

    async def _receives(self, transport: SourceConnection) -> bool:
        judged = await self._judged(transport)
        proved = judged.proved(self.slug)
        return proved is not None and bool(proved.certs)

    async def _report(self, transport: SourceConnection) -> None:
        length = self.chance.choice((10, 900, BODY_PART, 2 * BODY_PART))
        text, secret, name = os.urandom(8).hex() + " " + "r" * length, os.urandom(KEY), os.urandom(MESSAGE_ID)
        pieces = split_body(encode_body(Report(text, ("discrimination",))))
        self.ledger.sent.add(text)
        periods = []
        for place, piece in enumerate(pieces, start=1):
            part = Part(self.slug, name, place, len(pieces), piece)
            visited = await self._visit(transport, secret, part)
            self._judge(visited.judged)
            if visited.receipt is None:
                raise Broken(f"a report could not be sent: {visited.refused!r}")
            periods.append(visited.receipt.period)
        self.secrets[text] = secret
        self.ledger.acknowledged[text] = max(periods)

    async def _judged(self, transport: SourceConnection) -> Judged:
        """The board as a source judges it, asked for once more where it was replaced meanwhile."""
        for again in (True, False):
            directory, board, rows = [
                await transport.answer(request) for request in (GetDirectory(), GetBoard(), GetRows())
            ]
            try:
                return judge(self.anchor, directory, board, rows, int(time.time()))
            except RowsMismatch:
                if not again:
                    raise
        raise Broken("no board")

    def _judge(self, judged: Judged) -> None:
        """A source must have nothing to say against the board."""
        if judged.warnings or judged.proved(self.slug) is None:
            raise Broken(f"a source warns of {[warned.code for warned in judged.warnings]}")

    async def _read(self, transport: SourceConnection) -> None:
        """One board for all sources; who finds something new visits by themselves, and so acknowledges it."""
        judged = await self._judged(transport)
        self._judge(judged)
        for batch in (unit.batch for unit in judged.units if unit.batch):
            tags = [batch.rows[at : at + TAG] for at in range(0, len(batch.rows), ENTRY)]
            self.ledger.check_batch(batch.manifest.period, batch.manifest.rows_hash, tags)
        for text, secret in list(self.secrets.items()):
            for found in read_board(judged.units, secret):
                self.ledger.check_collected(text, found.collected)
                if found.read.failed:
                    raise Broken("a row under a source's tag does not open")
                if self.ledger.check_read(text, {one.number: one.text for one in found.texts}):
                    await self._visit(transport, secret, None)


class Officer:
    """Signs in when there is an unused one-time code, replies and works on cases until the desk dies."""

    def __init__(self, desk: LiveDesk, ledger: DeskLedger, chance: random.Random, replies: int) -> None:
        self._desk = desk
        self._ledger = ledger
        self._chance = chance
        self._replies = replies
        self._step = 0
        self._linked: set[frozenset[int]] = set()
        self._tagged = Counter[int]()
        self.unanswered = 0

    def _code(self) -> str:
        """The next unused code, empty when there is none yet."""
        present = int(time.time() // STEP)
        step = max(self._step + 1, present - 1)
        if step > present + 1:
            return ""
        self._step = step
        return str(pyotp.TOTP(self._desk.secrets["ada"]).at(step * STEP))

    def work(self, patient: bool = False) -> None:
        """One sign-in and some replies; ``patient`` waits for an unused code and for a case. Raises Answered when a
        desk that runs refuses a reply."""
        path = socket_of(self._desk.folder)
        try:
            if not (token := self._sign_in(path, patient)):
                return
            self._tidy(path, token, AT_ONCE)
            cases = ask_desk(path, Cases(), token).cases
            while patient and not cases:
                time.sleep(1)
                cases = ask_desk(path, Cases(), token).cases
            for _ in range(self._replies if cases else 0):
                number = self._chance.choice(cases).case
                report = ask_desk(path, Show(number), token).case.messages[0].text
                self._reply(path, token, number, report)
                self._act(path, token, number, [one.case for one in cases])
        except (DeskNotRunning, NoAnswer):
            return

    def tidy(self) -> None:
        """Nothing is set aside or in the flood box any more: what is in them is neither posted nor answered. The desk
        runs, and nobody kills it."""
        path = socket_of(self._desk.folder)
        self._tidy(path, self._sign_in(path, patient=True), None)

    def _sign_in(self, path: Path, patient: bool) -> str:
        """The session's token; empty when there is no unused code, or the desk refuses this one."""
        while not (code := self._code()):
            if not patient:
                return ""
            time.sleep(1)
        try:
            return ask_desk(path, Login("ada", MEMBER_PASSPHRASE, code)).token
        except Answered:
            return ""

    def _tidy(self, path: Path, token: str, most: int | None) -> None:
        """At most so many cases are taken out of the flood box."""
        for line in ask_desk(path, Cases(shelf="junk"), token).cases:
            self._shelve(path, token, line.case, "")
        for boxed in ask_desk(path, ShowFlood(), token).cases[:most]:
            ask_desk(path, TakeOut(boxed.case), token)
            self._ledger.taken.add(boxed.case)

    def _shelve(self, path: Path, token: str, number: int, shelf: str) -> None:
        allowed = self._ledger.shelves.setdefault(number, set())
        allowed.add(shelf)
        ask_desk(path, Shelve((number,), shelf), token)
        self._ledger.shelves[number] = {shelf}

    def _reply(self, path: Path, token: str, number: int, report: str) -> None:
        text = os.urandom(8).hex() + " " + "a" * self._chance.choice((10, 900, 1_800))
        self._ledger.tried[text] = report
        try:
            ask_desk(path, Reply(number, text, again=True), token)
        except (DeskNotRunning, NoAnswer):
            self.unanswered += 1
            raise
        self._ledger.accepted.add(text)

    def _act(self, path: Path, token: str, number: int, numbers: list[int]) -> None:
        """One act with a word by which it is known, or the case set aside and brought back."""
        word, other = os.urandom(8).hex(), self._chance.choice(numbers)
        acts: list[tuple[Asked[Any], int]] = [
            (Decide(number, self._chance.choice(("referral", "chis")), "no", word), 1),
            (SetOutcome(number, ("recorded",), word), 1),
            (AddNote(number, word), 1),
            (SetUrgent(number, self._chance.choice((True, False)), word), 1),
            (Shelve((number,), "junk"), 0),
        ]
        pair = frozenset((number, other))
        if len(pair) == 2 and pair not in self._linked:
            acts.append((Link(number, other, word), 2))
        if self._tagged[number] < MOST:
            acts.append((Tag(number, (word,)), 1))
        asked, times = self._chance.choice(acts)
        if isinstance(asked, Shelve):
            for shelf in ("junk", ""):
                self._shelve(path, token, number, shelf)
            return
        if isinstance(asked, Link):
            self._linked.add(pair)
        self._tagged[number] += isinstance(asked, Tag)
        self._ledger.asked[word] = times
        ask_desk(path, asked, token)
        self._ledger.done.add(word)
