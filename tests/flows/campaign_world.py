# SPDX-License-Identifier: AGPL-3.0-or-later
"""A whole service of a campaign: a post office in memory, desks whose disk is all that they keep, and sources."""

import copy
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from dropbox.flows.desk.requests import CommitVault, MakeAuditHead, NewContent, PostBatch, SaveKeyring
from dropbox.flows.desk.state import DeskContext, EpochSecret, Keyring, Ledger, Text
from dropbox.protocol.batches import Upload, parse_upload
from dropbox.protocol.constants import HASH
from dropbox.protocol.directory import Directory
from dropbox.protocol.manifests import parse_manifest
from dropbox.protocol.units import BoardPlace, UnitKey
from journalist_ui.daemon.keyring_format import decode_keyring, encode_keyring
from tests.flows.twin import Desk, Service, changed_unit, drive, make_service, replace_directory

SNAPSHOTS = 3
"""Copies of a keyring, a period apart, of which a rolled back one is drawn."""


class Cut(Exception):
    """The desk's process was killed between two of its requests."""


@dataclass
class Vault:
    """What a desk's vault holds on disk, and in its backup."""

    ledger: Ledger = field(default_factory=Ledger)
    contents: list[NewContent] = field(default_factory=list)

    def commit(self, request: CommitVault) -> None:
        """Only what the request names changes."""
        for pseudonym in request.conversations:
            if pseudonym in request.ledger.conversations:
                self.ledger.conversations[pseudonym] = copy.deepcopy(request.ledger.conversations[pseudonym])
            else:
                self.ledger.conversations.pop(pseudonym, None)
        for number in request.texts:
            self.ledger.texts.add(copy.copy(request.ledger.texts[number]))
        self.ledger.roots = dict(request.ledger.roots)
        self.ledger.processed_through = request.ledger.processed_through
        self.ledger.backed_up_through = request.ledger.backed_up_through
        self.contents.extend(request.contents)


@dataclass
class DiskDesk:
    """A desk whose process can be killed at any request: what is not on disk is gone.

    ``snapshots`` are copies of the keyring of the last periods, which somebody may put back; ``lost`` the epoch secrets
    that went so; ``expected`` what the officers must be told of it, ``usual`` what they are told each time;
    ``uploaded`` what left for a period; ``acted`` when it last did; ``ended`` the last batch of a unit that is retired.
    """

    desk: Desk
    keyring: bytes
    vault: Vault = field(default_factory=Vault)
    backup: Vault = field(default_factory=Vault)
    away_until: int = 0
    acted: int = 0
    cuts: int = 0
    snapshots: list[bytes] = field(default_factory=list)
    lost: list[EpochSecret] = field(default_factory=list)
    expected: set[str] = field(default_factory=set)
    usual: set[str] = field(default_factory=set)
    uploaded: dict[int, bytes] = field(default_factory=dict)
    ended: Upload | None = None

    @property
    def unit_id(self) -> bytes:
        return self.desk.context.unit_id

    def restart(self) -> None:
        """A new process reads keyring and vault from disk."""
        old = self.desk.context
        ledger = copy.deepcopy(self.vault.ledger)
        self.desk.context = DeskContext(old.anchor, old.unit_id, decode_keyring(self.keyring), ledger, None, True)

    def put_keyring(self, keyring: bytes) -> None:
        """Another keyring in place of the one on disk. Secrets that only that one had are lost."""
        kept = {secret.seed for secret in decode_keyring(keyring).epochs.values()}
        self.lost += [one for one in decode_keyring(self.keyring).epochs.values() if one.seed not in kept]
        self.keyring = keyring
        self.restart()

    def _take(self, service: Service, request: Any) -> Any:
        match request:
            case CommitVault():
                self.vault.commit(request)
                if request.backup:
                    self.backup = copy.deepcopy(self.vault)
                return None
            case MakeAuditHead():
                return bytes(HASH)
            case SaveKeyring():
                self.keyring = encode_keyring(request.keyring)
                return None
            case PostBatch(upload):
                period = parse_manifest(parse_upload(upload).batch.manifest).period
                if self.uploaded.setdefault(period, upload) != upload:
                    raise AssertionError(f"two batches of period {period} left the desk")
        return service.twin.answer(request)

    def run(self, service: Service, flow: Any, cut_at: int | None) -> Any:
        """Drive a flow; at its ``cut_at``-th request the process is killed, before or after the request took effect."""
        count = 0

        def answer(request: Any) -> Any:
            nonlocal count
            if isinstance(request, MakeAuditHead):
                # A kill about it is one before the commit that follows it.
                return self._take(service, request)
            count += 1
            if cut_at == 2 * count:
                raise Cut
            result = self._take(service, request)
            if cut_at == 2 * count + 1:
                raise Cut
            return result

        try:
            result = drive(flow, answer)
        except Cut:
            self.cuts += 1
            self.restart()
            return None
        false = {notice.code for notice in result.notices} - self.expected - self.usual
        if false:
            raise AssertionError(f"false notices {sorted(false)}")
        return result

    def write(self, text: Text) -> None:
        """An officer's reply is durable in the vault at once."""
        self.desk.context.ledger.texts.add(text)
        self.vault.ledger.texts.add(copy.copy(text))

    def whole(self) -> list[bytes]:
        """Bodies of whole messages on disk."""
        return Desk(self.desk.context, self.vault.contents).bodies()


