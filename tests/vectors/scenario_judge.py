# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scenarios of what follows from directory and board together: warnings, an older head, whom to seal to."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from dropbox.protocol.anchors import Head, SignedHead
from dropbox.protocol.constants import HASH
from dropbox.protocol.primitives import ed25519_public
from dropbox.protocol.units import BoardPlace, Unit, UnitKey
from tests.vectors.scenario import Scenario, Values, flip, refuse
from tests.vectors.small_service import (
    FIRST,
    SECOND,
    SERVICE,
    SIGNED,
    START,
    Made,
    clock,
    make_batch,
    make_unit,
    seed,
    shown,
    sign_head,
)

NAMES = ("intake", "north", "south")
UNITS = [make_unit(slug) for slug in NAMES]
NOW = START + 2


Board = dict[str, Made | None]


def _at(*newest: int) -> Board:
    """Each unit's batch of this period; 0: none. Where fewer are given, of the first units alone."""
    return {slug: make_batch(slug, period) if period else None for slug, period in zip(NAMES, newest, strict=False)}


def _judge(made: Board, now: int, units: Iterable[Unit] = UNITS, **more: Any) -> Values:
    return {**shown(list(units), made, **more), "clock": clock(now)}


def _judged(reached: int, warnings: list[list[Any]] | None = None, proved: Iterable[str] = NAMES) -> Values:
    return {"reached": reached, "proved": list(proved), "warnings": warnings or []}


def _warnings() -> list[Scenario]:
    parts = _at(NOW, NOW, NOW)
    north = make_batch("north", NOW)
    altered = {**parts, "north": Made(north.batch, flip(north.rows, 5))}
    paused = [UNITS[0], replace(UNITS[1], paused=True), replace(UNITS[2], paused=True)]
    rows: list[tuple[str, str, Values, Values]] = [
        ("quiet", "All is well.", _judge(parts, NOW), _judged(NOW)),
        ("order", "Units are found by their ids.", _judge(dict(reversed(parts.items())), NOW), _judged(NOW)),
        (
            "altered",
            "One altered unit is a proof, and the others are read.",
            _judge(altered, NOW),
            _judged(NOW, [["replies-altered", "north", 0, "batch-altered"]], ("intake", "south")),
        ),
        (
            "missing",
            "A unit's part is missing.",
            _judge(_at(NOW, NOW), NOW),
            _judged(NOW, [["replies-altered", "south", 0, "unit-missing"]], NAMES[:2]),
        ),
        ("behind-3", "Three days after the board is still quiet.", _judge(parts, NOW + 3), _judged(NOW)),
        ("behind-4", "Four are not.", _judge(parts, NOW + 4), _judged(NOW, [["clock", "", 4, ""]])),
        ("ahead-3", "Three days before the board is still quiet.", _judge(parts, NOW - 3), _judged(NOW)),
        ("ahead-4", "Four are not.", _judge(parts, NOW - 4), _judged(NOW, [["clock", "", -4, ""]])),
        (
            "half",
            "D is what at least half of the units have reached: two of three.",
            _judge(_at(NOW + 9, NOW, NOW - 1), NOW),
            _judged(NOW),
        ),
        (
            "half-of-two",
            "One of two is half.",
            _judge(_at(NOW, START - 9), NOW, UNITS[:2]),
            _judged(NOW, [["silent", "north", 11, ""]], NAMES[:2]),
        ),
        (
            "paused-not-counted",
            "Paused units do not hold D back, and their silence is told.",
            _judge(_at(NOW, NOW - 4, NOW - 3), NOW, paused),
            _judged(NOW, [["silent", "north", 4, ""]]),
        ),
        (
            "all-paused",
            "When all are paused, all count.",
            _judge(_at(NOW, NOW, NOW - 1), NOW, [replace(unit, paused=True) for unit in UNITS]),
            _judged(NOW),
        ),
        (
            "no-batch",
            "A unit without a batch counts as the period before its first.",
            _judge(_at(NOW + 2, NOW + 2, 0), NOW + 2),
            _judged(NOW + 2, [["silent", "south", 5, ""]]),
        ),
        (
            "silent-by-clock",
            "Silence is measured from the lower of D and the clock.",
            _judge(_at(NOW, NOW, NOW - 4), NOW - 1),
            _judged(NOW),
        ),
        ("no-units", "No units at all.", _judge({}, NOW, []), _judged(0, [["clock", "", NOW, ""]], ())),
    ]
    found = [(f"judge-{name}", claim, "board-judge", values, made) for name, claim, values, made in rows]
    return [*found, *_retired()]


