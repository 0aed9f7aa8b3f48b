# SPDX-License-Identifier: AGPL-3.0-or-later
"""Long simulated runs of a whole service in memory: sources, desks and a server over many periods.

Run one by hand: ``python -m tests.flows.campaign --runs 20 --periods 150``. Everything that happens follows from the
seed. What must hold is checked as it happens and at the end; a breach names seed and period.
"""

import copy
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from dropbox.flows.desk.collect import collect
from dropbox.flows.desk.publish_batch import publish_batch
from dropbox.flows.desk.requests import CommitVault, NewContent, SaveKeyring
from dropbox.flows.desk.state import (
    DeskContext,
    Ledger,
    Text,
    TextState,
)
from dropbox.flows.source.requests import PostEnvelope
from dropbox.flows.source.visit import Part
from dropbox.protocol.batches import parse_upload
from dropbox.protocol.board import Chains, entry_tag, split_text, unmask_index
from dropbox.protocol.codename import conversation_keys
from dropbox.protocol.constants import BODY_PART, ENTRY, INDEX, LANES, TAG, EntryType
from dropbox.protocol.envelope_format import split_body
from dropbox.protocol.primitives import sha256
from dropbox.protocol.texts import open_row
from journalist_ui.daemon.keyring_format import decode_keyring, encode_keyring
from tests.flows.twin import Desk, Service, drive, make_service, replace_directory


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
            self.ledger.texts.add(copy.deepcopy(request.ledger.texts[number]))
        self.ledger.roots = dict(request.ledger.roots)
        self.ledger.processed_through = request.ledger.processed_through
        self.ledger.backed_up_through = request.ledger.backed_up_through
        self.contents.extend(request.contents)


@dataclass
class DiskDesk:
    """A desk whose process can be killed at any request: what is not on disk is gone."""

    desk: Desk
    keyring: bytes
    vault: Vault = field(default_factory=Vault)
    backup: Vault = field(default_factory=Vault)
    away_until: int = 0
    cuts: int = 0

    def restart(self) -> None:
        """A new process reads keyring and vault from disk."""
        old = self.desk.context
        ledger = copy.deepcopy(self.vault.ledger)
        self.desk.context = DeskContext(old.anchor, old.unit_id, decode_keyring(self.keyring), ledger, None, True)

    def run(self, service: Service, flow: Any, cut_at: int | None) -> Any:
        """Drive a flow; at its ``cut_at``-th request the process is killed, before or after the request took effect."""
        count = 0

        def answer(request: Any) -> Any:
            nonlocal count
            count += 1
            if cut_at == 2 * count:
                raise Cut
            match request:
                case CommitVault():
                    self.vault.commit(request)
                    if request.backup:
                        self.backup = copy.deepcopy(self.vault)
                    result = None
                case SaveKeyring():
                    self.keyring = encode_keyring(request.keyring)
                    result = None
                case _:
                    result = service.twin.answer(request)
            if cut_at == 2 * count + 1:
                raise Cut
            return result

        try:
            result = drive(flow, answer)
            if result.notices:
                raise AssertionError(f"false notices {[notice.code for notice in result.notices]}")
            return result
        except Cut:
            self.cuts += 1
            self.restart()
            return None

    def write(self, text: Text) -> None:
        """An officer's reply is durable in the vault at once."""
        self.desk.context.ledger.texts.add(text)
        self.vault.ledger.texts.add(copy.deepcopy(text))

    def whole(self) -> list[bytes]:
        """Bodies of whole messages on disk."""
        return Desk(self.desk.context, self.vault.contents).bodies()


@dataclass
class SourceState:
    """One source: what it sent to which unit, and what it has read."""

    stretched: bytes
    slug: str
    sent: list[bytes] = field(default_factory=list)
    away_until: int = 0
    read: dict[int, str] = field(default_factory=dict)
    collected: int = 0


@dataclass
class Counts:
    """What a run did."""

    messages: int = 0
    replies: int = 0
    read: int = 0
    cuts: int = 0
    restores: int = 0
    visits: int = 0
    replays: int = 0


@dataclass
class World:
    """A service, its sources and desks, and one random stream that decides everything."""

    seed: int
    service: Service
    desks: dict[str, DiskDesk]
    sources: list[SourceState]
    random: random.Random
    counts: Counts = field(default_factory=Counts)
    posted: list[bytes] = field(default_factory=list)
    replies: dict[tuple[str, bytes], dict[int, str]] = field(default_factory=dict)

    def require(self, holds: bool, what: str) -> None:
        """Raises AssertionError with seed and period."""
        if not holds:
            raise AssertionError(f"seed {self.seed}, period {self.service.twin.now}: {what}")


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


