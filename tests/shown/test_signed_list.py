# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a signed list says to a person, how two of them differ, and what stands out."""

from dataclasses import replace

import pytest

from dropbox.protocol.constants import UnitKind
from dropbox.protocol.directory import Directory, UntrustedDirectory, parse_signed_directory
from dropbox.protocol.units import BoardPlace, Unit, UnitKey
from dropbox.shown.days import DAY, day_of, day_of_time, whole_days
from dropbox.shown.signed_list import Said, changes, joined, remarks, seconds_left, signers, span, units_said
from tests.server.world import POLICY, World

NAMES = {"cumbria": "Cumbria Constabulary", "durham": "Durham Constabulary"}
DAILY = replace(POLICY, period=DAY)
ISSUED = 20_000


def unit(slug: str, **changed: object) -> Unit:
    made = replace(World(units=1).desks[0].unit, slug=slug, name=f"Unit {slug}", kind=UnitKind.FORCE_UNIT)
    return replace(made, **changed)  # type: ignore[arg-type]  # test data


def listed(*units: Unit, **more: object) -> Directory:
    return Directory(bytes(16), DAILY, units, **more)  # type: ignore[arg-type]  # test data


def draft(body: Directory, life: int = 100) -> UntrustedDirectory:
    """A head over it, signed by the first and the third root."""
    world = World(policy=body.policy)
    made = parse_signed_directory(world.sign_directory(period=ISSUED, expires=ISSUED + life))
    return replace(made, body=body.encode())


def texts(said: list[Said]) -> list[str]:
    """Each line, those that lose something marked."""
    return [("! " if one.loses else "") + one.text for one in said]


NORTH = unit("north", forces=("cumbria",), conflicts=("durham",))
INTAKE = unit("intake", kind=UnitKind.INTAKE_DESK)


def test_what_a_list_says() -> None:
    """Each unit with its state and what it serves, and those that ended."""
    gone = BoardPlace(unit("south"), ISSUED - 3, bytes(32))
    body = listed(replace(NORTH, paused=True), INTAKE, retired=(gone,), revoked=(b"\xab" * 16,))
    assert units_said(body, NAMES) == [
        "north: Unit north, force unit, paused, gets no new reports, quota 8",
        "    serves Cumbria Constabulary (cumbria)",
        "    gets no reports about Durham Constabulary (durham)",
        "intake: Unit intake, intake desk, receives reports, quota 8",
        f"south: Unit south, retired, last batch {day_of(ISSUED - 3, DAY)}",
        f"a revoked unit, id {'ab' * 16}",
    ]


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "101 days left"),
        (99.5, "1 day left"),
        (100.5, "no day left"),
        (101.5, "it ended no day ago"),
        (108, "it ended 7 days ago"),
    ],
)
def test_how_long_a_list_holds(days: float, words: str) -> None:
    """To the end of its last day, in whole days."""
    made, now = draft(listed(NORTH)), (ISSUED + days) * DAY
    assert span(made, DAY, now).endswith(words)
    assert seconds_left(made, DAY, now) == (101 - days) * DAY


def test_what_may_be_a_mistake() -> None:
    """A force of no such name, nobody who receives, no intake desk, an end that is near."""
    now = ISSUED * DAY
    sound = listed(NORTH, INTAKE)
    assert remarks(draft(sound), sound, NAMES, now) == []
    wrong = listed(replace(NORTH, forces=("durahm",), conflicts=("gwnet",)), INTAKE)
    assert texts(remarks(draft(wrong), wrong, NAMES, now)) == [
        "! north serves durahm: there is no force of that name",
        "! north keeps reports about gwnet away: there is no force of that name",
    ]
    assert "durahm (no force of that name)" in "\n".join(units_said(wrong, NAMES))
    for body in (listed(), listed(replace(NORTH, paused=True), replace(INTAKE, paused=True))):
        assert "! no unit in it receives reports" in texts(remarks(draft(body), body, NAMES, now))
    alone = listed(NORTH)
    assert texts(remarks(draft(alone), alone, NAMES, now))[0].startswith("no intake desk in it receives reports")
    short = draft(sound, life=2)
    assert texts(remarks(short, sound, NAMES, now)) == [f"! it ends on {day_of(ISSUED + 2, DAY)}: 3 days left"]
    assert texts(remarks(short, sound, NAMES, now + 9 * DAY))[0].endswith("clients refuse it")
    demo = replace(sound, policy=replace(DAILY, period=5, head_life=20_000))
    assert remarks(draft(demo, life=20_000), demo, NAMES, ISSUED * 5) == []


