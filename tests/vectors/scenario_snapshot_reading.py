# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scenarios of reading a unit's newest batch with a codename."""

from typing import Any

from dropbox.protocol.marks import Mark, mark_name, mark_value
from tests.vectors.scenario import Scenario, Values, bend, flip, refuse
from tests.vectors.small_service import START, STRETCHED, Reply, keys_for, make_entry, make_unit, seed
from tests.vectors.small_snapshot import Said, make_row, make_snapshot, own_mark, said_to, shown

UNITS = [make_unit(slug) for slug in ("intake", "north")]
DAY = START + 2
EURO = "\u20ac".encode()


def _read(said: Said | None = None, stretched: bytes = STRETCHED, slug: str = "north", **changes: Any) -> Values:
    made = {"intake": None, "north": make_snapshot("north", DAY, said, **changes)}
    return {**shown(UNITS, made), "slug": slug, "stretched": stretched.hex()}


def _found(texts: list[tuple[int, str]], ack: int, rows: int, **more: Any) -> Values:
    plain = {"texts": [list(one) for one in texts], "ack": ack, "unacknowledged": bool(texts), "rows": rows}
    return {"found": {**plain, "failed": 0, "mark": None, **more}}


NOTHING: Values = {"found": None}
Rows = list[tuple[str, str, Values, Values]]


def _mark(collected: int, more_waits: bool = False) -> Values:
    return {"collected": collected, "more_waits": more_waits}


def _texts() -> Rows:
    one = {5: Reply(1, b"one")}
    parts = {
        0: Reply(2, b" three", 0, 1, 3, 3),
        3: Reply(2, b"two " + EURO[:1], 0, 1, 1, 3),
        6: Reply(2, EURO[1:], 0, 1, 2, 3),
        7: Reply(1, b"one"),
    }
    eight = {lane: Reply(9, b"%d" % lane, 0, 127, lane + 1, 8, 9) for lane in range(8)}
    numbers = {lane: Reply(lane + 1, b"t%d" % lane, 0, lane) for lane in range(8)}
    wide = said_to("north", DAY, {7: Reply(1, b"one")}, q=16)
    return [
        ("nothing", "Nothing is there for this codename.", _read(), NOTHING),
        ("none", "The unit has no batch.", _read(slug="intake"), NOTHING),
        ("stranger", "Nor for another one.", _read(said_to("north", DAY, one), bytes([0x22]) * 32), NOTHING),
        (
            "one",
            "A text in lane 5, with nothing in the lanes before.",
            _read(said_to("north", DAY, one)),
            _found([(1, "one")], 1, 1),
        ),
        ("wide", "In the second of a lane's two rows, or the first.", _read(wide), _found([(1, "one")], 1, 1)),
        (
            "parts",
            "Two texts; the parts of the second in any lanes; a letter cut in two is whole again.",
            _read(said_to("north", DAY, parts, own_mark("north", DAY, 2))),
            _found([(1, "one"), (2, "two \u20ac three")], 2, 4, mark=_mark(2)),
        ),
        (
            "eight",
            "Eight parts at a chain's last step.",
            _read(said_to("north", DAY, eight)),
            _found([(9, "01234567")], 9, 8),
        ),
        (
            "numbers",
            "Eight texts, a step each.",
            _read(said_to("north", DAY, numbers)),
            _found([(at + 1, f"t{at}") for at in range(8)], 8, 8),
        ),
    ]


def _acks() -> Rows:
    def of(*replies: Reply) -> Values:
        return _read(said_to("north", DAY, dict(enumerate(replies))))

    again = Reply(3, b"three", 0, 0, first=5)
    return [
        (
            "ack-gap",
            "Number 5 is missing: 4 is acknowledged, 6 is shown.",
            of(Reply(4, b"four", first=4), Reply(6, b"six", 0, 1, first=4)),
            _found([(4, "four"), (6, "six")], 4, 2),
        ),
        (
            "ack-none",
            "The first unread one is missing: what came before it.",
            of(Reply(5, b"five", first=4)),
            _found([(5, "five")], 3, 1),
        ),
        (
            "ack-half",
            "Half of a text is neither acknowledged nor shown.",
            of(Reply(4, b"half", 0, 0, 1, 2, first=4)),
            _found([], 3, 1),
        ),
        (
            "ack-known",
            "A text that the unit knows to be read is shown, and nothing is left to acknowledge.",
            of(again),
            _found([(3, "three")], 4, 1, unacknowledged=False),
        ),
        (
            "from-lowest-lane",
            "Of two numbers to count from, the one in the lowest lane.",
            of(Reply(4, b"four", first=4), Reply(5, b"five", 0, 1, first=2)),
            _found([(4, "four"), (5, "five")], 5, 2),
        ),
        (
            "first-copy",
            "Of two copies of a part, the one in the lowest lane; of two numbers of parts, that one's.",
            of(Reply(1, b"one"), Reply(1, b"uno", 0, 1), Reply(1, b"UNO", 0, 2, 2, 2)),
            _found([(1, "one")], 1, 3),
        ),
        (
            "not-text",
            "A text that is not UTF-8 is not shown, and is acknowledged.",
            of(Reply(1, b"\xff"), Reply(2, b"two", 0, 1)),
            _found([(2, "two")], 2, 2),
        ),
        (
            "largest",
            "The largest number there is.",
            of(Reply(0xFFFF_FFFF, b"last", first=0xFFFF_FFFF)),
            _found([(0xFFFF_FFFF, "last")], 0xFFFF_FFFF, 1),
        ),
    ]


