# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scenarios of reading the board with a codename."""

from typing import Any

from dropbox.protocol.constants import EntryType
from dropbox.protocol.marks import mark_name, mark_value
from tests.vectors.scenario import Scenario, Values, bend, flip
from tests.vectors.small_service import (
    START,
    STRETCHED,
    Made,
    Reply,
    Said,
    clock,
    keys_for,
    make_batch,
    make_row,
    make_unit,
    own_mark,
    said_to,
    seed,
    shown,
)

NAMES = ("intake", "north")
UNITS = [make_unit(slug) for slug in NAMES]
DAY = START + 2
EURO = "\u20ac".encode()


def _board(made: dict[str, Made | None], stretched: bytes = STRETCHED) -> Values:
    return {**shown(UNITS, made), "clock": clock(DAY), "stretched": stretched.hex()}


def _read(said: Said | None = None, stretched: bytes = STRETCHED, intake: Said | None = None, **changes: Any) -> Values:
    """With this in north's newest batch, and in intake's, which has none where nothing is said."""
    other = make_batch("intake", DAY, intake) if intake else None
    return _board({"intake": other, "north": make_batch("north", DAY, said, **changes)}, stretched)


def _found(
    texts: list[tuple[Any, ...]],
    ack: int,
    rows: int,
    unacknowledged: bool | None = None,
    mark: tuple[int, bool] = (0, False),
    **more: Any,
) -> Values:
    """One conversation; where it is not said, whatever was read was not acknowledged before."""
    collected, waits = mark
    new = bool(texts) if unacknowledged is None else unacknowledged
    urgency = 0 if new or waits else 1 if rows else 2
    found = {"unit": "north", "texts": [list(one) for one in texts], "ack": ack, "collected": collected, "more": waits}
    return {**found, "urgency": urgency, "failed": 0, **more}


Rows = list[tuple[str, str, Values, list[Values]]]
NOTHING: list[Values] = []


def _mark(collected: int, more_waits: bool = False) -> tuple[int, bool]:
    return collected, more_waits


def _one(*values: Any, **more: Any) -> list[Values]:
    return [_found(*values, **more)]


def _texts() -> Rows:
    one = {5: Reply(1, b"one")}
    parts = {
        0: Reply(2, b" three", 1, 3, 3),
        3: Reply(2, b"two " + EURO[:1], 1, 1, 3),
        6: Reply(2, EURO[1:], 1, 2, 3),
        7: Reply(1, b"one"),
    }
    eight = {lane: Reply(9, b"%d" % lane, 127, lane + 1, 8, 9) for lane in range(8)}
    numbers = {lane: Reply(lane + 1, b"t%d" % lane, lane) for lane in range(8)}
    wide = said_to("north", DAY, {7: Reply(1, b"one")}, q=16)
    return [
        ("nothing", "Nothing is there for this codename.", _read(), NOTHING),
        ("none", "No unit has a batch.", _board({"intake": None, "north": None}), NOTHING),
        ("stranger", "Nor for another one.", _read(said_to("north", DAY, one), bytes([0x22]) * 32), NOTHING),
        (
            "one",
            "A text in lane 5, with nothing in the lanes before.",
            _read(said_to("north", DAY, one)),
            _one([(1, "one")], 1, 1),
        ),
        ("wide", "In the second of a lane's two rows, or the first.", _read(wide), _one([(1, "one")], 1, 1)),
        (
            "parts",
            "Two texts; the parts of the second in any lanes; a letter cut in two is whole again.",
            _read(said_to("north", DAY, parts, own_mark("north", DAY, 2))),
            _one([(1, "one"), (2, "two \u20ac three")], 2, 4, mark=_mark(2)),
        ),
        (
            "eight",
            "Eight parts at a chain's last step.",
            _read(said_to("north", DAY, eight)),
            _one([(9, "01234567")], 9, 8),
        ),
        (
            "numbers",
            "Eight texts, a step each.",
            _read(said_to("north", DAY, numbers)),
            _one([(at + 1, f"t{at}") for at in range(8)], 8, 8),
        ),
    ]


_OFFERED = {"unit": "south", "reference": "0f" * 16}
_OFFER = b'{"unit":"south","reference":"0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f"}'


