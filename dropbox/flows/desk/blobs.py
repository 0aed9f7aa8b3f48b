# SPDX-License-Identifier: AGPL-3.0-or-later
"""A desk fetches the blobs of every closed period, its own or not, or none at all (docs/protocol.md, steps 5.10, 7.4).

What it does with them is this machine's own matter: the server sees the same requests of every desk that takes files.
Whatever is wrong with them keeps no report from being collected and no batch from leaving.
"""

from dropbox.flows.drive import Flow
from dropbox.protocol.blobs import BLOBS_HEADER, chunks, parse_blobs_head, sign_blobs_request
from dropbox.protocol.constants import BLOB
from dropbox.protocol.errors import ProtocolError
from dropbox.protocol.units import Unit
from dropbox.protocol.wire import IntakeState

from .notice import Notice
from .requests import BlobsThrough, ChunksKept, DeskRequest, FinishBlobs, GetBlobs, KeepChunk, SettleBlobs
from .state import DeskContext

MOST_CHUNKS = 64
"""Of a run, 256 MiB: over a slow line a full day must not hold the day's batch up. The next run goes on from there."""


class _NotNow(Exception):
    """The rest is left for a later run; ``code`` is that of the notice, "" for none."""

    def __init__(self, code: str = "") -> None:
        super().__init__(code)
        self.code = code


def _chunk(state: DeskContext, period: int, chunk: int) -> Flow[DeskRequest, bytes | None]:
    """None where it is not served. Raises _NotNow."""
    place = (state.trusted().service_id, state.unit_id, period, chunk)
    signature = sign_blobs_request(state.keyring.signing_seed, *place)
    data = yield from GetBlobs(period, chunk, state.unit_id, signature)
    if data == b"":
        raise _NotNow("blobs-unreachable")
    return data


def _fetch(state: DeskContext, period: int, most: int) -> Flow[DeskRequest, tuple[int | None, int]]:
    """Every chunk of a period that is not put aside yet, at most so many: how many there are in all, None where one is
    not served, and how many were fetched. Raises Malformed, _NotNow."""
    first = yield from _chunk(state, period, 0)
    if first is None:
        return None, 1
    size = BLOBS_HEADER + int.from_bytes(first[BLOBS_HEADER - 4 : BLOBS_HEADER], "big") * BLOB
    parse_blobs_head(first[:BLOBS_HEADER], size)
    count, kept = chunks(size), (yield from ChunksKept(period))
    for chunk in range(kept, count):
        if chunk - kept >= most:
            raise _NotNow
        data = (yield from _chunk(state, period, chunk)) if chunk else first
        if data is None:
            return None, chunk - kept + 1
        if not (yield from KeepChunk(period, chunk, data)):
            raise _NotNow("blobs-no-room")
    return count, max(1, count - kept)


def _fetch_all(state: DeskContext, first: int, last: int, notices: list[Notice]) -> Flow[DeskRequest, None]:
    """The periods from ``first`` to ``last``, as far as this run goes. Raises Malformed, _NotNow."""
    most = MOST_CHUNKS
    for period in range(first, last + 1):
        try:
            count, fetched = yield from _fetch(state, period, most)
        except ProtocolError as error:
            notices.append(Notice("blobs-refused", {"period": period, "error": error.code}))
            return
        most -= fetched
        if count is None:
            notices.append(Notice("blobs-missing", {"period": period}))
        if not (yield from FinishBlobs(period, count or 0, state.trusted().service_id)):
            notices.append(Notice("blobs-refused", {"period": period, "error": "altered"}))
            return
        if most <= 0:
            return


def collect_blobs(
    state: DeskContext, unit: Unit, intake: IntakeState, notices: list[Notice]
) -> Flow[DeskRequest, None]:
    """After the segments: all closed periods that are not here yet, then what the messages name is taken out."""
    takes = not unit.takes_no_files and state.trusted().policy.blobs_per_period > 0
    processed = state.ledger.processed_through
    # What is open again, since the server's clock was ahead, is fetched again when it closes.
    through = min((yield from BlobsThrough()), intake.open - 1)
    try:
        if takes:
            yield from _fetch_all(state, max(through + 1, intake.oldest), min(intake.open - 1, processed), notices)
    except _NotNow as later:
        if later.code:
            notices.append(Notice(later.code))
    if not (yield from SettleBlobs(processed, takes)):
        notices.append(Notice("blobs-no-room"))
