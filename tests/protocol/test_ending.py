# SPDX-License-Identifier: AGPL-3.0-or-later
"""When the end of a signed list is warned of."""

from dataclasses import replace

import pytest

from dropbox.protocol.anchors import Head
from dropbox.protocol.ending import DAY, days_left, warned_from
from dropbox.protocol.policy import PRODUCTION

HEAD = Head(bytes(16), 1, 1, 20_000, 20_100, bytes(32))
ENDS = 20_101 * DAY


@pytest.mark.parametrize(
    ("left", "days", "near"),
    [
        (61, 61, None),
        (60.9, 60, 60),
        (31, 31, 60),
        (30.9, 30, 30),
        (8, 8, 30),
        (7.9, 7, 7),
        (0.1, 0, 7),
        (0, 0, 0),
        (-0.1, -1, 0),
    ],
)
def test_the_days_before_an_end(left: float, days: int, near: int | None) -> None:
    """60, 30 and 7 whole days before the last period ends; 0 with its end."""
    now = ENDS - left * DAY
    assert (days_left(HEAD, PRODUCTION, now), warned_from(HEAD, PRODUCTION, now)) == (days, near)


@pytest.mark.parametrize(("life", "days"), [(100, 60), (90, 60), (89, 30), (45, 30), (44, 7), (11, 7), (10, None)])
def test_a_short_list_is_not_warned_of_at_once(life: int, days: int | None) -> None:
    """The first day is one that two thirds of its life lie after."""
    policy, head = replace(PRODUCTION, head_life=life), replace(HEAD, expires=HEAD.issued + life)
    warned = [warned_from(head, policy, (HEAD.issued + passed) * DAY) for passed in range(life + 1)]
    assert next((one for one in warned if one), None) == days
    assert warned[0] is None
    assert warned_from(head, policy, (head.expires + 1) * DAY) == 0


def test_a_service_of_seconds_warns_of_an_end_alone() -> None:
    """As the demo, whose lists hold for a day."""
    policy = replace(PRODUCTION, period=5, collect=5, head_life=20_000)
    head = replace(HEAD, issued=0, expires=20_000)
    assert [warned_from(head, policy, now) for now in (0, 100_004, 100_005)] == [None, None, 0]
