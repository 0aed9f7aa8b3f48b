# SPDX-License-Identifier: AGPL-3.0-or-later
"""Marks of the board: how many of its messages a unit has, for one source to see (section 6.6)."""

from dataclasses import dataclass

from . import labels
from .constants import MAX_MARK_COUNT, PAYLOAD, TAG
from .encoding import Reader, u8, u16, u32, xor
from .primitives import mac
from .sets import value_of

_MASK = slice(TAG, TAG + PAYLOAD)


@dataclass(frozen=True)
class Mark:
    """``collected``: how many messages the unit has whole, 65,535 for more; ``more_waits``: a text that the source has
    not acknowledged is not in this batch."""

    collected: int
    more_waits: bool


def mark_name(beacon: bytes, pseudonym: bytes, period: int) -> bytes:
    """x: 32 bytes whose first bits are the mark's value and whose 17th to 19th byte hide its payload."""
    return mac(beacon, labels.COLLECTED_MARK + pseudonym + u32(period))


def mark_value(name: bytes, m: int) -> int:
    """What stands for the mark in a batch of ``m`` marks."""
    return value_of(name, m)


def hide_mark(name: bytes, mark: Mark) -> bytes:
    """The payload, 3 bytes; the number saturates."""
    return xor(u8(mark.more_waits) + u16(min(mark.collected, MAX_MARK_COUNT)), name[_MASK])


def show_mark(name: bytes, payload: bytes) -> Mark | None:
    """What a payload that stands with the mark's value says; None where it is none of this source's."""
    reader = Reader(xor(payload, name[_MASK]), "mark")
    flag = reader.u8()
    return Mark(reader.u16(), flag == 1) if flag <= 1 else None
