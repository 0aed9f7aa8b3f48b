# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scenarios of the plan of a batch, each with the whole plan stated."""

from typing import Any

from dropbox.protocol.primitives import sha256
from tests.vectors.scenario import Scenario, Values

PERIOD = 20_000
SPANS: Values = {"stay": 14, "linger": 3, "give_up": 60}
SAME_VALUE = (59, 3005)
"""Two conversations whose tags have one value in lane 0 of eight rows, in PERIOD."""
SAME_MARK = (7917, 24373)
"""Two conversations whose marks have one value of eight, in PERIOD."""


def _names(number: int) -> Values:
    seed = sha256(b"plan" + number.to_bytes(4, "big"))
    return {"beacon": sha256(b"b" + seed).hex(), "pseudonym": sha256(b"p" + seed).hex()}


def _who(number: int) -> str:
    return str(_names(number)["pseudonym"])


def text(id: int, parts: int = 1, written: int = PERIOD, number: int = 0, read: int = 0, keyed: bool = False) -> Values:
    """A text; new and unread where nothing else is said."""
    return {"id": id, "number": number, "parts": parts, "written": written, "read": read, "keyed": keyed}


def source(number: int, *texts: Values, **more: Any) -> Values:
    """A conversation heard of today, with a whole chain and nothing collected."""
    usual = {"heard": PERIOD, "asked": 0, "steps": 128, "collected": 0, "grown": 0, "answered": True}
    return {**_names(number), **usual, "texts": list(texts), **more}


def _rows(*rows: tuple[int, int, int, int]) -> list[list[Any]]:
    return [[_who(number), text, part, lane] for number, text, part, lane in rows]


def _whole(number: int, text: int, *lanes: int) -> list[tuple[int, int, int, int]]:
    return [(number, text, part, lane) for part, lane in enumerate(lanes)]


def _marks(*marks: tuple[int, int, bool]) -> list[list[Any]]:
    return [[_who(number), collected, more] for number, collected, more in marks]


def _order(*numbers: int, period: int = PERIOD) -> list[int]:
    return sorted(numbers, key=lambda number: sha256(period.to_bytes(4, "big") + bytes.fromhex(_who(number))))


Plan = tuple[str, str, int, list[Values], list[list[Any]], list[list[Any]]]


def _turns() -> list[Plan]:
    """Name, claim, rows of the unit, conversations, planned rows and marks."""
    first, second = _order(1, 2)
    eight = tuple(range(8))
    return [
        ("empty", "Nobody: everything is random.", 8, [], [], []),
        ("one", "One part takes lane 0.", 8, [source(1, text(5))], _rows((1, 5, 0, 0)), []),
        (
            "longest",
            "Eight parts take every lane.",
            8,
            [source(1, text(5, parts=8))],
            _rows(*_whole(1, 5, *eight)),
            [],
        ),
        (
            "latest-written",
            "The conversation of the newest text comes first; the other's does not fit and waits.",
            8,
            [source(1, text(5, 5, PERIOD - 1)), source(2, text(6, 4))],
            _rows(*_whole(2, 6, 0, 1, 2, 3)),
            _marks((1, 0, True)),
        ),
        (
            "latest-asked",
            "Who came and did not find it counts as of then.",
            8,
            [source(1, text(5, 5, PERIOD - 9), asked=PERIOD), source(2, text(6, 4, PERIOD - 1))],
            _rows(*_whole(1, 5, 0, 1, 2, 3, 4)),
            _marks((2, 0, True)),
        ),
        (
            "equals",
            "Among equals the order is that of H(period || P_pk).",
            8,
            [source(1, text(5, 8)), source(2, text(6, 8))],
            _rows(*_whole(first, 4 + first, *eight)),
            _marks((second, 0, True)),
        ),
        (
            "stay-last",
            "On the last of its periods it stands.",
            8,
            [source(1, text(5, written=PERIOD - 14))],
            _rows((1, 5, 0, 0)),
            [],
        ),
        (
            "stay-over",
            "A period later it waits for its source, who is told.",
            8,
            [source(1, text(5, written=PERIOD - 15))],
            [],
            _marks((1, 0, True)),
        ),
        (
            "stay-asked",
            "And stands again when the source has asked.",
            8,
            [source(1, text(5, written=PERIOD - 40), asked=PERIOD - 1)],
            _rows((1, 5, 0, 0)),
            [],
        ),
    ]


