# SPDX-License-Identifier: AGPL-3.0-or-later
"""A segment taken in one envelope after another says what a segment held whole says."""

import pytest

from dropbox.protocol.constants import ENVELOPE
from dropbox.protocol.errors import SegmentUnsorted, TrailingBytes, Truncated
from dropbox.protocol.primitives import sha256
from dropbox.protocol.wire import (
    SEGMENT_HEADER,
    SegmentHead,
    SegmentIds,
    parse_segment,
    parse_segment_head,
    segment_header,
    segment_size,
)

ENVELOPES = sorted((bytes([number]) * ENVELOPE for number in range(5)), key=sha256)
HEADER = segment_header(b"s" * 16, 7, True, len(ENVELOPES))


def test_ids_are_kept_in_their_order() -> None:
    """Each by its place, and together the same root as of the whole."""
    ids = SegmentIds()
    assert ids.root == sha256(b"")
    for envelope in ENVELOPES:
        ids.take(envelope)
    names = [sha256(envelope) for envelope in ENVELOPES]
    assert (len(ids), list(ids), ids[3]) == (5, names, names[3])
    assert ids.root == parse_segment(HEADER + b"".join(ENVELOPES)).root


def test_an_id_that_does_not_rise_is_refused() -> None:
    """The same envelope again, and one that belongs before."""
    for second in (ENVELOPES[2], ENVELOPES[1]):
        ids = SegmentIds()
        ids.take(ENVELOPES[2])
        with pytest.raises(SegmentUnsorted):
            ids.take(second)


def test_a_count_must_make_the_size() -> None:
    """Too few bytes for it, too many, and a header cut short."""
    size = segment_size(len(ENVELOPES))
    assert parse_segment_head(HEADER, size) == SegmentHead(b"s" * 16, 7, True, 5)
    for data, wrong, error in (
        (HEADER, size - 1, Truncated),
        (HEADER, size + 1, TrailingBytes),
        (HEADER[:-1], SEGMENT_HEADER - 1, Truncated),
        (HEADER + b"x", size, TrailingBytes),
    ):
        with pytest.raises(error):
            parse_segment_head(data, wrong)
