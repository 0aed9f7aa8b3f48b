# SPDX-License-Identifier: AGPL-3.0-or-later
"""The blobs of a visit with files, real and random ones in random order (docs/protocol.md, step 7.1.9)."""

from collections.abc import Callable, Sequence

from dropbox.flows.drive import Flow
from dropbox.protocol.blobs import blob_id, parse_pass, posted, posting_order
from dropbox.protocol.chance import Random
from dropbox.protocol.constants import BLOB
from dropbox.protocol.errors import BadValue, FilesTooLate, ProtocolError
from dropbox.protocol.wire import parse_receipt

from .requests import GetPass, PassGone, PostBlob, VisitRequest

PASSES = 3
"""Passes that a visit asks for: one lapses when the line was cut for long, and ends with the server's process."""
HOUR = 3_600
"""Seconds for which the same blobs are sent, over all tries; then the keys of their files are used no more."""


class Attached:
    """What is left to post, kept from one try of a visit to the next: what has a receipt is not posted again."""

    def __init__(self, blobs: Sequence[bytes], random: Random, now: Callable[[], float]) -> None:
        """``blobs`` of all files of the message; ``now`` in seconds of a clock that sleep does not stop. Raises
        BadValue for none, TooLong."""
        count = posted(len(blobs))
        every = [*blobs, *(random(BLOB) for _ in range(count - len(blobs)))]
        self._random, self._now, self._begun = random, now, now()
        self.left = [every[number] for number in posting_order(count, random)]
        self.refused: ProtocolError | None = None
        """Why the message does not go: then nothing of its files does any more, in this visit or a later one."""

    @property
    def over(self) -> bool:
        """Whether their hour is over, or the clock was set."""
        return not 0 <= self._now() - self._begun <= HOUR

    def spoil(self, why: ProtocolError) -> ProtocolError:
        """Random bytes in place of all that is left. The first reason stands."""
        if self.refused is None:
            self.refused = why
            self.left = [self._random(BLOB) for _ in self.left]
        return self.refused


def post_blobs(attached: Attached) -> Flow[VisitRequest, None]:
    """Every blob that is left. Raises Malformed for an answer that is none, FilesTooLate."""
    for _ in range(PASSES):
        if not attached.left:
            return
        _in_time(attached)
        admitted = parse_pass((yield from GetPass(len(attached.left))))
        if admitted.blobs != len(attached.left):
            raise BadValue("pass for others")
        while attached.left:
            _in_time(attached)
            blob = attached.left[0]
            answer = yield from PostBlob(admitted.name, blob)
            if isinstance(answer, PassGone):
                break
            if parse_receipt(answer).id != blob_id(blob):
                raise BadValue("receipt for another blob")
            del attached.left[0]
    if attached.left:
        raise BadValue("passes")


def _in_time(attached: Attached) -> None:
    """Raises FilesTooLate."""
    if attached.over:
        raise FilesTooLate("hour")
