# SPDX-License-Identifier: AGPL-3.0-or-later
"""The desk's engine: runs the flows against vault, keyring and service, one at a time.

When a flow fails or is stopped in its middle, what is in memory may be ahead of the disk; so the next run reads keyring
and ledger from the disk again, and nothing half-done is built upon.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol, assert_never

from dropbox.flows.desk.collect import CollectResult, collect
from dropbox.flows.desk.notice import Notice
from dropbox.flows.desk.publish_batch import PublishResult, publish_batch
from dropbox.flows.desk.requests import (
    BlobWork,
    CommitVault,
    DeskWork,
    MakeAuditHead,
    OpenEnvelopes,
    SaveKeyring,
    ServerRequest,
)
from dropbox.flows.desk.state import DeskContext, Text
from dropbox.flows.drive import drive
from dropbox.protocol.anchors import Anchor
from dropbox.protocol.policy import Policy
from dropbox.transport.desk import DeskConnection
from journalist_ui.refusals import BackupFailed, BackupsGone, NotYet
from journalist_ui.vault.backup import BACKUP_DAY, refuse_other_disk, try_folder, write_backup
from journalist_ui.vault.database import Vault, read_meta, write_meta
from journalist_ui.vault.ledger import commit, load_ledger
from journalist_ui.vault.published import make_head

from .audit_log import compare_with_told, take_up_log
from .blob_folder import BlobFolder
from .failures import failure_of
from .holdings_file import keep_holdings
from .keyring import KeyringStore
from .notice_log import iso_day, remember_notices
from .notices import LASTING
from .off_loop import off_loop
from .schedule import next_publish, publish_due
from .settings import DeskSettings, kept_beside
from .trial_opening import Found, TrialOpening

DAY = 86_400
_OF_BACKUPS = (BackupFailed.code, BackupsGone.code)


class Transport(Protocol):
    """What the engine needs of dropbox.transport.desk.DeskConnection."""

    async def answer(self, request: ServerRequest) -> object:
        """The network hand of the flows' driver."""


OpenTransport = Callable[[], AbstractAsyncContextManager[Transport]]


@dataclass
class Synced:
    """What a run did: messages that became whole, and whether a batch reached the server."""

    new: int = 0
    published: bool = False


@dataclass
class Standing:
    """The notices of the last run of each kind, which stand until the next one."""

    collect: list[Notice] = field(default_factory=list)
    publish: list[Notice] = field(default_factory=list)
    failure: list[Notice] = field(default_factory=list)
    reminders: list[Notice] = field(default_factory=list)

    def all(self) -> list[Notice]:
        """Each once."""
        found = [*self.failure, *self.collect, *self.publish, *self.reminders]
        return [notice for at, notice in enumerate(found) if notice not in found[:at]]