def _told() -> Rows:
    """What is no text."""
    out, ask, shut, told = EntryType.OUTCOME, EntryType.QUESTIONS, EntryType.CLOSED, EntryType.CONTACT_OPENED
    asked = b'[{"id":"when","ask":"When?","kind":"text","options":[]}]'
    form = b'{"kinds":["investigation","recorded"],"say":"We look into it: \xe2\x82\xac."}'
    said = {"kinds": ["investigation", "recorded"], "say": "We look into it: \u20ac."}

    def of(*replies: Reply) -> Values:
        return _read(said_to("north", DAY, dict(enumerate(replies))))

    return [
        (
            "outcome",
            "An outcome in two parts, beside a text.",
            of(Reply(1, form[:60], 0, 1, 2, type=out), Reply(1, form[60:], 0, 2, 2, type=out), Reply(2, b"two", 1)),
            _one([(1, "OUTCOME", said), (2, "two")], 2, 3),
        ),
        (
            "outcome-wrong",
            "One that is not in its form is not readable, and is acknowledged.",
            of(Reply(1, form + b" ", type=out), Reply(2, b"two", 1)),
            _one([(1, "OUTCOME", None), (2, "two")], 2, 2),
        ),
        (
            "outcome-not-utf8",
            "Nor one that is not UTF-8.",
            of(Reply(1, b'{"kinds":["recorded"],"say":"\xff"}', type=out)),
            _one([(1, "OUTCOME", None)], 1, 1),
        ),
        (
            "questions",
            "Questions in two parts.",
            of(Reply(3, asked[:40], 0, 1, 2, 3, type=ask), Reply(3, asked[40:], 0, 2, 2, 3, type=ask)),
            _one([(3, "QUESTIONS", [{"id": "when", "ask": "When?", "kind": "text", "options": []}])], 3, 2),
        ),
        (
            "questions-wrong",
            "Those that are not in their form are not readable; nor is an outcome among them.",
            of(Reply(1, asked[:-1], type=ask), Reply(2, form, 1, type=ask), Reply(3, asked, 2, type=out)),
            _one([(1, "QUESTIONS", None), (2, "QUESTIONS", None), (3, "OUTCOME", None)], 3, 3),
        ),
        (
            "offer",
            "A referral names the other unit and a reference; what is no such form is not readable.",
            of(Reply(1, _OFFER, type=EntryType.REFERRAL_OFFER), Reply(2, form, 1, type=EntryType.REFERRAL_OFFER)),
            _one([(1, "REFERRAL_OFFER", _OFFERED), (2, "REFERRAL_OFFER", None)], 2, 2),
        ),
        (
            "closed",
            "What answers a closing has kinds of its own; one of an outcome is none of them.",
            of(Reply(1, b'{"kinds":["keeps"],"say":"The law asks."}', type=shut), Reply(2, form, 1, type=shut)),
            _one([(1, "CLOSED", {"kinds": ["keeps"], "say": "The law asks."}), (2, "CLOSED", None)], 2, 2),
        ),
        (
            "contact-opened",
            "That contact details were opened, beside a text; one with words of its own is not readable.",
            of(Reply(1, b"", type=told), Reply(2, b"two", 1), Reply(3, b"why", 2, type=told)),
            _one([(1, "CONTACT_OPENED", {}), (2, "two"), (3, "CONTACT_OPENED", None)], 3, 3),
        ),
        (
            "outcome-as-text",
            "A text of these bytes is a text.",
            of(Reply(1, form)),
            _one([(1, form.decode())], 1, 1),
        ),
        (
            "types-differ",
            "Parts of two types are no whole: the type of the lowest lane holds.",
            of(Reply(1, form[:60], 0, 1, 2, type=out), Reply(1, form[60:], 0, 2, 2)),
            _one([], 0, 2),
        ),
        (
            "types-copies",
            "Of two copies of one number the one in the lowest lane, and its type.",
            of(Reply(1, b"one"), Reply(1, form, type=out)),
            _one([(1, "one")], 1, 2),
        ),
    ]


def _acks() -> Rows:
    def of(*replies: Reply) -> Values:
        return _read(said_to("north", DAY, dict(enumerate(replies))))

    again = Reply(3, b"three", 0, first=5)
    return [
        (
            "ack-gap",
            "Number 5 is missing: 4 is acknowledged, 6 is shown.",
            of(Reply(4, b"four", first=4), Reply(6, b"six", 1, first=4)),
            _one([(4, "four"), (6, "six")], 4, 2),
        ),
        (
            "ack-none",
            "The first unread one is missing: what came before it.",
            of(Reply(5, b"five", first=4)),
            _one([(5, "five")], 3, 1),
        ),
        (
            "ack-half",
            "Half of a text is neither acknowledged nor shown.",
            of(Reply(4, b"half", 0, 1, 2, first=4)),
            _one([], 3, 1),
        ),
        (
            "ack-known",
            "A text that the unit knows to be read is shown, and nothing is left to acknowledge.",
            of(again),
            _one([(3, "three")], 4, 1, unacknowledged=False),
        ),
        (
            "from-lowest-lane",
            "Of two numbers to count from, the one in the lowest lane.",
            of(Reply(4, b"four", first=4), Reply(5, b"five", 1, first=2)),
            _one([(4, "four"), (5, "five")], 5, 2),
        ),
        (
            "first-copy",
            "Of two copies of a part, the one in the lowest lane; of two numbers of parts, that one's.",
            of(Reply(1, b"one"), Reply(1, b"uno", 1), Reply(1, b"UNO", 2, 2, 2)),
            _one([(1, "one")], 1, 3),
        ),
        (
            "not-text",
            "A text that is not UTF-8 is not shown, and is acknowledged.",
            of(Reply(1, b"\xff"), Reply(2, b"two", 1)),
            _one([(2, "two")], 2, 2),
        ),
        (
            "largest",
            "The largest number there is.",
            of(Reply(0xFFFF_FFFF, b"last", first=0xFFFF_FFFF)),
            _one([(0xFFFF_FFFF, "last")], 0xFFFF_FFFF, 1),
        ),
    ]


