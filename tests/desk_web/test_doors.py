# SPDX-License-Identifier: AGPL-3.0-or-later
"""Nobody keeps an officer out of the desk: a short form of tests/desk_web/doors.py."""

from pathlib import Path

import pytest

from tests.desk_web.doors import LONGEST_WAIT, Flood, members_at_a_flooded_door


@pytest.mark.parametrize("flood", [Flood(), Flood(names=2, peers=True)])
async def test_a_member_comes_in_whoever_tries_the_door(tmp_path: Path, flood: Flood) -> None:
    """One stranger tries the member's name without end, others make up names, sixteen that cannot be told from the
    member, two that can: three of three sign-ins with a known browser, and one with a new one within a minute."""
    known, new = await members_at_a_flooded_door(tmp_path / "desk", flood, known=3, new=1)
    assert (len(known.took), known.refused) == (3, [])
    assert (len(new.took), new.refused) == (1, [])
    assert max(known.took) < LONGEST_WAIT / 4, known.told("known")
    assert max(new.took) < LONGEST_WAIT, new.told("new")
    assert known.answers[401] > 1, "the strangers were at it"
