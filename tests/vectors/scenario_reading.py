# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scenarios of reading the board with a codename."""

from collections.abc import Sequence
from typing import Any

from tests.vectors.scenario import Scenario, Values, flip
from tests.vectors.small_service import (
    START,
    STRETCHED,
    Reply,
    Written,
    clock,
    make_entry,
    make_own_mark,
    make_unit,
    seed,
    served,
    standing,
    wrote,
)

NAMES = ("intake", "north")
UNITS = [make_unit(slug) for slug in NAMES]
NOW = START + 2
DAYS = (START, START + 1, NOW)
NOTHING: dict[int, Written] = {}
STRANGER = bytes([0x22]) * 32


def _read(north: dict[int, Written], intake: dict[int, Written] | None = None, stretched: bytes = STRETCHED) -> Values:
    parts = [standing("intake", DAYS, intake or NOTHING), standing("north", DAYS, north)]
    return {**served(UNITS, parts), "clock": clock(NOW), "stretched": stretched.hex()}


def _found(texts: Sequence[tuple[int, str, int]] = (), ack: int = 0, unit: str = "north", **more: Any) -> Values:
    found = {"unit": unit, "collected": 0, "texts": [list(text) for text in texts], "ack": ack}
    return {**found, "entries": True, "marked": False, "unread_entries": 0, **more}


def _all(*conversations: Values) -> Values:
    return {"conversations": list(conversations)}


def two(day: int, *replies: Reply, collected: int | None = None) -> dict[int, Written]:
    """What north writes on one day."""
    return {day: wrote("north", day, replies, collected)}


def _parted() -> dict[int, Written]:
    """Two texts, the second in three parts over two batches, its middle cut inside a letter."""
    euro = "\u20ac".encode()
    first = two(DAYS[0], Reply(1, b"one"), Reply(2, b"two " + euro[:1], 1, 1, 1, 3), collected=1)
    later = (Reply(2, euro[1:], 0, 2, 2, 3), Reply(2, b" three", 1, 3, 3, 3))
    return first | two(DAYS[1], *later, collected=2)


def _copies() -> dict[int, Written]:
    """A text posted again with another step of the chain, and a part that contradicts its own number."""
    return two(DAYS[0], Reply(1, b"one")) | two(DAYS[2], Reply(1, b"one", 0, 1), Reply(1, b"ONE", 1, 2, 1, 2))


def _doubled(day: int) -> Written:
    entries = tuple(make_entry("north", day, Reply(1, text, 0, step)) for step, text in enumerate((b"one", b"uno")))
    return Written(entries, tuple(make_own_mark("north", day, number) for number in (1, 2)))