class Engine:
    """One desk at work. ``clock`` gives unix seconds; ``transport`` opens a connection to the service."""

    def __init__(
        self,
        settings: DeskSettings,
        anchor: Anchor,
        vault: Vault,
        store: KeyringStore,
        *,
        clock: Callable[[], float] = time.time,
        transport: OpenTransport | None = None,
        opening: TrialOpening | None = None,
    ) -> None:
        """``opening`` is whoever made it to close; without one envelopes are opened in a thread. Raises
        KeyringUnusable."""
        self.settings = settings
        self.vault = vault
        self.clock = clock
        self.standing = Standing()
        self._anchor = anchor
        self._store = store
        self.blobs = BlobFolder(vault, store.folder)
        self._open = transport or self._http
        self._opening = opening or TrialOpening(apart=False)
        self._epochs: frozenset[int] = frozenset()
        self._working = asyncio.Lock()
        self._backing_up = asyncio.Lock()
        self._replies: list[Text] = []
        self._aside: list[tuple[bytes, bool]] = []
        self._stale = False
        self._seconds = DAY
        self.state = self._load()

    def _http(self) -> AbstractAsyncContextManager[Transport]:
        return DeskConnection(self.settings.service, self.settings.tor or None, self._store.folder)

    def _load(self) -> DeskContext:
        """Keyring and ledger as they are on the disk."""
        with self.vault.reading() as connection:
            self._seconds = int(read_meta(connection, "period_seconds", str(DAY)))
        return DeskContext(
            anchor=self._anchor,
            unit_id=self.settings.unit_id,
            keyring=take_up_log(self.vault, self._store, self.clock),
            ledger=load_ledger(self.vault),
            has_backup=self.settings.backup_folder is not None,
        )

    def _reload(self) -> None:
        directory = self.state.directory
        self._replies, self._aside = [], []
        self.state = self._load()
        self.state.directory = directory
        self._stale = False

    @property
    def anchor(self) -> Anchor:
        """The service's, as it was pinned."""
        return self._anchor

    @property
    def service_id(self) -> bytes:
        """16 bytes."""
        return self._anchor.service_id

    # --- time ---

    @property
    def policy(self) -> Policy | None:
        """The service's numbers; None before its directory was first fetched."""
        return self.state.directory.policy if self.state.directory else None

    @property
    def day(self) -> int:
        """Days of unix time, for the audit log."""
        return int(self.clock() // DAY)

    def now_period(self) -> int:
        """The period of this machine's clock."""
        return int(self.clock() // self.period_seconds())

    def period_seconds(self) -> int:
        """Of the directory held, or of the last one that was."""
        return self.policy.period if self.policy is not None else self._seconds

    def newest_batch(self) -> int:
        """The period of this unit's newest batch that the service has; 0 before the first."""
        return self.state.keyring.published_period

    def next_batch(self) -> float | None:
        """When the next batch leaves, in unix seconds; None while the service does not list this unit."""
        if self.policy is None or self.state.unit() is None:
            return None
        return next_publish(self.policy, self.settings.unit_id, self.shown_period(), self.clock())

    def shown_period(self) -> int:
        """Of the newest own batch; 0 where there was none of today's form, the board shows none and none was made in
        this period, as after a release whose board has another: then nothing can be sealed to the unit, and the next
        batch is due at once. A server that hides a batch moves nothing."""
        keyring, never = self.state.keyring, not self.state.keyring.history
        if never and self.state.own_manifest is None and self.state.checked and keyring.built < self.now_period():
            return 0
        return keyring.published_period

    async def sync(self, *, publish: bool = True) -> Synced:
        """Fetch, open, acknowledge; publish what is due now. Raises TransportFailed, BackupFailed, ProtocolError,
        OSError, SQLAlchemyError; the standing notices say the same."""
        async with self._working:
            done = Synced()
            async with self._guarded(), self._open() as transport:
                await self._collect(transport, done)
                if publish and self._due():
                    await self._publish(transport, done)
            return done

    async def publish(self) -> Synced:
        """Publish what is due now, without collecting first where the board was compared before. Raises as sync."""
        if self._stale or not self.state.checked:
            return await self.sync()
        async with self._working:
            done = Synced()
            async with self._guarded(), self._open() as transport:
                if self._due():
                    await self._publish(transport, done)
            return done

    def _due(self) -> bool:
        keyring = self.state.keyring
        if self.policy is None or self.state.unit() is None:
            return False
        return keyring.pending is not None or publish_due(
            self.policy, self.settings.unit_id, self.shown_period(), self.clock()
        )

    def batch_missing(self) -> bool:
        """Whether no batch of the period has left although its hour is past, or none can."""
        return self.state.unit() is None or self._due()

    @asynccontextmanager
    async def _guarded(self) -> AsyncIterator[None]:
        if self._stale:
            await off_loop(self._reload)
        self._stale = True
        try:
            self._take_replies()
            yield
        except Exception as error:
            self.standing.failure = [failure_of(error)]
            raise
        self._stale = False
        before, self.standing.failure = self.standing.failure, []
        if any(one.code in _OF_BACKUPS for one in before):
            # A run that was due no batch has written no backup: what is wrong there stands until it is right.
            await off_loop(self.try_backup_folder)

    def _take_replies(self) -> None:
        """Let the flows see what officers wrote since the last run; the vault holds it already."""
        for text in self._replies:
            # What was stored while the ledger was read again is in it, and may be further on its way already.
            if text.id not in self.state.ledger.texts:
                self.state.ledger.texts.add(text)
            if found := self.state.ledger.conversations.get(text.pseudonym):
                found.answered = True
        for pseudonym, aside in self._aside:
            self.state.ledger.set_aside(pseudonym, aside)
        self._replies, self._aside = [], []

    async def _collect(self, transport: Transport, done: Synced) -> None:
        before, result = self.policy, CollectResult()
        self.standing.collect = result.notices
        try:
            await drive(collect(self.state, int(self.clock()), result), transport.answer, self._work, off_loop)
        finally:
            done.new += result.new
            await off_loop(self._remember)
        await off_loop(self._compare_audit)
        if self.policy is not None and self.policy != before:
            await off_loop(partial(self._note_period, self.policy.period))

    def _name_days(self, notices: list[Notice]) -> None:
        """A flow knows periods alone."""
        for notice in notices:
            if notice.code == "intake-flooded":
                notice.values["day"] = iso_day(int(notice.values["period"]), self.period_seconds())

    def _note_period(self, seconds: int) -> None:
        self._seconds = seconds
        with self.vault.writing() as connection:
            write_meta(connection, "period_seconds", seconds)

    def _compare_audit(self) -> None:
        """What was published of the audit log against the log itself."""
        seconds = self.policy.period if self.policy else DAY
        compare_with_told(self.vault, self.state.own_manifest, seconds, self.day)

    async def _publish(self, transport: Transport, done: Synced) -> None:
        self._take_replies()
        result = PublishResult()
        self.standing.publish = result.notices
        try:
            flow = publish_batch(self.state, int(self.clock()), os.urandom, result)
            await drive(flow, transport.answer, self._work, off_loop)
        finally:
            done.published |= result.published
            await off_loop(self._remember)

    def _make_head(self, period: int) -> bytes:
        with self.vault.writing() as connection:
            return make_head(connection, period, self.vault.random)

    async def _work(self, request: DeskWork) -> Found | bytes | float | tuple[int, tuple[int, ...]] | None:
        """The local hand: opens what a flow asks for, and makes durable in its order; what must be told of it first."""
        if isinstance(request, BlobWork):
            return await off_loop(partial(self.blobs.work, request))
        match request:
            case OpenEnvelopes(envelopes, keys):
                return await self._opening.open(envelopes, keys)
            case MakeAuditHead(period):
                return await off_loop(partial(self._make_head, period))
            case SaveKeyring(keyring):
                await off_loop(self._remember)
                await off_loop(partial(self._store.save, keyring))
                if not self._epochs <= keyring.epochs.keys():
                    # What is destroyed is not left in a process that held it.
                    await self._opening.close()
                self._epochs = frozenset(keyring.epochs)
                return None
            case CommitVault():
                await off_loop(partial(commit, self.vault, request))
                if request.backup:
                    await self.back_up()
                return None
            case _:
                assert_never(request)

    def _remember(self) -> None:
        """Keep in the vault what happened once: after a change of the keyring nothing would show it again."""
        notices = [*self.standing.collect, *self.standing.publish]
        self._name_days(notices)
        if any(notice.code in LASTING for notice in notices):
            with self.vault.writing() as connection:
                remember_notices(connection, notices, self.day)

    def keep_holdings(self) -> None:
        """Write down who may open which case, after somebody was let go and before each backup. Raises OSError."""
        keep_holdings(self.vault, self._store.holdings)

    async def back_up(self, *, new_disk: bool = False) -> str:
        """Write a backup where one is configured; its path, empty when none is. ``new_disk``: a person asks for it, who
        may have changed the disk. Raises BackupFailed."""
        folder = self.settings.backup_folder
        if folder is None:
            return ""
        keep, unit_id = self.settings.keep_backups, self.settings.unit_id
        async with self._backing_up:
            await off_loop(self.keep_holdings)
            beside = kept_beside(self._store.folder)
            write = partial(write_backup, self.vault, folder, unit_id, keep, beside, day=self.day, new_disk=new_disk)
            made = await off_loop(write)
        # A log that could not be emptied while the copy was being read is emptied now.
        await off_loop(self.vault.truncate_wal)
        return str(made)

    async def back_up_today(self) -> None:
        """A day on which no batch leaves has its backup all the same: officers go on working while the service is down,
        and after their unit was retired. Raises BackupFailed."""
        if self.settings.backup_folder is None or await off_loop(self.backed_up) == iso_day(self.day, DAY):
            return
        try:
            await self.back_up()
        except BackupFailed as error:
            self.standing.failure = [one for one in self.standing.failure if one.code not in _OF_BACKUPS]
            self.standing.failure.append(failure_of(error))
            raise

    def try_backup_folder(self) -> str:
        """At the start: what is wrong with the backup folder, in words; empty when nothing is. It stands as a notice
        until a run went well and nothing is wrong there any more."""
        if self.settings.backup_folder is None:
            return ""
        try:
            try_folder(self.settings.backup_folder)
            refuse_other_disk(self.vault, self.settings.backup_folder, self.settings.unit_id)
        except BackupFailed as error:
            self.standing.failure = [failure_of(error)]
            return error.say
        return ""

    def backed_up(self) -> str:
        """The day of the newest backup; empty where none is known."""
        with self.vault.reading() as connection:
            day = int(read_meta(connection, BACKUP_DAY, "0"))
        return iso_day(day, DAY) if day else ""

    # --- officers ---

    def add_reply(self, text: Text) -> None:
        """A text that the vault holds already; the next run takes it up."""
        self._replies.append(text)

    def note_aside(self, pseudonyms: Iterable[bytes], aside: bool) -> None:
        """Whether nothing is posted to these sources; the vault holds it already, and the next run takes it up."""
        self._aside += [(one, aside) for one in pseudonyms]

    def check_listed(self) -> None:
        """Raises NotYet before the unit is listed."""
        if self.policy is None or self.state.unit() is None:
            raise NotYet("The service does not list this unit, so nothing can be sent. Look at `dropbox-desk status`.")
