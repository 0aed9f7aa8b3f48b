# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was found in a file, and the one error of the walkers."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

LONGEST = 80
"""Letters of a value that are told."""
MOST = 24
"""Things that are told of one file."""
_MOST_OF_A_VALUE = 1_024
"""Bytes of it that are looked at."""


class NotOfItsKind(Exception):
    """The bytes do not follow the format that they begin with; no copy without metadata can be made of them."""


class Kind(Enum):
    """What somebody learns."""

    CAMERA = "camera"
    PLACE = "place"
    TIME = "time"
    AUTHOR = "author"
    SOFTWARE = "software"
    OTHER = "other"


@dataclass(frozen=True)
class Tell:
    """One thing that a file says; ``value`` is somebody else's text, "" where it is not shown."""

    kind: Kind
    value: str = ""


def value_of(raw: bytes) -> str:
    """A text of a file's, short and on one line, in whatever letters can be read."""
    text = raw[:_MOST_OF_A_VALUE].split(b"\0")[0].decode("utf-8", "replace")
    return " ".join(text.split())[:LONGEST]


def each_once(tells: Iterable[Tell]) -> tuple[Tell, ...]:
    """In the order of the kinds."""
    order = list(Kind)
    return tuple(sorted(dict.fromkeys(tells), key=lambda tell: order.index(tell.kind))[:MOST])