def _marks() -> Rows:
    keys = keys_for("north")
    name = mark_name(keys.beacon, keys.pseudonym, DAY)
    strange = {mark_value(name, 8): bytes([name[16] ^ 2, name[17], name[18]])}
    return [
        ("mark", "A mark alone.", _read(Said(marks=own_mark("north", DAY, 3))), _found([], 0, 0, mark=_mark(3))),
        (
            "mark-none",
            "One that says none.",
            _read(Said(marks=own_mark("north", DAY, 0))),
            _found([], 0, 0, mark=_mark(0)),
        ),
        (
            "mark-waits",
            "More waits.",
            _read(Said(marks=own_mark("north", DAY, 3, True))),
            _found([], 0, 0, mark=_mark(3, True)),
        ),
        ("mark-chance", "A value that fell together, with another flag.", _read(Said(marks=strange)), NOTHING),
        ("mark-other-day", "Another period's mark.", _read(Said(marks=own_mark("north", DAY + 1, 3))), NOTHING),
        (
            "mark-chance-rows",
            "The same beside a text.",
            _read(said_to("north", DAY, {1: Reply(1, b"one")}, strange)),
            _found([(1, "one")], 1, 1),
        ),
    ]


def _spoilt() -> Rows:
    good = make_row("north", DAY, 0, Reply(1, b"one"))
    other = make_row("north", DAY, 1, Reply(2, b"two", 0, 1))
    forged = make_row("north", DAY, 0, Reply(1, b"lie"), seed("intake signs"))
    old = make_entry("north", DAY, Reply(1, b"one", 0))
    long = make_row("north", DAY, 0, Reply(1, b"one", 0, 127, message_id=seed("another")[:16]))
    return [
        (
            "tag",
            "A row whose tag only begins as this source's is none of its.",
            _read(Said({0: (bend(good, 8, bytes(8)),)})),
            NOTHING,
        ),
        ("lane", "Nor is an entry in another lane.", _read(Said({2: (good,)})), NOTHING),
        ("day", "Nor one of another period.", _read(said_to("north", DAY + 1, {0: Reply(1, b"one")})), NOTHING),
        ("forged", "Another unit's signature.", _read(Said({0: (forged,)})), _found([], 0, 1, failed=1)),
        ("old", "An entry of the old board.", _read(Said({0: (old,)})), _found([], 0, 1, failed=1)),
        (
            "after-failed",
            "After a row that fails the next lane is looked into.",
            _read(Said({0: (flip(good, -1),), 1: (other,)})),
            _found([(2, "two")], 0, 2, failed=1),
        ),
        (
            "failed-mark",
            "Rows that fail, and a mark.",
            _read(Said({0: (flip(good, 40),)}, own_mark("north", DAY, 1))),
            _found([], 0, 1, failed=1, mark=_mark(1)),
        ),
        (
            "far",
            "Two chains, one to its end.",
            _read(Said({0: (long,), 1: (other,)})),
            _found([(1, "one"), (2, "two")], 2, 2),
        ),
        (
            "chains",
            "Eight chains to their ends.",
            _read(_eight_chains()),
            _found([(at + 1, "far") for at in range(8)], 8, 8),
        ),
    ]


def _eight_chains() -> Said:
    """The most that one batch can make a visit walk."""
    ids = [seed(f"message {at}")[:16] for at in range(8)]
    return said_to("north", DAY, {at: Reply(at + 1, b"far", 0, 127, message_id=ids[at]) for at in range(8)})


def snapshot_reading_scenarios() -> list[Scenario]:
    """All of this file."""
    assert _mark(1) == vars(Mark(1, False))
    rows = [*_texts(), *_acks(), *_marks(), *_spoilt()]
    found: list[Scenario] = [
        (f"snapshot-read-{n}", claim, "snapshot-read", values, made) for n, claim, values, made in rows
    ]
    altered = _read(said_to("north", DAY, {0: Reply(1, b"one")}), rows_hash=bytes(32))
    return [
        *found,
        refuse("snapshot-read-altered", "Nothing of an altered batch.", "snapshot-read", altered, "batch-altered"),
    ]