def reading_scenarios() -> list[Scenario]:
    """All of this file."""
    gap = two(DAYS[0], Reply(4, b"four", first=4), Reply(6, b"six", 1, 1, first=4))
    missing = two(DAYS[0], Reply(5, b"five", first=4))
    half = two(DAYS[0], Reply(4, b"half", 0, 0, 1, 2, first=4))
    moved = two(DAYS[0], Reply(1, b"one")) | two(DAYS[2], Reply(2, b"two", 0, 1, first=2))
    eight = two(DAYS[0], *(Reply(at + 1, b"t%d" % at, at, at) for at in range(9)))
    hole = two(DAYS[0], Reply(1, b"one", 0, 0), Reply(2, b"two", 2, 1))
    not_text = two(DAYS[0], Reply(1, b"\xff"), Reply(2, b"two", 1, 1))
    marks = {day: wrote("north", day, collected=number) for day, number in zip(DAYS, (1, 3, 2), strict=True)}
    both = two(DAYS[1], Reply(1, b"one"))
    day = DAYS[0]
    rows: list[tuple[str, str, Values, Values]] = [
        ("nothing", "Nothing is there for this codename.", _read(NOTHING), _all()),
        ("stranger", "Nor for another one.", _read(_parted(), stretched=STRANGER), _all()),
        (
            "parts",
            "Several texts in parts over several batches; a letter cut in two is whole again.",
            _read(_parted()),
            _all(_found([(1, "one", day), (2, "two \u20ac three", day)], 2, collected=2, marked=True)),
        ),
        (
            "again",
            "A text posted again counts once, and a part that contradicts it does not.",
            _read(_copies()),
            _all(_found([(1, "one", day)], 1)),
        ),
        (
            "mark",
            "The greatest number of a mark counts.",
            _read(marks),
            _all(_found(entries=False, marked=True, collected=3)),
        ),
        (
            "ack-gap",
            "Number 5 is missing: 4 is acknowledged, 6 is shown.",
            _read(gap),
            _all(_found([(4, "four", day), (6, "six", day)], 4)),
        ),
        (
            "ack-none",
            "The first unread one is missing: what came before it.",
            _read(missing),
            _all(_found([(5, "five", day)], 3)),
        ),
        ("ack-half", "Half of a text is not acknowledged, nor shown.", _read(half), _all(_found([], 3))),
        (
            "ack-newest-from",
            "The newest batch says from where to count.",
            _read(moved),
            _all(_found([(1, "one", day), (2, "two", DAYS[2])], 2)),
        ),
        (
            "eight",
            "At most eight entries of one batch are looked for.",
            _read(eight),
            _all(_found([(at + 1, f"t{at}", day) for at in range(8)], 8)),
        ),
        (
            "from-lowest-slot",
            "Of two numbers to count from, the one in the lowest slot.",
            _read(two(day, Reply(4, b"four", first=4), Reply(5, b"five", 1, 1, first=2))),
            _all(_found([(4, "four", day), (5, "five", day)], 5)),
        ),
        (
            "first-copy",
            "Of two copies that differ, the one in the older batch.",
            _read(two(day, Reply(1, b"one")) | two(DAYS[2], Reply(1, b"uno", 0, 1))),
            _all(_found([(1, "one", day)], 1)),
        ),
        (
            "doubled-tag",
            "Of two entries, and of two marks, under one tag the last in the batch counts.",
            _read({day: _doubled(day)}),
            _all(_found([(1, "uno", day)], 1, collected=1, marked=True)),
        ),
        ("slots", "Slots are looked for one after the other.", _read(hole), _all(_found([(1, "one", day)], 1))),
        (
            "not-text",
            "A text that is not UTF-8 is not shown, and is acknowledged.",
            _read(not_text),
            _all(_found([(2, "two", day)], 2)),
        ),
        (
            "two-units",
            "Conversations with two units.",
            _read(both, {DAYS[0]: wrote("intake", DAYS[0], (Reply(1, b"hello"),), 1)}),
            _all(
                _found([(1, "hello", DAYS[0])], 1, "intake", marked=True, collected=1), _found([(1, "one", DAYS[1])], 1)
            ),
        ),
        (
            "far-chains",
            "All chains of a unit together are walked 1,024 steps and 16 more for each batch, and no further.",
            _read(two(day, *_far())),
            _all(_found([(1, "far", day), (2, "near", day)], 2, unread_entries=1)),
        ),
        *_misplaced(),
    ]
    return [(f"read-{name}", claim, "board-read", values, shown) for name, claim, values, shown in rows]


def _far() -> tuple[Reply, Reply, Reply]:
    """A chain's end, then a step of another one that just may be walked, then one too many."""
    second, third = (seed(f"message {number}")[:16] for number in (2, 3))
    last = Reply(1, b"far", 0, 1_023)
    return last, Reply(2, b"near", 1, 16 * len(DAYS) - 1, message_id=second), Reply(3, b"no", 2, 0, message_id=third)


def _misplaced() -> list[tuple[str, str, Values, Values]]:
    """Entries in the wrong place, or of somebody else's making."""
    day = DAYS[0]
    forged = Written((make_entry("north", day, Reply(1, b"lie"), seed("intake signs")),))
    good = make_entry("north", day, Reply(2, b"two", 1, 1))
    broken = Written((flip(make_entry("north", day, Reply(1, b"one")), -1), good))
    elsewhere = {day: Written((make_entry("north", day, Reply(1, b"one")),))}
    replayed = {DAYS[1]: Written((make_entry("north", day, Reply(1, b"one")),))}
    return [
        ("other-unit", "An entry counts only in its own unit's batch.", _read(NOTHING, elsewhere), _all()),
        ("other-period", "And only in its own period's.", _read(replayed), _all()),
        (
            "forged",
            "Another unit's signature in this unit's batch.",
            _read({day: forged}),
            _all(_found(unread_entries=1)),
        ),
        (
            "after-failed",
            "After an entry that fails, the next slot is looked for.",
            _read({day: broken}),
            _all(_found([(2, "two", day)], 0, unread_entries=1)),
        ),
    ]
