# SPDX-License-Identifier: AGPL-3.0-or-later
"""What happens in a period of a campaign: sources and officers act, and now and then something goes wrong."""

import copy
from collections.abc import Callable
from typing import Any

from dropbox.flows.desk.collect import collect
from dropbox.flows.desk.publish_batch import publish_batch
from dropbox.flows.desk.state import Text, TextState
from dropbox.flows.source.requests import PostEnvelope
from dropbox.flows.source.visit import Part, Visited, visit
from dropbox.protocol.board import split_text
from dropbox.protocol.constants import BODY_PART, EntryType
from dropbox.protocol.envelope_format import split_body
from dropbox.protocol.primitives import sha256
from tests.flows.campaign_checks import check_keys, check_told
from tests.flows.campaign_world import SNAPSHOTS, Sent, SourceState, World, new_keyring
from tests.flows.twin import drive

SIZES = (8, 16, 32)
"""Rows of a unit; the marks are twice as many."""


def drawn_skew(world: World) -> int:
    """Periods by which a device's clock is off: a day either way, now and then."""
    return world.random.choice((0, 0, 0, -1, 1))


def make_visit(world: World, source: SourceState, part: Part | None, sent: Sent | None = None, skew: int = 0) -> bool:
    """One visit with a device whose clock is ``skew`` periods off; the envelope may be posted twice. False when
    the unit could not be sealed to: its desk has been away for longer than the epochs that it announced, or is
    paused."""
    twin = world.service.twin
    flow_answer: Callable[[Any], Any] = twin.answer

    def answer(request: Any) -> Any:
        if isinstance(request, PostEnvelope):
            world.posted.append(request.envelope)
            if sent is not None:
                sent.envelopes.append(request.envelope)
            if world.chance(0.1):
                flow_answer(request)
        return flow_answer(request)

    clock = twin.clock + skew * twin.policy.period
    visited = drive(visit(world.service.anchor, source.stretched, part, clock, world.random.randbytes), answer)
    world.counts.visits += 1
    _take_in(world, source, visited)
    return visited.refused is None


def _take_in(world: World, source: SourceState, visited: Visited) -> None:
    for warned in visited.judged.warnings:
        late = {slug for slug, desk in world.desks.items() if desk.away_until + 2 >= world.now}
        world.require(warned.code == "silent" and warned.slug in late, f"false warning {warned}")
    for found in visited.conversations:
        world.require(found.unit.unit.slug == source.slug, "found at another unit")
        world.require(found.read.failed == 0, "a row of ours does not open")
        world.require(found.collected <= len(source.sent), "collected more than was sent")
        check_told(world, source, found)
        source.collected = max(source.collected, found.collected)
        world.counts.more_waits += found.more
        for text in found.texts:
            world.require(source.read.get(text.number, text.text) == text.text, "a text changed")
            world.counts.read += text.number not in source.read
            source.read[text.number] = text.text


def source_acts(world: World, source: SourceState) -> None:
    """Writes, in parts out of order perhaps, or reads, or goes away for weeks."""
    roll, ended = world.random.random(), world.desks[source.slug].ended
    if ended is None and (roll < 0.35 or not source.sent):
        length = world.random.choice((10, 800, BODY_PART + 5, 2 * BODY_PART + 9))
        sent = Sent(world.random.randbytes(length))
        pieces, message_id = split_body(sent.body), world.random.randbytes(16)
        order = list(enumerate(pieces, start=1))
        if world.chance(0.3):
            world.random.shuffle(order)
        skew = drawn_skew(world)
        accepted = [
            make_visit(world, source, Part(source.slug, message_id, place, len(pieces), piece), sent, skew)
            for place, piece in order
        ]
        world.require(len(set(accepted)) == 1, "some parts were accepted and some not")
        if accepted[0]:
            source.sent.append(sent)
            world.counts.messages += 1
    elif roll < 0.8:
        make_visit(world, source, None, skew=drawn_skew(world))
    elif roll < 0.85:
        source.away_until = world.now + world.random.randint(5, 60)


def _replies(world: World, slug: str) -> None:
    disk = world.desks[slug]
    ledger = disk.desk.context.ledger
    for pseudonym, conversation in ledger.conversations.items():
        open_texts = [text for text in ledger.texts.live_of(pseudonym) if text.state == TextState.WAITING]
        if len(open_texts) < 2 and world.chance(0.15):
            words = f"{world.counts.replies} " + "w" * world.random.choice((5, 900, 2_000))
            number = max(ledger.texts, default=0) + 1
            disk.write(Text(number, pseudonym, EntryType.TEXT, split_text(words)))
            conversation.answered = True
            world.replies.setdefault((slug, pseudonym), {})[number] = words
            world.counts.replies += 1


def restore(world: World, slug: str) -> None:
    """The vault is lost and its newest backup put in its place; the keyring stays. Texts that no batch carried are
    lost."""
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


def _roll_back(world: World, slug: str) -> None:
    disk = world.desks[slug]
    disk.put_keyring(world.random.choice(disk.snapshots))
    # The copy may be of a new keyring that had not looked at the board yet.
    disk.expected |= {"rolled-back", "keyring-new"}
    world.counts.keyrings_rolled_back += 1


def _trouble(world: World, slug: str) -> bool:
    """Whether the desk is away from now on."""
    disk = world.desks[slug]
    others_there = all(world.now >= other.away_until for other in world.desks.values())
    # Nobody is away for as long as the service keeps a period, also with a vault put back and a key not listed yet.
    if others_there and disk.acted >= world.now - 1 and world.chance(0.04):
        disk.away_until = world.now + world.random.randint(2, 7)
        return True
    if world.chance(0.02 * world.trouble):
        restore(world, slug)
    if world.chance(0.015 * world.trouble) and disk.snapshots:
        _roll_back(world, slug)
    elif world.chance(0.008 * world.trouble) and disk.ended is None:
        new_keyring(world, slug)
        world.counts.keyrings_lost += 1
    if world.chance(0.03 * world.trouble) and disk.ended is None:
        rows = world.random.choice(SIZES)
        world.change_unit(slug, rows=rows, marks=2 * rows)
        world.counts.quotas_changed += 1
    return False


def desk_acts(world: World, slug: str, troubled: bool) -> None:
    """Collects, answers and publishes, three times a day where it may be killed on the way."""
    disk = world.desks[slug]
    if world.now < disk.away_until or (troubled and _trouble(world, slug)):
        return
    disk.snapshots = [*disk.snapshots, disk.keyring][-SNAPSHOTS:]
    for limit in (24, 12, None) if troubled else (None,):
        cut = world.random.randint(2, limit) if limit and world.chance(0.2) else None
        disk.run(world.service, collect(disk.desk.context, world.service.twin.clock), cut)
        if disk.ended is None:
            _replies(world, slug)
        cut = world.random.randint(2, 12) if limit and world.chance(0.2) else None
        disk.run(world.service, publish_batch(disk.desk.context, world.service.twin.clock, world.random.randbytes), cut)
        check_keys(world, disk)
    if disk.desk.context.keyring.published_period < world.now:
        # As the daemon does on a day on which no batch left.
        disk.backup = copy.deepcopy(disk.vault)
    disk.expected, disk.acted = set(), world.now


def replay(world: World) -> None:
    """A lying server puts an old envelope into the open segment again."""
    if world.posted and world.chance(0.2):
        envelope = world.random.choice(world.posted)
        world.service.twin.open[sha256(envelope)] = envelope
        world.counts.replays += 1