def _marks() -> Rows:
    keys = keys_for("north")
    name = mark_name(keys.beacon, keys.pseudonym, DAY)
    strange = {mark_value(name, 8): bytes([name[16] ^ 2, name[17], name[18]])}
    return [
        ("mark", "A mark alone.", _read(Said(marks=own_mark("north", DAY, 3))), _one([], 0, 0, mark=_mark(3))),
        (
            "mark-none",
            "One that says none.",
            _read(Said(marks=own_mark("north", DAY, 0))),
            _one([], 0, 0, mark=_mark(0)),
        ),
        (
            "mark-waits",
            "More waits.",
            _read(Said(marks=own_mark("north", DAY, 3, True))),
            _one([], 0, 0, mark=_mark(3, True)),
        ),
        ("mark-chance", "A value that fell together, with another flag.", _read(Said(marks=strange)), NOTHING),
        ("mark-other-day", "Another period's mark.", _read(Said(marks=own_mark("north", DAY + 1, 3))), NOTHING),
        (
            "mark-chance-rows",
            "The same beside a text.",
            _read(said_to("north", DAY, {1: Reply(1, b"one")}, strange)),
            _one([(1, "one")], 1, 1),
        ),
    ]


def _spoilt() -> Rows:
    good = make_row("north", DAY, 0, Reply(1, b"one"))
    other = make_row("north", DAY, 1, Reply(2, b"two", 1))
    forged = make_row("north", DAY, 0, Reply(1, b"lie"), seed("intake signs"))
    long = make_row("north", DAY, 0, Reply(1, b"one", 127, message_id=seed("another")[:16]))
    return [
        (
            "tag",
            "A row whose tag only begins as this source's is none of its.",
            _read(Said({0: (bend(good, 8, bytes(8)),)})),
            NOTHING,
        ),
        ("lane", "Nor is an entry in another lane.", _read(Said({2: (good,)})), NOTHING),
        ("other-unit", "Nor one in another unit's batch.", _read(intake=Said({0: (good,)})), NOTHING),
        ("day", "Nor one of another period.", _read(said_to("north", DAY + 1, {0: Reply(1, b"one")})), NOTHING),
        ("forged", "Another unit's signature.", _read(Said({0: (forged,)})), _one([], 0, 1, failed=1)),
        (
            "after-failed",
            "After a row that fails the next lane is looked into.",
            _read(Said({0: (flip(good, -1),), 1: (other,)})),
            _one([(2, "two")], 0, 2, failed=1),
        ),
        (
            "failed-mark",
            "Rows that fail, and a mark.",
            _read(Said({0: (flip(good, 40),)}, own_mark("north", DAY, 1))),
            _one([], 0, 1, failed=1, mark=_mark(1)),
        ),
        (
            "far",
            "Two chains, one to its end.",
            _read(Said({0: (long,), 1: (other,)})),
            _one([(1, "one"), (2, "two")], 2, 2),
        ),
        (
            "chains",
            "Eight chains to their ends.",
            _read(_eight_chains()),
            _one([(at + 1, "far") for at in range(8)], 8, 8),
        ),
    ]


def _eight_chains() -> Said:
    """The most that one batch can make a visit walk."""
    ids = [seed(f"message {at}")[:16] for at in range(8)]
    return said_to("north", DAY, {at: Reply(at + 1, b"far", 127, message_id=ids[at]) for at in range(8)})


def _units() -> Rows:
    hello = said_to("intake", DAY, {3: Reply(1, b"hello")}, own_mark("intake", DAY, 1))
    both = _read(said_to("north", DAY, {5: Reply(1, b"one")}), intake=hello)
    first = _found([(1, "hello")], 1, 1, mark=_mark(1), unit="intake")
    altered = _read(said_to("north", DAY, {0: Reply(1, b"one")}), rows_hash=bytes(32), intake=hello)
    return [
        ("two-units", "Conversations with two units.", both, [first, _found([(1, "one")], 1, 1)]),
        ("altered", "Nothing of an altered batch, and what another unit wrote.", altered, [first]),
    ]


def reading_scenarios() -> list[Scenario]:
    """All of this file."""
    rows = [*_texts(), *_told(), *_acks(), *_marks(), *_spoilt(), *_units()]
    return [
        (f"read-{name}", claim, "board-read", values, {"conversations": made}) for name, claim, values, made in rows
    ]
