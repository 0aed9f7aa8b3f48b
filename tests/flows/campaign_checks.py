# SPDX-License-Identifier: AGPL-3.0-or-later
"""What must hold in a campaign, as it goes and at its end. Every breach is an AssertionError with seed and period."""

from dropbox.flows.desk.state import TextState
from dropbox.flows.source.reading import FoundConversation
from dropbox.protocol.batches import Upload, parse_upload
from dropbox.protocol.board import Chains, entry_tag, unmask_index
from dropbox.protocol.codename import ConversationKeys, conversation_keys
from dropbox.protocol.constants import ENTRY, INDEX, LANES, TAG
from dropbox.protocol.directory import parse_directory
from dropbox.protocol.envelope_open import open_envelope
from dropbox.protocol.errors import NotForThisKey, ProtocolError
from dropbox.protocol.manifests import parse_manifest
from dropbox.protocol.texts import open_row
from tests.flows.campaign_world import DiskDesk, Sent, SourceState, World


def check_keys(world: World, disk: DiskDesk) -> None:
    """After a desk has made its batch, it holds the key of no text but those that stand on it."""
    context = disk.desk.context
    if context.keyring.built != world.now:
        return
    built, texts = context.keyring.built, context.ledger.texts
    for pseudonym, chain in context.keyring.chains.items():
        there = {text.number for text in texts.open_of(pseudonym) if text.number and text.stood == built}
        world.require(set(chain.texts) <= there, "the key of a text that left is kept")
        steps = [key.step for key in chain.texts.values()]
        world.require(len(set(steps)) == len(steps), "two texts have one step")


def check_told(world: World, source: SourceState, found: FoundConversation) -> None:
    """Who is told that more waits is told the truth: of a text that the unit's newest batch does not hold."""
    if not found.more:
        return
    assert found.unit.batch is not None
    period, shown = found.unit.batch.manifest.period, {text.number for text in found.texts}
    waiting = [
        text
        for text in world.desks[source.slug].vault.ledger.texts.values()
        if text.pseudonym == found.keys.pseudonym
        and text.number not in shown
        # What it was when the batch was made: it may have been read or given up since.
        and 0 < text.written <= period
        and not 0 < text.read < period
    ]
    world.require(bool(waiting), "told of a text that is not there")


def _lost(world: World, disk: DiskDesk, sent: Sent) -> bool:
    """Whether a part of a message can be opened by none but a secret that went with a keyring."""
    context, gone = disk.desk.context, disk.lost
    service_id = world.service.twin.service_id
    openers = [secret.key(service_id, context.unit_id).opener() for secret in gone]
    for envelope in sent.envelopes:
        try:
            open_envelope(envelope, openers)
        except NotForThisKey:
            continue
        return True
    return False


def check_delivered(world: World) -> None:
    """Every message is at its desk once, unchanged, and at no other, but for what was sealed to a secret that was lost
    with its keyring; every reply that was not lost with a vault and not given up was read."""
    for slug, disk in world.desks.items():
        at_desk = sorted(set(disk.whole()))
        sources = [source for source in world.sources if source.slug == slug]
        sent = {one.body: one for source in sources for one in source.sent}
        world.require(set(at_desk) <= set(sent), f"messages of nobody at {slug}")
        missing = [one for body, one in sent.items() if body not in at_desk]
        world.require(all(_lost(world, disk, one) for one in missing), f"messages lost at {slug}")
        world.counts.lost_with_keyring += len(missing)
        for source in (one for one in sources if one.sent):
            _check_source(world, disk, source, sum(one.body in at_desk for one in source.sent))


def _check_source(world: World, disk: DiskDesk, source: SourceState, there: int) -> None:
    keys = conversation_keys(source.stretched, disk.unit_id)
    if disk.ended is None:
        world.require(source.collected == there, f"{source.collected} collected of {there}")
    read = set(source.read.values())
    world.require(len(read) == len(source.read), "a reply was read twice as two")
    texts = disk.desk.context.ledger.texts
    wanted = {
        words
        for number, words in world.replies.get((source.slug, keys.pseudonym), {}).items()
        if texts[number].state != TextState.EXPIRED and (disk.ended is None or _stands(disk.ended, texts[number].stood))
    }
    world.require(wanted <= read, f"{len(wanted - read)} replies unread at {source.slug}")


def _stands(last: Upload, stood: int) -> bool:
    """Whether a text of this newest batch stands on the board for good."""
    return stood == parse_manifest(last.batch.manifest).period


def check_fresh(world: World) -> None:
    """No tag stands twice on any board, a step of a chain serves one text, and no part stands twice on one board."""
    tags: set[bytes] = set()
    for slug, disk in world.desks.items():
        keys = [conversation_keys(one.stretched, disk.unit_id) for one in world.sources if one.slug == slug]
        used: dict[tuple[bytes, bytes, int], tuple[int, str]] = {}
        for period, data in world.service.twin.uploads[disk.unit_id].items():
            rows = parse_upload(data).rows
            entries = {rows[at : at + TAG]: rows[at : at + ENTRY] for at in range(0, len(rows), ENTRY)}
            world.require(len(entries) == len(rows) // ENTRY and not tags & set(entries), "a tag stands twice")
            tags |= set(entries)
            for one in keys:
                _check_steps(world, one, period, entries, used)


def _check_steps(
    world: World,
    keys: ConversationKeys,
    period: int,
    entries: dict[bytes, bytes],
    used: dict[tuple[bytes, bytes, int], tuple[int, str]],
) -> None:
    twin, chains, placed = world.service.twin, Chains(), set()
    signers = {key.public for unit in parse_directory(twin.directory.body).on_board() for key in unit.keys}
    for lane in range(LANES):
        entry = entries.get(entry_tag(keys.beacon, keys.pseudonym, period, lane))
        if entry is None:
            continue
        step = unmask_index(keys.beacon, keys.pseudonym, period, lane, entry[TAG : TAG + INDEX])
        for signer in signers:
            try:
                plain = open_row(keys, period, lane, entry, twin.service_id, signer, chains)
            except ProtocolError:
                continue
            text = (plain.msg_no, repr(plain.parts))
            world.require(used.setdefault((keys.pseudonym, *step), text) == text, "a key served two texts")
            world.require((plain.msg_no, plain.part) not in placed, "a part stands twice on one board")
            placed.add((plain.msg_no, plain.part))
            break
        else:
            world.require(False, "a row of ours does not open")
