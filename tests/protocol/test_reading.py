# SPDX-License-Identifier: AGPL-3.0-or-later
"""A batch from the unit to the source: what was put in comes out, whole or not at all."""

from dataclasses import replace

import pytest
from hypothesis import given, settings, strategies as st

from dropbox.protocol.errors import BatchAltered, BoardAltered
from dropbox.protocol.proofs import ProvedUnit, prove_unit
from dropbox.protocol.reading import read_conversation
from dropbox.protocol.units import BoardPlace
from tests.vectors.small_service import (
    SERVICE,
    START,
    Made,
    Reply,
    Said,
    keys_for,
    make_batch,
    make_unit,
    own_mark,
    part_with,
    said_to,
)

NORTH = make_unit("north")


def proved(made: Made) -> ProvedUnit:
    return prove_unit(SERVICE, BoardPlace(NORTH), part_with("north", made), made.rows)


@st.composite
def placed(draw: st.DrawFn) -> tuple[dict[int, Reply], dict[int, str]]:
    """Up to eight parts of several texts in any lanes; and the texts, by number, of which every part is placed."""
    lanes = draw(st.permutations(range(8)))
    replies: dict[int, Reply] = {}
    whole: dict[int, str] = {}
    for number in range(1, draw(st.integers(1, 4)) + 1):
        parts = draw(st.integers(1, 3))
        left_out = draw(st.sampled_from([0, 0, 0, *range(1, parts + 1)]))
        for part in range(1, parts + 1):
            if part != left_out and len(replies) < 8:
                replies[lanes[len(replies)]] = Reply(number, f"{number}.{part} ".encode(), number, part, parts)
        kept = [one.part for one in replies.values() if one.number == number]
        if len(kept) == parts:
            whole[number] = "".join(f"{number}.{part} " for part in range(1, parts + 1))
    return replies, whole


@settings(max_examples=40, deadline=None)
@given(said=placed(), waits=st.booleans(), q=st.sampled_from([8, 32]))
def test_what_was_placed_is_read(said: tuple[dict[int, Reply], dict[int, str]], waits: bool, q: int) -> None:
    """Each text of which every part is there, and its acknowledgement up to the first that is not."""
    replies, whole = said
    made = make_batch("north", START, said_to("north", START, replies, own_mark("north", START, 9, waits), q))
    found = read_conversation(proved(made), keys_for("north"))
    assert found is not None
    assert {text.number: text.text for text in found.texts} == whole
    assert (found.rows, found.failed) == (len(replies), 0)
    assert found.ack == next(number for number in range(6) if number + 1 not in whole)
    assert found.unacknowledged == bool(whole)
    assert found.mark is not None
    assert found.mark.more_waits == waits


MADE = make_batch("north", START, said_to("north", START, {2: Reply(1, b"one")}))


@settings(max_examples=150, deadline=None)
@given(
    place=st.integers(0, 1 << 20),
    bit=st.integers(0, 7),
    field=st.sampled_from(["manifest", "signature", "index", "rows"]),
)
def test_no_bit_of_a_proved_batch_can_be_turned(place: int, bit: int, field: str) -> None:
    """Whatever a server turns is a proof, and never an error of another kind."""
    batch = MADE.batch
    data = bytearray(MADE.rows if field == "rows" else getattr(batch, field))
    data[place % len(data)] ^= 1 << bit
    turned = Made(batch, bytes(data)) if field == "rows" else Made(replace(batch, **{field: bytes(data)}), MADE.rows)
    with pytest.raises(BoardAltered):
        proved(turned)


def test_what_a_unit_signs_wrongly_is_a_proof() -> None:
    """Rows fewer than its q: as many as the hash says, and never a crash of who reads them."""
    short = make_batch("north", START, Said(), q=16)
    with pytest.raises(BatchAltered):
        proved(short)


def test_rows_that_are_not_there_hold_nothing() -> None:
    """A unit that signed fewer rows than its index has: what points beyond them is no row."""
    rows = MADE.rows[:1_024]
    said = said_to("north", START, {2: Reply(1, b"one")})
    assert (
        read_conversation(proved(make_batch("north", START, said, rows=rows, root=bytes(16))), keys_for("north"))
        is None
    )
