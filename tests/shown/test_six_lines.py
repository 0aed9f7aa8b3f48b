# SPDX-License-Identifier: AGPL-3.0-or-later
"""The six lines of a list: the same wherever it is shown, and what is lost stands in the last."""

from dataclasses import replace

import pytest

from dropbox.protocol.directory import Directory, UntrustedDirectory
from dropbox.protocol.units import BoardPlace
from dropbox.shown.days import DAY, day_of
from dropbox.shown.signed_list import ending
from dropbox.shown.six_lines import EARLIER_LIST, FIRST, NOT_GIVEN, SAME, Before, SixLines, six_lines
from tests.shown.test_signed_list import INTAKE, ISSUED, LAST_DESK, NAMES, NORTH, draft, listed

NOW = ISSUED * DAY
HOLDS = f"from {day_of(ISSUED, DAY)} to {day_of(ISSUED + 100, DAY)}, 101 days left"
SIGNED = "signatures: signed by roots 1 and 3; 2 of 3 roots are needed"


def shown(body: Directory, before: Before | None = None, life: int = 100, version: int = 2) -> SixLines:
    made = draft(body, life)
    made = replace(made, head=replace(made.head, head=replace(made.head.head, dir_version=version)))
    return six_lines(made, body, NAMES, NOW, before)


def held(body: Directory | None, life: int = 100) -> Before:
    made: UntrustedDirectory = draft(body or listed(NORTH, INTAKE), life)
    return Before(made, body, "the published one")


def test_six_lines_in_their_order() -> None:
    """Version, days, units, what differs, who signed; nothing is lost."""
    body = listed(NORTH, INTAKE)
    said = shown(body, held(replace(body, policy=replace(body.policy, stay=6))))
    assert said.lines == (
        "version: 2",
        f"holds: {HOLDS}",
        "units:",
        "  north: Unit north, force unit, receives reports, quota 8",
        "      serves Cumbria Constabulary (cumbria)",
        "      gets no reports about Durham Constabulary (durham)",
        "  intake: Unit intake, intake desk, receives reports, quota 8",
        "changes against version 1, the published one:",
        f"  policy: stay 6 becomes {body.policy.stay}",
        SIGNED,
    )
    assert said.lost == ()


@pytest.mark.parametrize(
    ("before", "version", "line"),
    [
        (None, 1, f"changes: {FIRST}"),
        (None, 2, f"changes: {NOT_GIVEN}"),
        (held(listed(NORTH, INTAKE)), 2, f"changes against version 1, the published one: {SAME}"),
        (held(None), 2, f"changes against version 1, the published one: {EARLIER_LIST}"),
    ],
)
def test_what_there_is_nothing_to_say_of(before: Before | None, version: int, line: str) -> None:
    """A first list, one without another to hold it against, the same again, one of an earlier form."""
    assert shown(listed(NORTH, INTAKE), before, version=version).lines[-2] == line


def test_what_is_lost() -> None:
    """A unit, the last intake desk, an end nearer than before; each once."""
    gone = BoardPlace(INTAKE, 5, bytes(32))
    said = shown(listed(NORTH, retired=(gone,)), held(listed(NORTH, INTAKE), 120))
    lost = f"it ends sooner than the list before, which ends on {day_of(ISSUED + 120, DAY)}"
    assert said.lost == ("retired: intake: Unit intake; its board stays readable", LAST_DESK[2:], lost)
    assert "  no intake desk in it receives reports: a force without a unit has nobody" in said.lines
    empty = shown(listed(), version=1)
    assert empty.lines[2] == "units: none"
    assert empty.lost == ("no unit in it receives reports",)


@pytest.mark.parametrize(
    ("left", "loses"),
    [(61.5, None), (60.5, False), (31.5, False), (30.5, True), (7.5, True), (0.5, True), (-0.5, True)],
)
def test_an_end_that_is_near(left: float, loses: bool | None) -> None:
    """Said from 60 days before it on; from 30 on it takes a word."""
    body = listed(NORTH, INTAKE)
    made = draft(body)
    end = ending(made.head.head, body.policy, (ISSUED + 101 - left) * DAY)
    assert (end and end.loses) is loses
    said = six_lines(made, body, NAMES, (ISSUED + 101 - left) * DAY, None)
    assert any(line.startswith("  it ends on ") for line in said.lines) is (loses is False)
    assert bool(said.lost) is bool(loses)
    if end:
        assert end.text.endswith("clients refuse it" if left < 0 else " left")