def _visit(world: World, source: SourceState, part: Part | None) -> bool:
    """One visit, with a device whose clock may be a day off; the envelope may be posted twice. False when
    the unit could not be sealed to: its desk has been away for longer than the epochs that it announced."""
    twin, skew = world.service.twin, world.random.choice((0, 0, 0, -1, 1))
    flow_answer: Callable[[Any], Any] = twin.answer

    def answer(request: Any) -> Any:
        if isinstance(request, PostEnvelope):
            world.posted.append(request.envelope)
            if world.random.random() < 0.1:
                flow_answer(request)
        return flow_answer(request)

    from dropbox.flows.source.visit import visit

    clock = twin.clock + skew * twin.policy.period
    visited = drive(visit(world.service.anchor, source.stretched, part, clock, world.random.randbytes), answer)
    world.counts.visits += 1
    for warned in visited.judged.warnings:
        late = {slug for slug, desk in world.desks.items() if desk.away_until + 1 >= twin.now}
        world.require(warned.code == "silent" and warned.slug in late, f"false warning {warned}")
    for found in visited.conversations:
        world.require(found.unit.unit.slug == source.slug, "found at another unit")
        world.require(found.collected <= len(source.sent), "collected more than was sent")
        source.collected = max(source.collected, found.collected)
        for text in found.texts:
            world.require(source.read.get(text.number, text.text) == text.text, "a text changed")
            world.counts.read += text.number not in source.read
            source.read[text.number] = text.text
    return visited.refused is None


def _source_acts(world: World, source: SourceState) -> None:
    roll = world.random.random()
    if roll < 0.35 or not source.sent:
        length = world.random.choice((10, 800, BODY_PART + 5, 2 * BODY_PART + 9))
        body = world.random.randbytes(length)
        pieces, message_id = split_body(body), world.random.randbytes(16)
        order = list(enumerate(pieces, start=1))
        if world.random.random() < 0.3:
            world.random.shuffle(order)
        accepted = [
            _visit(world, source, Part(source.slug, message_id, place, len(pieces), piece)) for place, piece in order
        ]
        world.require(len(set(accepted)) == 1, "some parts were accepted and some not")
        if accepted[0]:
            source.sent.append(body)
            world.counts.messages += 1
    elif roll < 0.8:
        _visit(world, source, None)
    elif roll < 0.85:
        source.away_until = world.service.twin.now + world.random.randint(5, 60)


def _desk_replies(world: World, slug: str) -> None:
    disk = world.desks[slug]
    ledger = disk.desk.context.ledger
    for pseudonym, conversation in ledger.conversations.items():
        open_texts = [t for t in ledger.texts.values() if t.pseudonym == pseudonym and t.state == TextState.WAITING]
        if len(open_texts) < 2 and world.random.random() < 0.15:
            words = f"{world.counts.replies} " + "w" * world.random.choice((5, 900, 2_000))
            number = max(ledger.texts, default=0) + 1
            disk.write(Text(number, pseudonym, EntryType.TEXT, split_text(words)))
            conversation.answered = True
            world.replies.setdefault((slug, pseudonym), {})[number] = words
            world.counts.replies += 1


def _restore(world: World, slug: str) -> None:
    """The vault is lost and its newest backup put in its place; the keyring stays. Texts not admitted are lost."""
    disk = world.desks[slug]
    kept = copy.deepcopy(disk.backup)
    lost = set(disk.vault.ledger.texts) - set(kept.ledger.texts)
    for (at, _), texts in world.replies.items():
        if at == slug:
            for number in lost:
                texts.pop(number, None)
    disk.vault = kept
    disk.restart()
    world.counts.restores += 1


def _desk_acts(world: World, slug: str, troubled: bool) -> None:
    disk, twin = world.desks[slug], world.service.twin
    if twin.now < disk.away_until:
        return
    others_there = all(twin.now >= other.away_until for other in world.desks.values())
    if troubled and others_there and world.random.random() < 0.04:
        disk.away_until = twin.now + world.random.randint(2, 10)
        return
    if troubled and world.random.random() < 0.02:
        _restore(world, slug)
    for limit in (24, 12, None) if troubled else (None,):
        cut = world.random.randint(2, limit) if limit and world.random.random() < 0.2 else None
        disk.run(world.service, collect(disk.desk.context, twin.clock), cut)
        _desk_replies(world, slug)
        cut = world.random.randint(2, 12) if limit and world.random.random() < 0.2 else None
        disk.run(world.service, publish_batch(disk.desk.context, twin.clock, world.random.randbytes), cut)


