# SPDX-License-Identifier: AGPL-3.0-or-later
"""A segment is read in portions: all checked before anything in it is believed, then tried (docs/protocol.md, 5.7).

A segment may hold 100,000 envelopes, 1.6 GB; a desk holds 32 bytes of each and one portion.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dropbox.flows.drive import Flow
from dropbox.protocol.constants import ENVELOPE
from dropbox.protocol.envelope_open import OpenedEnvelope
from dropbox.protocol.errors import SegmentChanged, Truncated, WrongService, WrongType
from dropbox.protocol.wire import SEGMENT_HEADER, SegmentIds, parse_segment_head

from .opening import EpochKey
from .requests import DeskRequest, OpenEnvelopes, ReadSegment
from .state import DeskContext

PORTION = 64
"""Envelopes that are read at a time: 1 MiB."""


@dataclass(frozen=True)
class Checked:
    """A fetched segment that is what the service says it is."""

    period: int
    closed: bool
    ids: SegmentIds


def check_segment(state: DeskContext, size: int, period: int, closed: bool) -> Flow[DeskRequest, Checked]:
    """Look at the ``size`` bytes last fetched. ``closed``: it must be. Raises Malformed, IntakeAltered,
    WrongService."""
    head = parse_segment_head((yield from ReadSegment(0, min(size, SEGMENT_HEADER))), size)
    if head.service_id != state.trusted().service_id:
        raise WrongService("segment")
    if head.period != period or (closed and not head.closed):
        raise WrongType("segment")
    ids = SegmentIds()
    for first, count in portions(head.count):
        for envelope in (yield from _read(first, count)):
            ids.take(envelope)
    known = state.ledger.roots.get(period)
    if known is not None and head.closed and known != ids.root:
        raise SegmentChanged("root")
    return Checked(head.period, head.closed, ids)


def portions(count: int) -> Iterator[tuple[int, int]]:
    """First place and length of each portion of ``count`` envelopes."""
    return ((first, min(PORTION, count - first)) for first in range(0, count, PORTION))


def open_places(places: Sequence[int], keys: tuple[EpochKey, ...]) -> Flow[DeskRequest, list[OpenedEnvelope | None]]:
    """What the envelopes at these places of one portion, in their order, open as."""
    if not places:
        return []
    first = places[0]
    envelopes = yield from _read(first, places[-1] - first + 1)
    return list((yield from OpenEnvelopes(tuple(envelopes[place - first] for place in places), keys)))


def _read(first: int, count: int) -> Flow[DeskRequest, list[bytes]]:
    """Raises Truncated."""
    size = count * ENVELOPE
    data = yield from ReadSegment(SEGMENT_HEADER + first * ENVELOPE, size)
    if len(data) != size:
        raise Truncated("segment")
    return [data[at : at + ENVELOPE] for at in range(0, size, ENVELOPE)]