@dataclass
class Sent:
    """A message that was accepted, and the envelopes of its parts."""

    body: bytes
    envelopes: list[bytes] = field(default_factory=list)


@dataclass
class SourceState:
    """One source: what it sent to which unit, and what it has read."""

    stretched: bytes
    slug: str
    sent: list[Sent] = field(default_factory=list)
    away_until: int = 0
    read: dict[int, str] = field(default_factory=dict)
    collected: int = 0


@dataclass
class Counts:
    """What a run did."""

    messages: int = 0
    replies: int = 0
    read: int = 0
    lost_with_keyring: int = 0
    cuts: int = 0
    restores: int = 0
    keyrings_lost: int = 0
    keyrings_rolled_back: int = 0
    quotas_changed: int = 0
    retired: int = 0
    visits: int = 0
    more_waits: int = 0
    replays: int = 0


@dataclass
class World:
    """A service, its sources and desks, and one random stream that decides everything. ``replies`` what officers wrote,
    by slug, pseudonym and the text's id; ``trouble`` how many times as often as usual something goes wrong."""

    seed: int
    service: Service
    desks: dict[str, DiskDesk]
    sources: list[SourceState]
    random: random.Random
    counts: Counts = field(default_factory=Counts)
    posted: list[bytes] = field(default_factory=list)
    replies: dict[tuple[str, bytes], dict[int, str]] = field(default_factory=dict)
    version: int = 1
    trouble: float = 1.0

    @property
    def now(self) -> int:
        return self.service.twin.now

    def require(self, holds: bool, what: str) -> None:
        """Raises AssertionError."""
        if not holds:
            raise AssertionError(what)

    def chance(self, share: float) -> bool:
        """Whether something happens that happens so often."""
        return self.random.random() < share

    def sign(self, change: Callable[[Directory], Directory]) -> None:
        """The roots sign a directory that is changed so."""
        self.version += 1
        replace_directory(self.service, change, self.version)

    def change_unit(self, slug: str, **changes: Any) -> None:
        """The roots sign a directory in which some fields of one unit are others."""
        self.sign(lambda directory: changed_unit(directory, slug, **changes))


def make_world(seed: int, units: int = 3, sources: int = 5) -> World:
    """Desks have published once; sources have sent nothing."""
    slugs = ("intake", "north", "south", "east")[:units]
    service = make_service(slugs=slugs, seed=seed, quota=16)
    stream = random.Random(seed)  # noqa: S311 - reproducible on purpose; no secret depends on it
    desks = {}
    for slug, desk in service.desks.items():
        desk.context.has_backup = True
        vault = Vault(copy.deepcopy(desk.context.ledger))
        desks[slug] = DiskDesk(desk, encode_keyring(desk.context.keyring), vault, copy.deepcopy(vault))
    people = [SourceState(stream.randbytes(32), stream.choice(slugs)) for _ in range(sources)]
    return World(seed, service, desks, people, stream)


def new_keyring(world: World, slug: str) -> None:
    """The keyring is lost; the roots list the key of a new one from the next period on."""
    disk = world.desks[slug]
    fresh = Keyring(signing_seed=world.random.randbytes(32))
    disk.put_keyring(encode_keyring(fresh))
    disk.snapshots = []

    def listed(directory: Directory) -> Directory:
        unit = directory.unit(slug)
        # A key that was never used makes way for the next.
        keys = [key for key in unit.keys if key.first_period <= world.now]
        keys.append(UnitKey(fresh.public, world.now + 1))
        return changed_unit(directory, slug, keys=tuple(keys))

    world.sign(listed)
    disk.expected |= {"keyring-new", "key-not-listed"}


def pause(world: World, slug: str) -> None:
    """The roots list the unit as one that takes nothing new."""
    world.change_unit(slug, paused=True)
    world.desks[slug].usual = {"unit-paused"}


def retire(world: World, slug: str) -> None:
    """The roots list the unit as ended with its newest batch on the server."""
    disk = world.desks[slug]
    newest = world.service.twin.newest(disk.unit_id)
    assert newest is not None
    period = parse_manifest(newest.batch.manifest).period

    def ended(directory: Directory) -> Directory:
        unit = directory.unit(slug)
        left = tuple(one for one in directory.units if one is not unit)
        place = BoardPlace(unit, period, newest.batch.hash)
        return replace(directory, units=left, retired=(*directory.retired, place))

    world.sign(ended)
    disk.ended, disk.usual = newest, {"unit-retired"}