def _replay(world: World) -> None:
    """A lying server puts an old envelope into the open segment again."""
    if world.posted and world.random.random() < 0.2:
        envelope = world.random.choice(world.posted)
        world.service.twin.open[sha256(envelope)] = envelope
        world.counts.replays += 1


def run(seed: int, periods: int = 150, troubled: bool = True) -> Counts:
    """One run, then a quiet time in which everything arrives; checks every promise at the end."""
    world = make_world(seed)
    for number in range(periods):
        if number % 60 == 59:
            replace_directory(world.service, lambda directory: directory, 2 + number // 60)
        if troubled and number % 25 == 24:
            _restore(world, world.random.choice(list(world.desks)))
        for source in world.sources:
            if world.service.twin.now >= source.away_until and world.random.random() < 0.5:
                _source_acts(world, source)
        _replay(world)
        for slug in world.desks:
            _desk_acts(world, slug, troubled)
        world.service.twin.advance()
    _settle(world)
    check_delivered(world)
    check_fresh(world)
    world.counts.cuts = sum(disk.cuts for disk in world.desks.values())
    return world.counts


def _settle(world: World) -> None:
    """Ten quiet periods with every desk there and nobody writing, each source reading every day."""
    for disk in world.desks.values():
        disk.away_until = 0
    for _ in range(25):
        for slug, disk in world.desks.items():
            twin = world.service.twin
            disk.run(world.service, collect(disk.desk.context, twin.clock), None)
            disk.run(world.service, publish_batch(disk.desk.context, twin.clock, world.random.randbytes), None)
            world.require(slug in world.desks, "desk")
        world.service.twin.advance()
        for source in world.sources:
            _visit(world, source, None)


def check_delivered(world: World) -> None:
    """Every message is at its desk once, unchanged, and at no other; every reply that was not lost with a vault and not
    given up was read."""
    for slug, disk in world.desks.items():
        expected = sorted(body for source in world.sources if source.slug == slug for body in source.sent)
        world.require(sorted(set(disk.whole())) == expected, f"messages at {slug}")
        for source in (one for one in world.sources if one.slug == slug and one.sent):
            world.require(source.collected == len(source.sent), f"collected {source.collected} of {len(source.sent)}")
            keys = conversation_keys(source.stretched, disk.desk.context.unit_id)
            unread = set(world.replies.get((slug, keys.pseudonym), {}).values()) - set(source.read.values())
            gone = {t.id for t in disk.desk.context.ledger.texts.values() if t.state == TextState.EXPIRED}
            given_up = {
                words for number, words in world.replies.get((slug, keys.pseudonym), {}).items() if number in gone
            }
            world.require(not unread - given_up, f"{len(unread - given_up)} replies unread at {slug}")
            world.require(len(set(source.read.values())) == len(source.read), "a reply was read twice as two")


def check_fresh(world: World) -> None:
    """No tag stands twice on any board, and a step of a chain serves one text."""
    tags: set[bytes] = set()
    used: dict[tuple[bytes, bytes, int], tuple[int, str]] = {}
    for slug, disk in world.desks.items():
        unit_id = disk.desk.context.unit_id
        keys = [conversation_keys(source.stretched, unit_id) for source in world.sources if source.slug == slug]
        for period, data in world.service.twin.uploads[unit_id].items():
            rows = parse_upload(data).rows
            entries = {rows[at : at + TAG]: rows[at : at + ENTRY] for at in range(0, len(rows), ENTRY)}
            world.require(not tags & set(entries), "a tag stands twice")
            tags |= set(entries)
            key = disk.desk.context.keyring.public
            for one in keys:
                for lane in range(LANES):
                    entry = entries.get(entry_tag(one.beacon, one.pseudonym, period, lane))
                    if entry is not None:
                        step = unmask_index(one.beacon, one.pseudonym, period, lane, entry[TAG : TAG + INDEX])
                        plain = open_row(one, period, lane, entry, world.service.twin.service_id, key, Chains())
                        text = (plain.msg_no, repr(plain.parts))
                        known = used.setdefault((one.pseudonym, *step), text)
                        world.require(known == text, "a key served two texts")


def main() -> None:
    """Several runs, and their sums."""
    import argparse

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--periods", type=int, default=150)
    parser.add_argument("--first-seed", type=int, default=1)
    chosen = parser.parse_args()
    total = Counts()
    for seed in range(chosen.first_seed, chosen.first_seed + chosen.runs):
        counts = run(seed, chosen.periods)
        for name, value in vars(counts).items():
            setattr(total, name, getattr(total, name) + value)
    print(f"{chosen.runs} runs of {chosen.periods} periods: {vars(total)}")


if __name__ == "__main__":
    main()