LAST_DESK = "! the last intake desk: a force without a unit has nobody any more"
BEFORE = listed(NORTH, INTAKE)
LATER = UnitKey(b"k" * 32, 30)
CASES: list[tuple[Directory, list[str]]] = [
    (
        listed(replace(NORTH, paused=True), INTAKE),
        [
            "north: Unit north is paused: it gets no new reports",
            "! no unit that receives reports serves Cumbria Constabulary (cumbria) any more",
        ],
    ),
    (
        listed(replace(NORTH, forces=("cumbria", "durham"), conflicts=()), INTAKE),
        [
            "north serves Durham Constabulary (durham), new",
            "north gets no reports about Durham Constabulary (durham) no longer",
        ],
    ),
    (
        listed(replace(NORTH, name="N\u202eew", rows=64, keys=(*NORTH.keys, LATER)), INTAKE),
        [
            "north: its name, Unit north, becomes N\u27e6U+202E\u27e7ew",
            "north: its quota, 8, becomes 64",
            "north signs with a new key from 30 on",
        ],
    ),
    (
        listed(replace(NORTH, keys=(LATER,)), INTAKE),
        ["! north: keys that it signed with are gone or changed"],
    ),
    (
        listed(NORTH),
        [
            "! gone without being retired or revoked: intake: Unit intake; its board is not shown any more",
            LAST_DESK,
        ],
    ),
    (
        listed(NORTH, revoked=(INTAKE.unit_id,)),
        ["! revoked: intake: Unit intake; its board is not shown any more", LAST_DESK],
    ),
    (
        listed(NORTH, retired=(BoardPlace(INTAKE, 5, bytes(32)),)),
        ["! retired: intake: Unit intake; its board stays readable", LAST_DESK],
    ),
    (
        listed(replace(NORTH, paused=True), replace(INTAKE, paused=True)),
        [
            "north: Unit north is paused: it gets no new reports",
            "intake: Unit intake is paused: it gets no new reports",
            "! no unit that receives reports serves Cumbria Constabulary (cumbria) any more",
            "! the last unit that receives reports",
            LAST_DESK,
        ],
    ),
    (replace(BEFORE, policy=replace(DAILY, stay=6)), ["policy: stay 5 becomes 6"]),
]


@pytest.mark.parametrize(("after", "words"), CASES)
def test_what_changed(after: Directory, words: list[str]) -> None:
    """Everything about a unit, in words; what takes a way to be heard away stands out."""
    assert texts(changes(BEFORE, after, NAMES)) == words


def test_what_changed_back() -> None:
    """A list that is as it was; a first one; a unit that is resumed; a retired one that goes."""
    assert changes(BEFORE, BEFORE, NAMES) == []
    assert texts(changes(None, BEFORE, NAMES)) == ["new: north: Unit north", "new: intake: Unit intake"]
    assert "receives again" in texts(changes(CASES[0][0], BEFORE, NAMES))[0]
    gone = texts(changes(CASES[6][0], listed(NORTH), NAMES))
    assert gone == ["! intake: Unit intake, retired, is not shown any more"]


def test_words() -> None:
    """Lists of words, signers, days beyond the calendar."""
    assert [joined(list(words)) for words in ("", "a", "ab", "abc")] == ["none", "a", "a and b", "a, b and c"]
    anchor = World().anchor.anchor
    assert signers(anchor, []) == "signed by nobody yet; 2 of 3 roots are needed"
    assert signers(anchor, [1]) == "signed by root 2; 2 of 3 roots are needed"
    assert [whole_days(days * DAY) for days in (0.9, 1, 1.9, 2)] == ["no day", "1 day", "1 day", "2 days"]
    assert day_of(0, DAY) == day_of_time(3_600) == "1970-01-01"
    assert day_of(2**32 - 1, DAY) == "day 4294967295"
