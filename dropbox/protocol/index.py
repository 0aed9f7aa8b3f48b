# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a batch holds, in short: the beginnings of its rows' tags, lane by lane, and its marks (section 6.7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .constants import LANES, LEAST_MARKS, LEAST_ROWS, MAX_MARKS, MAX_ROWS, PAYLOAD
from .encoding import Reader
from .errors import BadValue, WrongLength
from .sets import NumberSet, is_size, make_set, parse_set, set_size, value_of


def check_sizes(q: int, m: int) -> None:
    """``q`` rows and ``m`` marks are numbers that a batch may have. Raises BadValue."""
    if not is_size(q, LEAST_ROWS, MAX_ROWS) or not is_size(m, LEAST_MARKS, MAX_MARKS):
        raise BadValue("rows and marks")


def index_size(q: int, m: int) -> int:
    """Bytes of the index of a batch of ``q`` rows and ``m`` marks."""
    return LANES * set_size(q // LANES) + set_size(m) + PAYLOAD * m


INDEX_LONGEST = index_size(MAX_ROWS, MAX_MARKS)


@dataclass(frozen=True)
class Index:
    """A set of tags' beginnings a lane, the set of the marks' values, and their payloads in its order."""

    lanes: tuple[NumberSet, ...]
    marks: NumberSet
    payloads: bytes

    @property
    def lane_rows(self) -> int:
        """How many rows each lane has."""
        return len(self.lanes[0].values)

    def row(self, lane: int, tag: bytes) -> int | None:
        """The number of the row, from 0, whose tag begins in ``lane`` as this one does; about one tag in 2^24 does so
        by chance."""
        rank = self.lanes[lane].rank(value_of(tag, self.lane_rows))
        return None if rank is None else lane * self.lane_rows + rank

    def payload(self, value: int) -> bytes | None:
        """The 3 bytes that stand with a mark's value."""
        rank = self.marks.rank(value)
        return None if rank is None else self.payloads[rank * PAYLOAD : (rank + 1) * PAYLOAD]

    def encode(self) -> bytes:
        """``8 x set(q / 8) || set(m) || m x payload 3``."""
        return b"".join(lane.encode() for lane in self.lanes) + self.marks.encode() + self.payloads


def make_index(lanes: Sequence[Sequence[bytes]], marks: Mapping[int, bytes]) -> Index:
    """Of eight lanes of entries (or of their tags), in any order, and of each mark's payload by its value.

    Raises BadValue where two tags of a lane begin alike, or the numbers are none that a batch may have.
    """
    check_sizes(sum(len(lane) for lane in lanes), len(marks))
    if [len(lane) for lane in lanes] != [len(lanes[0])] * LANES or {len(one) for one in marks.values()} != {PAYLOAD}:
        raise BadValue("lanes")
    sets = tuple(make_set([value_of(tag, len(lane)) for tag in sorted(lane)]) for lane in lanes)
    ordered = sorted(marks)
    return Index(sets, make_set(ordered), b"".join(marks[value] for value in ordered))


def parse_index(data: bytes, q: int, m: int) -> Index:
    """The index of ``q`` rows and ``m`` marks, in its one form. Raises BadValue, WrongLength, BadPadding."""
    check_sizes(q, m)
    if len(data) != index_size(q, m):
        raise WrongLength("index")
    reader, lane_rows = Reader(data, "index"), q // LANES
    lanes = tuple(parse_set(reader.take(set_size(lane_rows)), lane_rows) for _ in range(LANES))
    marks = parse_set(reader.take(set_size(m)), m)
    return Index(lanes, marks, reader.take(PAYLOAD * m))
