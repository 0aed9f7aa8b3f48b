# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scenarios of whole visits: what is asked, and what the envelope holds."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from dropbox.protocol.anchors import Head
from dropbox.protocol.batches import UnitBoard, encode_board
from dropbox.protocol.units import Unit
from tests.vectors.scenario import Scenario, Values, flip, refuse
from tests.vectors.scenario_reading import DAYS, NAMES, NOTHING, NOW, UNITS, two
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
    make_one,
    part_of,
    served,
    sign_head,
    standing,
    wrote,
)


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
    answered = two(DAYS[0], Reply(1, b"one"), collected=1)
    marked = {DAYS[0]: wrote("intake", DAYS[0], collected=1)}
    hello = {DAYS[0]: wrote("intake", DAYS[0], (Reply(1, b"hello"),))}
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
            "answer-ack",
            "What it acknowledges is not what the unit has collected.",
            _visit(_part("north"), two(DAYS[0], Reply(1, b"one"), Reply(2, b"two", 1, 1), collected=7)),
            _visited(_sent("north", "MESSAGE", 2, body=b"{}"), "north", receipt=True),
        ),
        (
            "ack",
            "A return acknowledges where it found entries, not where only a mark is.",
            _visit(None, answered, marked),
            _visited(_sent("north", "ACK", 1)),
        ),
        (
            "ack-entries",
            "Whichever unit the draw would give, one with a mark alone is not in it.",
            _visit(None, {DAYS[0]: wrote("north", DAYS[0], collected=1)}, hello),
            _visited(_sent("intake", "ACK", 1)),
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
    return _visits()
