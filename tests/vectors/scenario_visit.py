# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scenarios of reading the board with a codename, and of whole visits: what is asked, and what the envelope holds."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from dropbox.protocol.anchors import Head
from dropbox.protocol.batch import UnitBoard, encode_board
from dropbox.protocol.directory import Unit
from tests.vectors.scenario import Scenario, Values, flip, refuse
from tests.vectors.small_service import (
    MESSAGE_ID,
    SERVICE,
    START,
    STRETCHED,
    Reply,
    Written,
    certs_at,
    clock,
    epoch_seed,
    make_entry,
    make_one,
    make_unit,
    part_of,
    seed,
    served,
    sign_head,
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


def _two(day: int, *replies: Reply, collected: int | None = None) -> dict[int, Written]:
    return {day: wrote("north", day, replies, collected)}


def _parted() -> dict[int, Written]:
    """Two texts, the second in three parts over two batches, its middle cut inside a letter."""
    euro = "\u20ac".encode()
    first = _two(DAYS[0], Reply(1, b"one"), Reply(2, b"two " + euro[:1], 1, 1, 1, 3), collected=1)
    later = (Reply(2, euro[1:], 0, 2, 2, 3), Reply(2, b" three", 1, 3, 3, 3))
    return first | _two(DAYS[1], *later, collected=2)


def _copies() -> dict[int, Written]:
    """A text posted again with another step of the chain, and a part that contradicts its own number."""
    return _two(DAYS[0], Reply(1, b"one")) | _two(DAYS[2], Reply(1, b"one", 0, 1), Reply(1, b"ONE", 1, 2, 1, 2))


def _reading() -> list[Scenario]:
    gap = _two(DAYS[0], Reply(4, b"four", first=4), Reply(6, b"six", 1, 1, first=4))
    missing = _two(DAYS[0], Reply(5, b"five", first=4))
    half = _two(DAYS[0], Reply(4, b"half", 0, 0, 1, 2, first=4))
    moved = _two(DAYS[0], Reply(1, b"one")) | _two(DAYS[2], Reply(2, b"two", 0, 1, first=2))
    eight = _two(DAYS[0], *(Reply(at + 1, b"t%d" % at, at, at) for at in range(9)))
    hole = _two(DAYS[0], Reply(1, b"one", 0, 0), Reply(2, b"two", 2, 1))
    not_text = _two(DAYS[0], Reply(1, b"\xff"), Reply(2, b"two", 1, 1))
    marks = {day: wrote("north", day, collected=number) for day, number in zip(DAYS, (1, 3, 2), strict=True)}
    both = _two(DAYS[1], Reply(1, b"one"))
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
        *_misplaced(),
    ]
    return [(f"read-{name}", claim, "board-read", values, shown) for name, claim, values, shown in rows]


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


def _openers() -> list[Values]:
    found = []
    for slug in NAMES:
        for cert in certs_at(slug, NOW):
            values = {"unit": slug, "epoch": cert.epoch, "cert_hash": cert.hash.hex()}
            found.append({**values, "seed": epoch_seed(slug, cert.epoch).hex()})
    return found


def _part(slug: str, **changes: Any) -> Values:
    plain = {"slug": slug, "message_id": MESSAGE_ID.hex(), "part": 1, "parts": 1, "body": b"{}".hex(), "force": ""}
    return {**plain, **changes}


def _shown(name: str, independent: bool = False) -> Values:
    return {"name": name, "independent": independent}


def _visit(
    part: Values | None = None,
    north: dict[int, Written] | None = None,
    intake: dict[int, Written] | None = None,
    now: int = NOW,
    confirm: bool = False,
    units: Iterable[Unit] = UNITS,
) -> Values:
    parts: list[UnitBoard] = [standing("intake", DAYS, intake or NOTHING), standing("north", DAYS, north or NOTHING)]
    values = {**served(list(units), parts), "clock": clock(now), "stretched": STRETCHED.hex()}
    return {**values, "part": part, "confirm": confirm, "openers": _openers()}


BURST = ["directory", "board", "envelope 16384"]
EPOCH = NOW // 2


def _sent(unit: str, kind: str, ack: int = 0, epoch: int = EPOCH, body: bytes = b"", **more: int) -> Values:
    return {"unit": unit, "epoch": epoch, "type": kind, "part": 1, "parts": 1, "ack": ack, **more, "body": body.hex()}


def _visited(
    sent: Values, slug: str = "", refused: str = "", asked: Sequence[str] = BURST, receipt: bool = False
) -> Values:
    return {"requests": list(asked), "sent": sent, "slug": slug, "refused": refused, "receipt": receipt}


