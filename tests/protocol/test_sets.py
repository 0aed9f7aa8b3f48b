# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sets and indexes: every one has one form, and what is in it is found, and nothing else."""

from itertools import pairwise

import pytest
from hypothesis import given, settings, strategies as st

from dropbox.protocol.errors import BadValue, Malformed
from dropbox.protocol.index import INDEX_LONGEST, index_size, make_index, parse_index
from dropbox.protocol.sets import make_set, parse_set, set_size, value_of
from tests.vectors.scenario_sets import lanes_of, marks_of

STEP = 1 << 24


@st.composite
def value_lists(draw: st.DrawFn) -> list[int]:
    """All values of a set, also crowded ones: near one another, at the ends, in one step."""
    count = 1 << draw(st.integers(0, 6))
    anywhere, near = st.integers(0, count * STEP - 1), st.integers(0, 2 * count)
    base = draw(anywhere)
    crowded = near.map(lambda step: min(base + step, count * STEP - 1))
    low = near.map(lambda step: min(step, count * STEP - 1))
    values = draw(st.lists(anywhere | crowded | low, min_size=count, max_size=count, unique=True))
    return sorted(values)


@settings(max_examples=200)
@given(values=value_lists())
def test_a_set_is_read_back(values: list[int]) -> None:
    """Each in 2 bits and 3 bytes a value; written again it is the same."""
    data = make_set(values).encode()
    assert len(data) == set_size(len(values)) == max(1, 2 * len(values) // 8) + 3 * len(values)
    assert list(parse_set(data, len(values)).values) == values


def _read_by_hand(data: bytes, count: int) -> list[int] | None:
    """Section 2.2.6, said once more: the bits one after another; None for what is not in the one form."""
    bits = [data[at // 8] >> (7 - at % 8) & 1 for at in range(8 * -(-2 * count // 8))]
    values, high, rank = [], 0, 0
    for bit in bits:
        if bit and rank < count:
            low = int.from_bytes(data[len(bits) // 8 + 3 * rank :][:3], "big")
            values.append(high * STEP + low)
            rank += 1
        elif bit:
            return None
        else:
            high += 1
    whole = rank == count and all(a < b for a, b in pairwise(values)) and values[-1] < count * STEP
    return values if whole else None


@settings(max_examples=400)
@given(count=st.sampled_from([1, 2, 4, 8]), data=st.data())
def test_any_bytes_are_a_set_exactly_where_the_text_says_so(count: int, data: st.DataObject) -> None:
    """A reader by the letter of the text agrees on every one, and two that differ are never one set."""
    bits = data.draw(st.binary(min_size=set_size(count) - 3 * count, max_size=set_size(count) - 3 * count))
    low = st.sampled_from([b"\0\0\0", b"\0\0\1", b"\xff\xff\xff"])
    made = bits + b"".join(data.draw(st.lists(low, min_size=count, max_size=count)))
    try:
        found = list(parse_set(made, count).values)
    except Malformed:
        assert _read_by_hand(made, count) is None
        return
    assert found == _read_by_hand(made, count)
    assert make_set(found).encode() == made


def test_every_pattern_of_bits_of_four_values() -> None:
    """Of 256 patterns those with four ones and a zero at the end are sets: 7 over 4."""
    lows = b"".join(bytes([0, 0, at]) for at in range(4))
    held = 0
    for pattern in range(256):
        try:
            parse_set(bytes([pattern]) + lows, 4)
        except Malformed:
            continue
        held += 1
    assert held == 35


@given(values=value_lists(), other=st.integers(0, 1 << 41))
def test_a_rank_is_how_many_are_smaller(values: list[int], other: int) -> None:
    """For each value, for those beside it, and for any other."""
    found = make_set(values)
    ranks = {value: at for at, value in enumerate(values)}
    for value in (*values, other, *(one + 1 for one in values), *(one - 1 for one in values)):
        assert found.rank(value) == ranks.get(value)


@given(name=st.binary(min_size=6, max_size=16), power=st.integers(0, 17))
def test_a_value_is_the_first_bits(name: bytes, power: int) -> None:
    """24 and as many as there are steps: any name falls into the set's range."""
    bits = "".join(f"{byte:08b}" for byte in name)
    assert value_of(name, 1 << power) == int(bits[: 24 + power], 2)


@pytest.mark.parametrize(("q", "m"), [(8, 8), (32, 8), (2_048, 8_192), (65_536, 131_072)])
def test_the_formula_of_an_index(q: int, m: int) -> None:
    """3.25 bytes a row and 6.25 a mark from 32 rows on."""
    data = make_index(lanes_of("size", q), marks_of("size", m)).encode() if q < 4_096 else bytes(index_size(q, m))
    assert len(data) == index_size(q, m)
    assert len(data) * 4 == 13 * q + 25 * m or q < 32
    assert len(data) <= INDEX_LONGEST


def test_every_row_and_mark_of_an_index_is_found_and_no_other() -> None:
    """Each tag in its lane, each mark with its payload; of tags at random hardly one."""
    lanes, marks = lanes_of("found", 512), marks_of("found", 64)
    index = parse_index(make_index(lanes, marks).encode(), 512, 64)
    rows = [tag for lane in lanes for tag in sorted(lane)]
    for lane in range(8):
        assert [index.row(lane, rows[at]) for at in range(64 * lane, 64 * lane + 64)] == [
            *range(64 * lane, 64 * lane + 64)
        ]
        assert [index.row(lane, tag) for tag in lanes[(lane + 1) % 8]] == [None] * 64
    assert {value: index.payload(value) for value in marks} == marks
    assert [index.payload(value + 1) for value in marks if value + 1 not in marks] == [None] * 64


def test_one_tag_more_or_less_is_refused() -> None:
    """Where the numbers of tags in the lanes differ, though their sum is right."""
    lanes, marks = lanes_of("uneven", 16), marks_of("uneven", 8)
    with pytest.raises(BadValue):
        make_index([lanes[0][:1], [*lanes[1], lanes[0][1]], *lanes[2:]], marks)
