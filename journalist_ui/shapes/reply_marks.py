# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the checker marks in words to a source."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ReplyMark:
    """What the checker marks in a text: from ``start`` to before ``end``, in letters, with these ``words``; ``kind`` is
    tasking, gives-away, identity, meeting or link, ``reason`` a sentence for the text's writer."""

    start: int
    end: int
    kind: str
    reason: str
    words: str
