# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sets of numbers in about 26 bits each, every number with its rank (docs/protocol.md, section 2.2)."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from .constants import LOW, LOW_BITS, MAX_MARKS
from .encoding import Reader
from .errors import BadPadding, BadValue, WrongLength

_NAME = 6
"""Bytes that hold the bits of any value: 24 + 17 at most."""


def is_size(size: int, low: int, high: int) -> bool:
    """Whether ``size`` is a power of two within [low, high]; ``low`` is at least 1."""
    return low <= size <= high and size & (size - 1) == 0


def set_size(count: int) -> int:
    """Bytes of a set of ``count`` values: 2 x count bits, filled to a byte, and 3 bytes a value."""
    return (2 * count + 7) // 8 + LOW * count


def value_of(name: bytes, count: int) -> int:
    """The value of ``name`` in a set of ``count``: its first 24 + log2(count) bits. Raises Truncated."""
    bits = LOW_BITS + count.bit_length() - 1
    return Reader(name, "name").number(_NAME) >> (8 * _NAME - bits)


@dataclass(frozen=True)
class NumberSet:
    """``values`` rise strictly, are a power of two in number, and lie below their number x 2^24."""

    values: tuple[int, ...]

    def rank(self, value: int) -> int | None:
        """How many values are smaller, where ``value`` is one of them."""
        at = bisect_left(self.values, value)
        return at if at < len(self.values) and self.values[at] == value else None

    def encode(self) -> bytes:
        """The one form: for each value as many 0 bits as value >> 24 grew, then a 1; then the low 3 bytes of each."""
        count = len(self.values)
        bits = bytearray(set_size(count) - LOW * count)
        for at, value in enumerate(self.values):
            place = (value >> LOW_BITS) + at
            bits[place >> 3] |= 0x80 >> (place & 7)
        return bytes(bits) + b"".join((value & ((1 << LOW_BITS) - 1)).to_bytes(LOW, "big") for value in self.values)


def make_set(values: Sequence[int]) -> NumberSet:
    """Raises BadValue."""
    made, count = tuple(values), len(values)
    if not is_size(count, 1, MAX_MARKS) or made[0] < 0 or made[-1] >> LOW_BITS >= count or not _rise(made):
        raise BadValue("set")
    return NumberSet(made)


def _rise(values: Sequence[int]) -> bool:
    return all(lower < higher for lower, higher in pairwise(values))


def parse_set(data: bytes, count: int) -> NumberSet:
    """A set of ``count`` values, which must be in its one form. Raises BadValue, WrongLength, BadPadding."""
    if not is_size(count, 1, MAX_MARKS):
        raise BadValue("set size")
    if len(data) != set_size(count):
        raise WrongLength("set")
    lows_at = len(data) - LOW * count
    bits = format(int.from_bytes(data[:lows_at], "big"), f"0{8 * lows_at}b")
    places = [at for at, bit in enumerate(bits[: 2 * count]) if bit == "1"]
    # A one in the last place would stand after as many zeros as there are values: its value would be too large.
    if len(places) != count or places[-1] == 2 * count - 1:
        raise BadValue("set bits")
    if "1" in bits[2 * count :]:
        raise BadPadding("set")
    lows = (int.from_bytes(data[at : at + LOW], "big") for at in range(lows_at, len(data), LOW))
    values = tuple((place - at) << LOW_BITS | low for at, (place, low) in enumerate(zip(places, lows, strict=True)))
    if not _rise(values):
        raise BadValue("set order")
    return NumberSet(values)