def _retired() -> list[Scenario]:
    old = make_batch("old", START - 9)
    retired = BoardPlace(make_unit("old"), START - 9, old.batch.hash)
    parts = _at(NOW, NOW)
    values = _judge({**parts, "old": old}, NOW, UNITS[:2], retired=[retired])
    read = _judged(NOW, proved=(*NAMES[:2], "old"))
    missing = _judged(NOW, [["replies-altered", "old", 0, "unit-missing"]], NAMES[:2])
    return [
        ("judge-retired", "A retired unit is read and never silent.", "board-judge", values, read),
        (
            "judge-retired-missing",
            "Its part may not be missing.",
            "board-judge",
            _judge(parts, NOW, UNITS[:2], retired=[retired]),
            missing,
        ),
    ]


def _carrying(*heads: SignedHead | None) -> Board:
    """Each unit's batch carries this head; None: the usual one."""
    return {
        slug: make_batch(slug, NOW, **({"head": head} if head else {}))
        for slug, head in zip(NAMES, heads, strict=False)
    }


def _heads() -> list[Scenario]:
    newer = Head(SERVICE, 1, 2, START, START + 100, bytes(HASH))
    signed = sign_head(newer)
    lone = sign_head(newer, places=(0,))
    beyond = sign_head(replace(newer, anchor_version=2), SECOND)
    expired = _judge(_at(NOW, NOW, NOW), NOW + 1, expires=NOW)
    held_back = _judge(_at(NOW, NOW, NOW), NOW + 4, expires=NOW)
    under = _judge(_at(NOW, NOW, NOW), NOW, places=(2,))
    found: list[Scenario] = [
        refuse(
            "judge-head-older",
            "A unit has seen a newer directory.",
            "board-judge",
            _judge(_carrying(None, None, signed), NOW),
            "head-older",
        ),
        (
            "judge-head-made-up",
            "A head that too few roots signed does not count: no unit can stop the service with a made-up version.",
            "board-judge",
            _judge(_carrying(lone, lone, lone), NOW),
            _judged(NOW),
        ),
        refuse(
            "judge-anchor-older",
            "Two of three units know later roots.",
            "board-judge",
            _judge(_carrying(beyond, beyond, None), NOW),
            "anchor-older",
        ),
        (
            "judge-anchor-older-minority",
            "One of three cannot stop the service.",
            "board-judge",
            _judge(_carrying(beyond, None, None), NOW),
            _judged(NOW),
        ),
        (
            "judge-anchor-older-half",
            "Nor can one of two.",
            "board-judge",
            _judge(_carrying(beyond, None), NOW, UNITS[:2]),
            _judged(NOW, proved=NAMES[:2]),
        ),
        refuse("judge-expired", "The head's last period is over.", "board-judge", expired, "head-expired"),
        (
            "judge-expires-today",
            "In its last period it still holds.",
            "board-judge",
            expired | {"clock": clock(NOW)},
            _judged(NOW),
        ),
        (
            "judge-expired-clock",
            "When both hold, the clock warning is shown in place of the expired head.",
            "board-judge",
            held_back,
            _judged(NOW, [["clock", "", 4, ""]]),
        ),
        refuse("judge-under-signed", "One of two roots signed.", "board-judge", under, "under-signed"),
        refuse(
            "judge-board-junk",
            "A board that is none.",
            "board-judge",
            {**under, "directory": expired["directory"], "board": "00"},
            "wrong-version",
        ),
    ]
    return found


