# SPDX-License-Identifier: AGPL-3.0-or-later
"""kill -9 of a real `dropbox-desk serve` at random points while it collects and publishes.

A service with periods of four seconds; sources report and read all the time; an officer replies, works on cases with
every verb that writes to one, and takes cases out of the flood box. After each kill a copy of the dead desk's disk is
opened: no act that was answered is missing, and none is there by half. What the board shows is judged all the time, as
a source does. A service serves for ROUND kills; then all that was promised must arrive, and a new one takes its place.
"""

import os
import random
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pyotp

from bench.desk_ledger import DeskLedger
from bench.desk_people import Officer, Sources
from bench.ledger import Broken
from bench.processes import make_service, served
from dropbox.protocol.armour import dearmour
from dropbox.protocol.constants import UnitKind
from dropbox.protocol.enrolment import verify_enrolment
from dropbox.protocol.units import Unit, UnitKey
from journalist_ui.casework import decisions, flood, links, notes, outcomes
from journalist_ui.casework.cases import open_case, open_tags, read_tags
from journalist_ui.casework.conversation import SourceMessage
from journalist_ui.daemon.audit_log import check_offline
from journalist_ui.daemon.desk_key import stretch_desk_key
from journalist_ui.daemon.keyring import KEYRING_FILE, KeyringStore
from journalist_ui.daemon.schedule import publish_instant
from journalist_ui.daemon.settings import read_settings, write_settings
from journalist_ui.people.members import read_member
from journalist_ui.people.session import Session
from journalist_ui.people.sign_in import Unlocked, prove
from journalist_ui.shapes.upkeep import Status
from journalist_ui.socket.client import ask_desk, socket_of
from journalist_ui.vault.database import VAULT_FILE, open_vault
from journalist_ui.vault.ledger import load_ledger
from tests.desk.live import DESK_PASSPHRASE, MEMBER_PASSPHRASE, PERIOD, LiveDesk, must
from tests.desk.reader import Reader
from tests.server.world import DeskTwin, World

POLICY = {
    "period": PERIOD,
    "collect": PERIOD,
    "stay": 60,
    "linger": 5,
    "retention": 60,
    "epoch": 10,
    "give_up": 3_600,
    # Longer than a desk lies dead between kills, on a busy machine too.
    "silent_after": 60,
    "clock_slack": 60,
    "head_life": 20_000,
}
SLUG = "north"
QUOTA = 8
MARKS = 1_024
"""For every source of a service: each waits for its report to be counted."""
ROUND = 20
REPLIES = 16
"""An officer's replies at one sign-in, of which there is one in 30 seconds: more than the batches of most periods
carry, so that some are waiting nearly always."""
FLOOD_AFTER = 6
"""New cases of a day, which is the whole of a service here: the others lie in the flood box until they are taken."""
ARRIVES_WITHIN = 300.0
OFFICER_WITHIN = 240.0
SETTLES_WITHIN = 60.0


@dataclass
class DeskTotals:
    """What a campaign has counted so far."""

    kills: int = 0
    kills_with_a_batch_on_its_way: int = 0
    reports: int = 0
    replies: int = 0
    unanswered: int = 0
    checks: int = 0


