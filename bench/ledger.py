# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a client was told, held against what the server shows after it was killed."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from dropbox.protocol.primitives import sha256
from dropbox.protocol.wire import Segment


class Broken(Exception):
    """A promise was broken; the message says which."""


@dataclass
class Ledger:
    """Every envelope that was sent, and every receipt that came back."""

    sent: set[bytes] = field(default_factory=set)
    receipts: dict[bytes, int] = field(default_factory=dict)
    closed: dict[int, bytes] = field(default_factory=dict)
    checked: int = 0

    def acknowledged(self, envelope: bytes, period: int) -> None:
        """A receipt arrived. Raises Broken when it is not the one of the first time."""
        name = sha256(envelope)
        if self.receipts.setdefault(name, period) != period:
            raise Broken(f"an envelope was in period {self.receipts[name]} and is now in {period}")

    def check(self, segments: Iterable[Segment]) -> None:
        """All segments that the server shows, oldest first. Raises Broken."""
        where: dict[bytes, int] = {}
        shown: set[int] = set()
        for segment in segments:
            shown.add(segment.period)
            ids = [sha256(envelope) for envelope in segment.envelopes]
            if segment.closed and self.closed.setdefault(segment.period, segment.root) != segment.root:
                raise Broken(f"closed segment {segment.period} changed")
            for one in ids:
                if one not in self.sent:
                    raise Broken(f"segment {segment.period} holds bytes that nobody sent")
                if one in where:
                    raise Broken(f"an envelope is in segments {where[one]} and {segment.period}")
                where[one] = segment.period
        for one, period in self.receipts.items():
            if period in shown and where.get(one) != period:
                raise Broken(f"an envelope that was acknowledged in period {period} is in {where.get(one)}")
        self.checked += sum(1 for period in self.receipts.values() if period in shown)
