# SPDX-License-Identifier: AGPL-3.0-or-later
"""A desk fetches the intake, opens what is its own and records it (docs/protocol.md, sections 5.7 to 5.9).

Order of durability: the keyring is saved before the vault is committed. After a crash between the two, the segment is
processed again; ids that the keyring has seen then fill content and seed nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from dropbox.flows.drive import Flow
from dropbox.protocol.constants import EPOCH_SECRET_GRACE
from dropbox.protocol.errors import ProtocolError
from dropbox.protocol.units import Unit
from dropbox.protocol.wire import IntakeState, sign_segment_request

from .blobs import collect_blobs
from .notice import Notice
from .opening import EpochKey
from .own_board import check_board, refresh_directory
from .own_clock import fetch_intake
from .record import Changes, record
from .requests import CommitVault, DeskRequest, GetSegment, SaveKeyring
from .segments import Checked, check_segment, open_places, portions
from .state import DeskContext
from .unfinished import forget_empty, give_up

FLOODED = 5
"""A closed period that brought more than this part of what the policy allows was flooded."""
MOST_CONTENTS = 512
"""Parts that are gathered before they are made durable: 8 MB."""


@dataclass
class CollectResult:
    """``new`` counts messages that became complete; ``notices`` is what the officers must be told."""

    new: int = 0
    notices: list[Notice] = field(default_factory=list)


def _keys(state: DeskContext, period: int) -> tuple[EpochKey, ...]:
    """Every epoch secret held, nearest to the period first."""
    service_id = state.trusted().service_id
    secrets = sorted(
        state.keyring.epochs.values(),
        key=lambda secret: (max(secret.not_before - period, period - secret.not_after, 0), -secret.epoch),
    )
    return tuple(secret.key(service_id, state.unit_id) for secret in secrets)


def _store(state: DeskContext, changes: Changes, result: CollectResult) -> Flow[DeskRequest, None]:
    if changes.keyring:
        yield from SaveKeyring(state.keyring)
    if changes.conversations:
        yield from changes.commit(state.ledger)
    result.new += changes.new


def _process(state: DeskContext, segment: Checked, result: CollectResult) -> Flow[DeskRequest, None]:
    """Try every envelope and record what opens, made durable whenever there is much of it. The segment counts as
    processed with the last of it: cut before, it is read again, and parts that are held count once."""
    keys, changes = _keys(state, segment.period), Changes()
    for first, count in portions(len(segment.ids)):
        untried = [place for place in range(first, first + count) if segment.ids[place] not in state.tried]
        opened = yield from open_places(untried, keys)
        for place, one in zip(untried, opened, strict=True):
            if one is not None:
                record(state, one, segment.ids[place], segment.period, changes)
        if len(changes.contents) >= MOST_CONTENTS:
            yield from _store(state, changes, result)
            changes = Changes()
    gone = set(give_up(state, segment.period, state.trusted().policy.retention))
    changes.messages |= gone
    changes.conversations |= {pseudonym for pseudonym, _ in gone}
    changes.keyring |= forget_empty(state, changes.conversations)
    if segment.closed:
        state.ledger.roots[segment.period] = segment.ids.root
        state.ledger.processed_through = max(state.ledger.processed_through, segment.period)
    yield from _store(state, changes, result)
    state.tried = state.tried.difference(segment.ids) if segment.closed else state.tried.union(segment.ids)


def _periods(state: DeskContext, intake: IntakeState, result: CollectResult) -> Iterator[int]:
    """The segments still to process, oldest first, the open one last."""
    through = state.ledger.processed_through
    start = max(through + 1, intake.oldest)
    if through and start > through + 1:
        result.notices.append(Notice("segments-gone", {"first": through + 1, "last": start - 1}))
    return iter(range(start, intake.open + 1))


def _fetch_all(state: DeskContext, intake: IntakeState, result: CollectResult) -> Flow[DeskRequest, None]:
    for period in _periods(state, intake, result):
        signature = sign_segment_request(state.keyring.signing_seed, state.trusted().service_id, state.unit_id, period)
        size = yield from GetSegment(period, state.unit_id, signature)
        if size is None:
            if period < intake.open:
                result.notices.append(Notice("segment-missing", {"period": period}))
            break
        try:
            segment = yield from check_segment(state, size, period, closed=period < intake.open)
        except ProtocolError as error:
            result.notices.append(Notice("segment-refused", {"period": period, "error": error.code}))
            break
        if segment.closed and len(segment.ids) * FLOODED > state.trusted().policy.intake_per_period:
            result.notices.append(Notice("intake-flooded", {"period": period, "count": len(segment.ids)}))
        yield from _process(state, segment, result)
    yield from CommitVault(state.ledger)


def _due_to_destroy(state: DeskContext, intake: IntakeState) -> list[int]:
    """Epochs whose intake, five periods beyond their end, is processed (and backed up), or no longer served."""
    ledger = state.ledger
    safe = min(ledger.processed_through, ledger.backed_up_through) if state.has_backup else ledger.processed_through
    due = []
    for number, secret in state.keyring.epochs.items():
        last = secret.not_after + EPOCH_SECRET_GRACE
        if last <= safe or last < intake.oldest:
            due.append(number)
    return due


def _destroy(state: DeskContext, intake: IntakeState) -> Flow[DeskRequest, None]:
    """Destroy epoch secrets that are due, and the ids that were remembered for them."""
    keyring, due = state.keyring, _due_to_destroy(state, intake)
    if not due:
        return
    for number in due:
        del keyring.epochs[number]
    keyring.seen = {key: one for key, one in keyring.seen.items() if one.epoch in keyring.epochs}
    keyring.seeded = {key: epoch for key, epoch in keyring.seeded.items() if epoch in keyring.epochs}
    yield from SaveKeyring(keyring)


def _reopen(state: DeskContext, intake: IntakeState, notices: list[Notice]) -> None:
    """What was processed as closed and is open again, because the server's clock was ahead, is fetched once more when
    it closes: what came into it since must not be missed. Parts that are held count once."""
    ledger = state.ledger
    if intake.open > ledger.processed_through:
        return
    notices.append(Notice("segments-reopened", {"first": intake.open, "last": ledger.processed_through}))
    ledger.processed_through = intake.open - 1
    ledger.roots = {period: root for period, root in ledger.roots.items() if period < intake.open}


def _unit_notices(state: DeskContext, unit: Unit | None) -> Iterator[Notice]:
    """What the signed list says of this unit, where that is not simply that it receives."""
    if state.directory is None:
        yield Notice("not-listed")
        return
    listed = state.directory.directory
    if unit is None:
        yield Notice("unit-revoked" if state.unit_id in listed.revoked else "not-listed")
    elif any(one.unit.unit_id == state.unit_id for one in listed.retired):
        yield Notice("unit-retired")
    elif unit.paused:
        yield _paused(state, listed.successor_of(unit))


def _paused(state: DeskContext, following: Unit | None) -> Notice:
    """With another unit that goes on for this one, also how much this one still has to post."""
    if following is None:
        return Notice("unit-paused")
    return Notice("unit-succeeded", {"unit": following.slug, "left": len(state.ledger.texts.live())})


def collect(state: DeskContext, clock: int, result: CollectResult | None = None) -> Flow[DeskRequest, CollectResult]:
    """Fetch, open, record, acknowledge, destroy what is due.

    ``clock`` is this machine's, in Unix seconds. ``result`` is filled on the way: what it holds when a later request
    fails has happened and must be told. Raises Malformed when the intake's state cannot be read; everything else
    becomes a notice.
    """
    result = result or CollectResult()
    listing = yield from refresh_directory(state, clock, result.notices)
    unit = state.unit()
    result.notices.extend(_unit_notices(state, unit))
    if unit is None:
        return result
    now_period = state.period(clock)
    yield from check_board(state, now_period, listing, result.notices)
    if not state.checked:
        return result
    intake = yield from fetch_intake(now_period, result.notices)
    if intake is None:
        return result
    if unit.key_at(now_period) != state.keyring.public:
        result.notices.append(Notice("key-not-listed"))
        return result
    _reopen(state, intake, result.notices)
    yield from _fetch_all(state, intake, result)
    for period in [period for period in state.ledger.roots if period < intake.oldest]:
        del state.ledger.roots[period]
    yield from _destroy(state, intake)
    yield from collect_blobs(state, unit, intake, result.notices)
    return result