def _visits() -> list[Scenario]:
    answered = _two(DAYS[0], Reply(1, b"one"), collected=1)
    marked = {DAYS[0]: wrote("intake", DAYS[0], collected=1)}
    paused = [UNITS[0], replace(UNITS[1], paused=True)]
    conflicted = [UNITS[0], replace(UNITS[1], conflicts=("gwent",))]
    serving = [UNITS[0], replace(UNITS[1], forces=("cumbria",))]
    message, decoy = _sent("north", "MESSAGE", body=b"{}"), _sent("intake", "DECOY")
    drawn = _sent("north", "DECOY")
    confirmed = ["directory", "board", "confirm", "envelope 16384"]
    third = _part("north", part=3, parts=4)
    rows: list[tuple[str, str, Values, Values]] = [
        (
            "report",
            "A report to the unit that it names.",
            _visit(_part("north")),
            _visited(message, "north", receipt=True),
        ),
        (
            "report-part",
            "One part of four.",
            _visit(third),
            _visited(_sent("north", "MESSAGE", body=b"{}", part=3, parts=4), "north", receipt=True),
        ),
        (
            "answer",
            "An answer acknowledges what the board holds; its unit need not be named.",
            _visit(_part(""), answered),
            _visited(_sent("north", "MESSAGE", 1, body=b"{}"), "north", receipt=True),
        ),
        (
            "ack",
            "A return acknowledges where it found entries, not where only a mark is.",
            _visit(None, answered, marked),
            _visited(_sent("north", "ACK", 1)),
        ),
        (
            "ack-mark",
            "With a mark alone, an ack of nothing goes there.",
            _visit(None, None, marked),
            _visited(_sent("intake", "ACK")),
        ),
        ("decoy", "A return that finds nothing posts a decoy.", _visit(), _visited(drawn)),
        (
            "paused",
            "A unit that cannot receive: a decoy goes, and the page says why.",
            _visit(_part("north"), units=paused),
            _visited(decoy, refused="unit-cannot-receive"),
        ),
        (
            "ack-paused",
            "An ack to a unit that cannot receive becomes a decoy.",
            _visit(None, answered, units=paused),
            _visited(decoy),
        ),
        (
            "conflict",
            "A report about a force that this unit must not get.",
            _visit(_part("north", force="gwent"), units=conflicted),
            _visited(drawn, refused="unit-conflicted"),
        ),
        (
            "no-conflict",
            "About another force it may.",
            _visit(_part("north", force="cumbria"), units=conflicted),
            _visited(message, "north", receipt=True),
        ),
        (
            "routed",
            "A report to the unit that was shown for its force.",
            _visit(_part("north", force="cumbria", shown=_shown("Unit north")), units=serving),
            _visited(message, "north", receipt=True),
        ),
        (
            "routed-past",
            "A report that is to go past the force's own unit.",
            _visit(_part("intake", force="cumbria", shown=_shown("Unit intake", True)), units=serving),
            _visited(_sent("intake", "MESSAGE", body=b"{}"), "intake", receipt=True),
        ),
        (
            "routed-elsewhere",
            "The directory sends this force's reports to another unit than the one that was shown.",
            _visit(_part("intake", force="cumbria", shown=_shown("Unit intake")), units=serving),
            _visited(drawn, refused="routing-changed"),
        ),
        (
            "routed-not-past",
            "The unit that was shown is the force's own, and the report was to go past it.",
            _visit(_part("north", force="cumbria", shown=_shown("Unit north", True)), units=serving),
            _visited(drawn, refused="routing-changed"),
        ),
        (
            "routed-name",
            "The unit was shown under a name that is not its own.",
            _visit(_part("north", force="cumbria", shown=_shown("Unit intake")), units=serving),
            _visited(drawn, refused="routing-changed"),
        ),
        (
            "altered",
            "A unit whose board is altered gets nothing.",
            _altered(),
            _visited(decoy, refused="unit-cannot-receive"),
        ),
        (
            "unknown-unit",
            "A unit that is not in the directory.",
            _visit(_part("east")),
            _visited(drawn, refused="unknown-unit"),
        ),
        ("unnamed-none", "No unit named, and none found.", _visit(_part("")), _visited(drawn, refused="unknown-unit")),
        (
            "unnamed-two",
            "No unit named, and two found.",
            _visit(_part(""), answered, marked),
            _visited(drawn, refused="unknown-unit"),
        ),
        (
            "clock-confirmed",
            "Under the clock warning, once confirmed.",
            _visit(_part("north"), now=NOW + 9, confirm=True),
            _visited(_sent("north", "MESSAGE", epoch=EPOCH + 1, body=b"{}"), "north", asked=confirmed, receipt=True),
        ),
    ]
    found: list[Scenario] = [
        (f"visit-{name}", claim, "visit-once", values, shown) for name, claim, values, shown in rows
    ]
    none = _visit(_part("north"), units=[replace(unit, paused=True) for unit in UNITS])
    return [
        *found,
        refuse(
            "visit-clock-unconfirmed",
            "Nothing is sent.",
            "visit-once",
            _visit(_part("north"), now=NOW + 9),
            "clock-unconfirmed",
        ),
        refuse(
            "visit-no-unit",
            "No unit at all can be sealed to: nothing is posted.",
            "visit-once",
            none,
            "no-unit-receives",
        ),
        refuse("visit-older", "Fetched once more, and still older.", "visit-once", _older(), "head-older"),
    ]


def _older() -> Values:
    """Both units have seen directory 2, and the server goes on serving 1."""
    values = _visit()
    seen = sign_head(Head(SERVICE, 1, 2, START, START + 100, bytes(32)))
    parts = [part_of(slug, [make_one(slug, NOW, None, 0, Written(), head=seen)], NOW) for slug in NAMES]
    return {**values, "board": encode_board(parts).hex()}


def _altered() -> Values:
    """A report to north, a mark of whose newest batch is turned."""
    values = _visit(_part("north"))
    intake, north = (standing(slug, DAYS) for slug in NAMES)
    newest = replace(north.batches[-1], marks=flip(north.batches[-1].marks, 0))
    changed = replace(north, batches=(*north.batches[:-1], newest))
    return {**values, "board": encode_board([intake, changed]).hex()}


def visit_scenarios() -> list[Scenario]:
    """All of this file."""
    return [*_reading(), *_visits()]