class DeskCampaign:
    """One service whose desk is killed many times. ``open_campaign`` makes one."""

    def __init__(self, desk: LiveDesk, sources: Sources, totals: DeskTotals, replies: int = REPLIES) -> None:
        self.desk = desk
        self.totals = totals
        self.ledger = sources.ledger
        self.sources = sources
        self.officer = Officer(desk, self.ledger, sources.chance, replies)
        self._settings = replace(read_settings(desk.folder), flood_after=FLOOD_AFTER)
        write_settings(desk.folder, self._settings)
        self._key = stretch_desk_key(DESK_PASSPHRASE, self._settings.salt)
        self._policy = replace(World(units=0).policy, **POLICY)
        self._counted = DeskTotals()
        self._unlocked = self._unlock()

    def _unlock(self) -> Unlocked:
        """The member's key, by which the dead desk's cases are read. The desk has never run yet."""
        vault = open_vault(self.desk.folder / VAULT_FILE, self._key)
        try:
            with vault.reading() as connection:
                row = read_member(connection, "ada")
            code = pyotp.TOTP(self.desk.secrets["ada"]).now()
            return prove(row, MEMBER_PASSPHRASE, code, time.time())[0]
        finally:
            vault.close()

    def cycle(self, patient: bool = False) -> None:
        """Start, let it work, kill, look at the disk. ``patient`` lets the officer write first, however slow all is.
        Raises Broken."""
        self.desk.start()
        working = threading.Thread(target=self.officer.work, args=(patient,))
        working.start()
        if patient:
            working.join(OFFICER_WITHIN)
        time.sleep(self._delay())
        self.desk.stop(signal.SIGKILL)
        working.join()
        self.sources.check()
        self.totals.kills += 1
        self.totals.kills_with_a_batch_on_its_way += self.check_disk()
        self._count()

    def _delay(self) -> float:
        """Four in ten fall in the first work after a start, three at the instant of publishing, the others anywhere."""
        chance = self.sources.chance
        roll = chance.random()
        if roll < 0.4:
            return chance.uniform(0.0, 0.2)
        if roll < 0.7:
            now = time.time()
            instant = publish_instant(self._policy, self._settings.unit_id, int(now // PERIOD))
            return (instant - now) % PERIOD + chance.uniform(0.0, 0.06)
        return chance.uniform(0.2, PERIOD)

    def check_disk(self) -> bool:
        """Open a copy of the dead desk's vault and keyring, so that a restart finds them as the kill left them. Whether
        a batch was on its way. Raises Broken."""
        with tempfile.TemporaryDirectory(prefix="dropbox-crash-") as name:
            copy = Path(name)
            for file in self.desk.folder.glob(f"{VAULT_FILE}*"):
                shutil.copyfile(file, copy / file.name)
            shutil.copyfile(self.desk.folder / KEYRING_FILE, copy / KEYRING_FILE)
            vault = open_vault(copy / VAULT_FILE, self._key)
            try:
                session = Reader(vault, Session.of(self._unlocked))
                self.ledger.check_shelves({line.number: line.shelf for line in session.lines()})
                _empty_flood(session)
                numbers = [line.number for line in session.cases()]
                cases = [session.show(number, 0) for number in numbers]
                self.ledger.check_acts(_reasons(session, numbers))
                through = load_ledger(vault).processed_through
            finally:
                vault.close()
            messages = [one for case in cases for one in case.messages if isinstance(one, SourceMessage)]
            self.ledger.check_vault([one.report.text if one.report else one.raw for one in messages], through)
            return KeyringStore(copy, self._key).load().pending is not None

    def _count(self) -> None:
        """Add to the totals what this service counts beyond what was added before."""
        now = DeskTotals(
            reports=len(self.ledger.acknowledged),
            replies=len(self.ledger.accepted),
            unanswered=self.officer.unanswered,
            checks=self.ledger.checked,
        )
        for name in ("reports", "replies", "unanswered", "checks"):
            added = getattr(now, name) - getattr(self._counted, name)
            setattr(self.totals, name, getattr(self.totals, name) + added)
        self._counted = now

    def _lasting_notices(self) -> list[str]:
        """What the desk warns of and goes on warning of: a period is four seconds here, and a busy machine shows a
        batch a period late, which a desk rightly tells until the next board."""
        until = time.monotonic() + SETTLES_WITHIN
        while True:
            notices = [one.code for one in ask_desk(socket_of(self.desk.folder), Status()).notices]
            if not notices or time.monotonic() > until:
                return notices
            time.sleep(PERIOD / 4)

    def finish(self) -> None:
        """After the last kill: nobody writes any more, and all that was promised arrives. Raises Broken."""
        self.sources.quiet = True
        self.desk.start()
        self.desk.ready()
        self.officer.tidy()
        until = time.monotonic() + ARRIVES_WITHIN
        while self.ledger.open_ends() or not self.sources.settled:
            self.sources.check()
            if time.monotonic() > until:
                raise Broken(f"after {ARRIVES_WITHIN:.0f} s there are {', '.join(self.ledger.open_ends())}")
            time.sleep(0.2)
        notices = self._lasting_notices()
        self.sources.end()
        self.sources.check()
        self.desk.stop(signal.SIGKILL)
        self.check_disk()
        if missing := self.ledger.acknowledged.keys() - self.ledger.in_vault:
            raise Broken(f"{len(missing)} acknowledged reports never came into the vault")
        if notices:
            raise Broken(f"the desk warns its officers of {notices}")
        found = check_offline(self.desk.folder, DESK_PASSPHRASE)
        if not (found.holds and found.board and found.batches):
            raise Broken(f"the audit log is not the one that was published: {found}")
        self._count()


def _empty_flood(session: Reader) -> None:
    """Each case of it becomes one of its own, in this copy of a vault, so that all of its messages can be read."""
    while True:
        # A page at a time: what is taken out leaves the first one to the next.
        with session.vault.reading() as connection:
            boxed = flood.list_flood(connection, session.holder, 1, declared=False)
        if not boxed:
            return
        for one in boxed:
            with session.vault.reading() as connection:
                taking = flood.read_out(connection, session.holder, one.number)
            sealing = taking.seal(os.urandom)
            with session.vault.writing() as connection:
                flood.take_out(connection, sealing, 0)


def _reasons(session: Reader, numbers: list[int]) -> Iterator[str]:
    """Of each act in these cases, its reason or whatever it is known by."""
    with session.vault.reading() as connection:
        sealed = read_tags(connection, numbers)
        for number in numbers:
            case = open_case(connection, session.holder, number)
            yield from (
                one.reason for one in decisions.open_decisions(case, decisions.read_decisions(connection, number))
            )
            yield from (one.reason for one in outcomes.open_outcomes(case, outcomes.read_outcomes(connection, number)))
            yield from (one.reason for one in links.read_links(connection, session.holder, case) if one.proved)
            yield from (one.text.split()[-1] for one in notes.open_notes(case, notes.read_notes(connection, number)))
            yield from open_tags(case, sealed.get(number, b""))


def _enrol(world: World, folder: Path, desk: LiveDesk) -> None:
    """List the desk in a new directory, and publish that."""
    made = desk.init(backup=str(folder / "backup")).json["enrolment"]
    enrolled = verify_enrolment(dearmour("ENROLMENT", Path(made).read_bytes()))
    unit = Unit(
        unit_id=enrolled.unit_id,
        slug=SLUG,
        name=enrolled.name,
        kind=UnitKind.FORCE_UNIT,
        forces=(),
        keys=(UnitKey(enrolled.signing_public, 1),),
        contact_pk=b"",
        first_period=1,
        not_after=0xFFFF_FFF0,
        rows=QUOTA,
        marks=MARKS,
    )
    world.desks.append(DeskTwin(unit, b""))
    text = folder / "directory.txt"
    text.write_bytes(world.directory_text(period=int(time.time() // PERIOD)))
    must("dropbox-admin", "directory", "publish", "--config", folder / "server.toml", "--directory", text)


@contextmanager
def open_campaign(folder: Path, totals: DeskTotals, seed: int, replies: int = REPLIES) -> Iterator[DeskCampaign]:
    """A running server, sources at work, and a desk that has published once and is not running."""
    world, config = make_service(folder, "", full_board=False, quotas=(), **POLICY)
    chance = random.Random(seed)  # noqa: S311 - when to kill is no secret, and should be repeatable
    (folder / "backup").mkdir(mode=0o700)
    with ExitStack() as stack:
        server = stack.enter_context(served(folder, world, config))
        url = f"http://127.0.0.1:{server.port}"
        desk = LiveDesk(folder / SLUG, url, folder / "anchor.txt")
        _enrol(world, folder, desk)
        sources = Sources(url, world.anchor.anchor, SLUG, DeskLedger(), chance)
        campaign = DeskCampaign(desk, sources, totals, replies)
        stack.callback(lambda: desk.process and desk.stop(signal.SIGKILL))
        desk.start()
        sources.start()
        stack.callback(sources.end)
        if not sources.ready.wait(ARRIVES_WITHIN):
            raise Broken("the first batch never came onto the board")
        desk.stop(signal.SIGKILL)
        yield campaign