def _choosing() -> list[Scenario]:
    parts = _at(START + 1, START + 1, START + 1)
    ends = _with(not_after=START + 1)
    new_key = _with(keys=(*UNITS[1].keys, UnitKey(ed25519_public(seed("new")), START + 3)))
    far_key = _with(keys=(*UNITS[1].keys, UnitKey(ed25519_public(seed("new")), START + 9)))
    late = _at(START + 4, START, START + 4)
    first = START // 2
    rows: list[tuple[str, str, Values, int | str]] = [
        ("present", "The epoch that holds the day.", _judge(parts, START + 1), first),
        ("next", "The next one, once the clock is in it.", _judge(parts, START + 2), first + 1),
        ("clock-behind", "The manifest's period counts when the clock is behind it.", _judge(parts, START - 1), first),
        ("silent", "A silent unit within its next epoch.", _judge(late, START + 3), first + 1),
        ("silent-expired", "A silent unit beyond it.", _judge(late, START + 4), "unit-cannot-receive"),
        ("paused", "A paused unit.", _judge(parts, START + 1, _with(paused=True)), "unit-cannot-receive"),
        ("last-day", "A unit on its last day.", _judge(parts, START + 1, ends), first),
        ("ended", "A unit past its last day.", _judge(parts, START + 2, ends), "unit-cannot-receive"),
        ("ahead", "A manifest four days ahead.", _judge(_at(START, START + 4, START), START), "unit-cannot-receive"),
        ("ahead-3", "Three days ahead is within the slack.", _judge(_at(START, START + 3, START), START), first + 1),
        ("no-batch", "A unit without a batch.", _judge(_at(START, 0, START), START), "unit-cannot-receive"),
        (
            "new-key",
            "Its new key has begun and has signed nothing.",
            _judge(parts, START + 3, new_key),
            "unit-cannot-receive",
        ),
        ("new-key-not-begun", "Its new key has not begun.", _judge(parts, START + 2, far_key), first + 1),
        (
            "new-key-by-head",
            "The head says that it has begun, whatever the clock says.",
            _judge(parts, START - 1, new_key, issued=START + 2),
            "unit-cannot-receive",
        ),
        ("clock", "Under the clock warning, past both: the next.", _judge(parts, START + 50), first + 1),
        ("clock-behind-far", "Under it, before both: that of the manifest's period.", _judge(parts, START - 50), first),
        (
            "clock-last-day",
            "Under it, a unit whose manifest is of its last day.",
            _judge(parts, START + 50, ends),
            first + 1,
        ),
        (
            "clock-ended",
            "Under it, a unit that writes after its last day.",
            _judge(parts, START + 50, _with(not_after=START)),
            "unit-cannot-receive",
        ),
    ]
    return [_choose(name, claim, values, found) for name, claim, values, found in rows]


def _choose(name: str, claim: str, values: Values, found: int | str) -> Scenario:
    values = {**values, "slug": "north"}
    if isinstance(found, str):
        return refuse(f"choose-{name}", claim, "cert-choose", values, found)
    return f"choose-{name}", claim, "cert-choose", values, {"epoch": found}


def _with(**changes: Any) -> list[Unit]:
    """The units, north changed."""
    return [UNITS[0], replace(UNITS[1], **changes), UNITS[2]]


def _choosing_retired() -> list[Scenario]:
    north = make_batch("north", START)
    retired = BoardPlace(UNITS[1], START, north.batch.hash)
    others = [UNITS[0], UNITS[2]]
    values = _judge({**_at(START, 0, START), "north": north}, START, others, retired=[retired])
    return [_choose("retired", "A retired unit.", values, "unit-cannot-receive")]


def judge_scenarios() -> list[Scenario]:
    """All of this file."""
    assert SIGNED[0].anchor == FIRST
    return [*_warnings(), *_heads(), *_choosing(), *_choosing_retired()]
