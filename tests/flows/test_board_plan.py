# SPDX-License-Identifier: AGPL-3.0-or-later
"""What stands on a unit's next board: whole texts, in their order, those first of whom something was heard last."""

from collections import Counter
from dataclasses import replace

from hypothesis import given, strategies as st

from bench.board_model import Load, run_model
from dropbox.flows.desk.board_plan import (
    MARK,
    Correspondent,
    Mark,
    PlannedText,
    Row,
    Spans,
    plan_marks,
    plan_rows,
)
from dropbox.protocol.constants import LANES
from dropbox.protocol.primitives import sha256

NOW = 100
SPANS = Spans(stay=14, linger=3, give_up=60)
periods = st.integers(1, NOW)


def value(pseudonym: bytes, lane: int) -> int:
    """As tags are: for each conversation and lane another."""
    return int.from_bytes(sha256(pseudonym + bytes((lane & 0xFF,)))[:4], "big")


def crowded(pseudonym: bytes, lane: int) -> int:
    """So few values that some meet."""
    return value(pseudonym, lane) % 5


def text(number: int, **changes: int) -> PlannedText:
    return replace(PlannedText(id=number, number=number, parts=1, written=NOW), **changes)


def one(name: str, *texts: PlannedText, **changes: int) -> Correspondent:
    """Somebody whose chain carries every text."""
    return replace(Correspondent(name.encode(), texts, heard=NOW, steps=128, collected=1), **changes)


def planned(*conversations: Correspondent, rows: int = 8, now: int = NOW) -> tuple[Row, ...]:
    return plan_rows(conversations, rows, now, SPANS, value)


def texts_of(rows: tuple[Row, ...]) -> set[int]:
    return {row.text for row in rows}


@st.composite
def conversations(draw: st.DrawFn) -> tuple[Correspondent, ...]:
    """A few with every state of text; ids are drawn over all of them."""
    found, number = [], 0
    for place in range(draw(st.integers(0, 12))):
        texts = []
        for at in range(draw(st.integers(0, 4))):
            number += 1
            read = draw(st.just(0) | periods)
            numbered = bool(read) or draw(st.booleans())
            parts, written = draw(st.integers(1, LANES)), draw(periods)
            texts.append(PlannedText(number, at + 1 if numbered else 0, parts, written, read, draw(st.booleans())))
        asked, heard = draw(st.just(0) | periods), draw(periods)
        steps, collected, grown = draw(st.integers(0, 3)), draw(st.integers(0, 3)), draw(periods)
        who = bytes((place,)) * 4
        found.append(Correspondent(who, tuple(texts), heard, asked, steps, collected, grown, draw(st.booleans())))
    return tuple(found)


def _whole_and_in_order(found: Correspondent, rows: tuple[Row, ...]) -> None:
    """Each text with all its parts or none, none before a lower one, no more new ones than the chain has steps."""
    parts = {each.id: sorted(row.part for row in rows if row.text == each.id) for each in found.texts}
    living = found.living()
    assert all(parts[each.id] in ([], list(range(each.parts))) for each in found.texts)
    there = [bool(parts[each.id]) for each in living]
    assert there == sorted(there, reverse=True)
    assert sum(bool(parts[each.id]) and not each.keyed for each in found.texts) <= found.steps
    for each in found.texts:
        if parts[each.id] and each.read:
            assert each.read + SPANS.linger >= NOW
        elif parts[each.id]:
            assert max(found.written(), found.asked) + SPANS.stay >= NOW


@given(conversations(), st.sampled_from([8, 16, 64]))
def test_every_plan_keeps_the_rules(all_of: tuple[Correspondent, ...], rows: int) -> None:
    """Whatever is told: lanes hold what they can and no value twice, a conversation has a row in a lane at most once,
    texts are whole, in order, neither stale nor without a key; the order in which they were told changes nothing."""
    plan = plan_rows(all_of, rows, NOW, SPANS, crowded)
    assert max(Counter(row.lane for row in plan).values(), default=0) <= rows // LANES
    assert len({(row.lane, crowded(row.pseudonym, row.lane)) for row in plan}) == len(plan)
    assert len({(row.lane, row.pseudonym) for row in plan}) == len(plan)
    for found in all_of:
        _whole_and_in_order(found, tuple(row for row in plan if row.pseudonym == found.pseudonym))
    assert plan_rows(all_of[::-1], rows, NOW, SPANS, crowded) == plan