def _places() -> list[Plan]:
    return [
        (
            "whole",
            "Whole or not at all, and none before a lower one: the third would fit.",
            8,
            [source(1, text(5, 4), text(6, 5), text(7, 1))],
            _rows(*_whole(1, 5, 0, 1, 2, 3)),
            _marks((1, 0, True)),
        ),
        (
            "numbers",
            "Texts that have a number come first, in its order, then the others as they were written.",
            8,
            [source(1, text(9), text(7), text(8, number=2, keyed=True), text(3, number=4, keyed=True))],
            _rows((1, 8, 0, 0), (1, 3, 0, 1), (1, 7, 0, 2), (1, 9, 0, 3)),
            [],
        ),
        (
            "emptiest",
            "The lanes with most room first, the lowest among equals.",
            16,
            [source(1, text(5, 3)), source(2, text(6, 6, PERIOD - 1)), source(3, text(7, 2, PERIOD - 2))],
            _rows(*_whole(1, 5, 0, 1, 2), *_whole(2, 6, 3, 4, 5, 6, 7, 0), *_whole(3, 7, 1, 2)),
            [],
        ),
        (
            "value-taken",
            "A lane whose value of the tag is taken is out.",
            8,
            [source(SAME_VALUE[0], text(5)), source(SAME_VALUE[1], text(6, written=PERIOD - 1))],
            _rows((SAME_VALUE[0], 5, 0, 0), (SAME_VALUE[1], 6, 0, 1)),
            [],
        ),
        (
            "value-free",
            "With more rows a lane holds more values, and theirs are two.",
            64,
            [source(SAME_VALUE[0], text(5, 8)), source(SAME_VALUE[1], text(6, 8, PERIOD - 1))],
            _rows(*_whole(SAME_VALUE[0], 5, *range(8)), *_whole(SAME_VALUE[1], 6, *range(8))),
            [],
        ),
        (
            "no-chain",
            "Without a chain a text waits, though there is room; one whose key is held stands.",
            8,
            [source(1, text(5, number=3, keyed=True), text(6), steps=0)],
            _rows((1, 5, 0, 0)),
            _marks((1, 0, True)),
        ),
        (
            "last-step",
            "The last step of a chain serves one text.",
            8,
            [source(1, text(5), text(6), steps=1)],
            _rows((1, 5, 0, 0)),
            _marks((1, 0, True)),
        ),
    ]


def _again() -> list[Plan]:
    return [
        (
            "again",
            "What was read at most three periods ago stands again, behind what is unread.",
            8,
            [source(1, text(5, 6, number=1, read=PERIOD - 3), collected=1), source(2, text(6, 2, PERIOD - 9))],
            _rows(*_whole(2, 6, 0, 1), *_whole(1, 5, 2, 3, 4, 5, 6, 7)),
            _marks((1, 1, False)),
        ),
        (
            "again-over",
            "A period later it does not.",
            8,
            [source(1, text(5, number=1, read=PERIOD - 4), collected=1)],
            [],
            _marks((1, 1, False)),
        ),
        (
            "again-steps",
            "It takes a step too, of those that the unread have left.",
            8,
            [source(1, text(5, number=1, read=PERIOD), text(6, number=2), steps=1)],
            _rows((1, 6, 0, 0)),
            [],
        ),
        (
            "again-no-flag",
            "That it has no room is told nobody.",
            8,
            [source(1, text(5, 8, number=1, read=PERIOD), text(6, number=2))],
            _rows((1, 6, 0, 0)),
            [],
        ),
    ]


def _marked() -> list[Plan]:
    many = [source(number, collected=1, grown=PERIOD - number) for number in range(1, 10)]
    kept, lost = _order(*SAME_MARK)
    return [
        ("mark-none", "Nothing whole and nothing waiting: no mark.", 8, [source(1)], [], []),
        ("mark-many", "The last of nine has no room.", 8, many, [], _marks(*((n, 1, False) for n in range(1, 9)))),
        (
            "mark-answered",
            "Those that were answered come first, then those that grew last, then in the order of H(period || P_pk).",
            8,
            [
                source(1, collected=1, grown=PERIOD, answered=False),
                source(2, collected=2, grown=PERIOD - 5),
                source(3, collected=3, grown=PERIOD - 4),
                source(4, collected=4, grown=PERIOD - 4),
            ],
            [],
            _marks(*((number, number, False) for number in _order(3, 4)), (2, 2, False), (1, 1, False)),
        ),
        (
            "mark-last",
            "On the last period before it is given up.",
            8,
            [source(1, collected=1, heard=PERIOD - 60)],
            [],
            _marks((1, 1, False)),
        ),
        ("mark-over", "And a period later.", 8, [source(1, collected=1, heard=PERIOD - 61)], [], []),
        (
            "mark-text",
            "A text that is not given up keeps the mark of one who is silent for longer.",
            8,
            [source(1, text(5, written=PERIOD - 15), heard=PERIOD - 70, collected=1)],
            [],
            _marks((1, 1, True)),
        ),
        (
            "mark-taken",
            "Of two with one value the second has none.",
            8,
            [source(number, collected=1, grown=PERIOD) for number in (kept, lost)],
            [],
            _marks((kept, 1, False)),
        ),
    ]


def plan_scenarios() -> list[Scenario]:
    """A unit of as many marks as rows."""
    return [
        (
            f"batch-plan-{name}",
            claim,
            "batch-plan",
            {"period": PERIOD, "q": q, "m": q, "spans": SPANS, "conversations": everybody},
            {"rows": rows, "marks": marks},
        )
        for name, claim, q, everybody, rows, marks in [*_turns(), *_places(), *_again(), *_marked()]
    ]
