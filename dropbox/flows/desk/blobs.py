# SPDX-License-Identifier: AGPL-3.0-or-later
"""A desk fetches the blobs of every closed period, its own or not, or none at all (docs/protocol.md, steps 5.10, 7.4).

What it does with them is this machine's own matter: the server sees the same requests of every desk that takes files.
Whatever is wrong with them keeps no report from being collected and no batch from leaving.
"""

from collections.abc import Iterable

from dropbox.flows.drive import Flow
from dropbox.protocol.blobs import BLOBS_HEADER, chunks, parse_blobs_head, sign_blobs_request
from dropbox.protocol.constants import BLOB
from dropbox.protocol.errors import ProtocolError
from dropbox.protocol.units import Unit
from dropbox.protocol.wire import IntakeState

from .notice import Notice
from .requests import (
    BlobsThrough,
    ChunksKept,
    DeskRequest,
    FinishBlobs,
    GetBlobs,
    KeepChunk,
    RefuseBlobs,
    SettleBlobs,
    Steady,
)
from .state import DeskContext

MOST_CHUNKS = 64
"""Of a run, 256 MiB: over a slow line a full day must not hold the day's batch up. The next run goes on from there."""
LONGEST = 600.0
"""Seconds of a run after which no further chunk is asked for: a server that drips must not hold the batch up either."""


LEAST_BEHIND = 2
"""Segments that are processed after those of a period before its blobs go that no message has named."""
LONGEST_UPLOAD = 3_600
"""Seconds: with short periods the message of a large upload comes many periods after its first blob."""


class _NotNow(Exception):
    """The rest is left for a later run; ``code`` is that of the notice, "" for none."""

    def __init__(self, code: str = "") -> None:
        super().__init__(code)
        self.code = code


def _chunk(state: DeskContext, period: int, chunk: int, until: float) -> Flow[DeskRequest, bytes | None]:
    """None where it is not served. Raises _NotNow."""
    if (yield from Steady()) >= until:
        raise _NotNow("blobs-unreachable")
    place = (state.trusted().service_id, state.unit_id, period, chunk)
    signature = sign_blobs_request(state.keyring.signing_seed, *place)
    data = yield from GetBlobs(period, chunk, state.unit_id, signature)
    if data == b"":
        raise _NotNow("blobs-unreachable")
    return data


def _fetch(state: DeskContext, period: int, most: int, until: float) -> Flow[DeskRequest, tuple[int | None, int]]:
    """Every chunk of a period that is not put aside yet, at most so many: how many there are in all, None where one is
    not served, and how many were fetched. Raises Malformed, _NotNow."""
    first = yield from _chunk(state, period, 0, until)
    if first is None:
        return None, 1
    size = BLOBS_HEADER + int.from_bytes(first[BLOBS_HEADER - 4 : BLOBS_HEADER], "big") * BLOB
    parse_blobs_head(first[:BLOBS_HEADER], size)
    count, kept = chunks(size), (yield from ChunksKept(period))
    for chunk in range(kept, count):
        if chunk - kept >= most:
            raise _NotNow
        data = (yield from _chunk(state, period, chunk, until)) if chunk else first
        if data is None:
            return None, chunk - kept + 1
        if not (yield from KeepChunk(period, chunk, data)):
            raise _NotNow("blobs-no-room")
    return count, max(1, count - kept)


def _fetch_all(state: DeskContext, periods: Iterable[int], notices: list[Notice]) -> Flow[DeskRequest, None]:
    """As far as this run goes. One that is not believed keeps none of the others out. Raises _NotNow."""
    most, until = MOST_CHUNKS, (yield from Steady()) + LONGEST
    for period in periods:
        fetched, error = 1, "altered"
        try:
            count, fetched = yield from _fetch(state, period, most, until)
            good = yield from FinishBlobs(period, count or 0, state.trusted().service_id)
            if count is None:
                notices.append(Notice("blobs-missing", {"first": period, "last": period}))
        except ProtocolError as wrong:
            good, error = False, wrong.code
        if not good:
            yield from RefuseBlobs(period)
            notices.append(Notice("blobs-refused", {"period": period, "error": error}))
        most -= fetched
        if most <= 0:
            return


def _first(state: DeskContext, through: int, intake: IntakeState, notices: list[Notice]) -> int:
    """The first period to ask for after those up to ``through``. What the policy keeps is asked for whatever the server
    says is its oldest; a gap that is left is told."""
    if not through:
        return intake.oldest
    first = max(through + 1, min(intake.oldest, intake.open - state.trusted().policy.retention))
    if first > through + 1:
        notices.append(Notice("blobs-missing", {"first": through + 1, "last": first - 1}))
    return first


def collect_blobs(
    state: DeskContext, unit: Unit, intake: IntakeState, notices: list[Notice]
) -> Flow[DeskRequest, None]:
    """After the segments: all closed periods that are not here yet, those that were refused once behind them, then what
    the messages name is taken out."""
    takes = not unit.takes_no_files and state.trusted().policy.blobs_per_period > 0
    processed = state.ledger.processed_through
    through, refused = yield from BlobsThrough()
    last = min(intake.open - 1, processed)
    try:
        if takes:
            # What is open again, since the server's clock was ahead, is fetched again when it closes.
            first = _first(state, min(through, intake.open - 1), intake, notices)
            kept = intake.open - state.trusted().policy.retention
            for period in (one for one in refused if one < kept):
                yield from FinishBlobs(period, 0, state.trusted().service_id)
                notices.append(Notice("blobs-missing", {"first": period, "last": period}))
            again = [period for period in refused if kept <= period <= last]
            yield from _fetch_all(state, [*sorted(set(range(first, last + 1)) - set(again)), *again], notices)
    except _NotNow as later:
        if later.code:
            notices.append(Notice(later.code))
    period = state.trusted().policy.period
    if not (yield from SettleBlobs(processed, max(LEAST_BEHIND, 1 - -LONGEST_UPLOAD // period), takes)):
        notices.append(Notice("blobs-no-room"))