@given(conversations(), st.sampled_from([8, 128]))
def test_every_mark_keeps_the_rules(all_of: tuple[Correspondent, ...], marks: int) -> None:
    """No value twice, one of each at most; "more" where a living text is not on the board; nobody given up."""
    rows = plan_rows(all_of, 8, NOW, SPANS, value)
    there, known = texts_of(rows), {each.pseudonym: each for each in all_of}
    plan = plan_marks(all_of, rows, marks, NOW, SPANS, crowded)
    assert len(plan) <= marks
    assert len({crowded(mark.pseudonym, MARK) for mark in plan}) == len(plan)
    for mark in plan:
        found = known[mark.pseudonym]
        assert mark == Mark(found.pseudonym, found.collected, any(each.id not in there for each in found.living()))
        assert max(found.heard, found.written()) + SPANS.give_up >= NOW
    told = [known[mark.pseudonym].answered for mark in plan]
    assert told == sorted(told, reverse=True)


def test_whoever_was_heard_of_last_comes_first() -> None:
    """A text of today, one whose source asked yesterday, one of two days ago: each of eight parts, on eight rows."""
    fresh = one("fresh", text(1, parts=8))
    asked = one("asked", text(2, parts=8, written=NOW - 50), asked=NOW - 1)
    older = one("older", text(3, parts=8, written=NOW - 2))
    assert texts_of(planned(older, asked, fresh)) == {1}
    assert texts_of(planned(older, asked)) == {2}
    assert texts_of(planned(older)) == {3}


def test_a_text_waits_for_its_source_after_its_stay() -> None:
    """On the fourteenth day it still stands, on the fifteenth it does not, though there is room; when the source has
    come since, it stands again for as long."""
    waiting = one("a", text(1))
    assert texts_of(planned(waiting, now=NOW + 14)) == {1}
    assert texts_of(planned(waiting, now=NOW + 15)) == set()
    assert texts_of(planned(replace(waiting, asked=NOW + 30), now=NOW + 31)) == {1}
    assert texts_of(planned(replace(waiting, asked=NOW + 30), now=NOW + 45)) == set()


def test_what_was_read_can_be_read_again_while_there_is_room() -> None:
    """For three days, by steps of the chain that the acknowledgement seeded, and never in the place of what was not."""
    read = one("a", text(1, parts=8, read=NOW))
    assert texts_of(planned(read, now=NOW + 3)) == {1}
    assert texts_of(planned(read, now=NOW + 4)) == set()
    assert texts_of(planned(replace(read, steps=0))) == set()
    assert texts_of(planned(read, one("b", text(2, written=NOW - 14)))) == {2}
    assert texts_of(planned(one("c", text(3), text(4, read=NOW), steps=1))) == {3}


def test_more_waits_is_said_of_what_is_not_on_the_board() -> None:
    """For want of room, of a chain, or of its source's coming; also to whoever has no message that is whole."""
    there, room = one("a", text(1, parts=8)), one("b", text(2, written=NOW - 1))
    chainless, late = one("c", text(3), steps=0), one("d", text(4, written=NOW - 20), collected=0)
    everybody = (there, room, chainless, late)
    marks = plan_marks(everybody, planned(*everybody), 8, NOW, SPANS, value)
    assert {mark.pseudonym: mark.more for mark in marks} == {b"a": False, b"b": True, b"c": True, b"d": True}


def test_marks_go_to_the_answered_and_then_to_the_latest() -> None:
    """Of ten on eight marks the two whose messages are oldest, and that nobody has answered, have none."""
    crowd = [one(str(day), grown=NOW - day, answered=day == 9) for day in range(10)]
    marks = plan_marks(crowd, (), 8, NOW, SPANS, value)
    assert [mark.pseudonym for mark in marks] == [b"9", *(str(day).encode() for day in range(7))]


def test_a_board_of_its_size_is_on_time() -> None:
    """The model at the loads that the sizes are for: 99 in 100 texts stand on the next board."""
    found = run_model(Load(rows=64, reports=1.0), days=60, seed=1)
    assert found.texts > 50
    assert found.late <= found.texts / 100
