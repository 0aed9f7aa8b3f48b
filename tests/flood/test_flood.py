# SPDX-License-Identifier: AGPL-3.0-or-later
"""Floods of a real server on the production policy: the short form of `make flood`."""

import pytest

from bench.flood import Flooded

BUSY = 10.0
"""So many times as slow may this machine be while other suites run; what is measured is measured by `make flood`."""


@pytest.mark.parametrize(
    "url",
    ["", pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.long])],
    ids=["sqlite", "postgresql"],
)
def test_honest_visits_come_through(url: str, request: pytest.FixtureRequest) -> None:
    """Envelopes at full speed, half requests, slow readers and a corrupt unit's uploads all at once: every honest visit
    reads and is taken, afterwards all is as before, and no envelope that has a receipt is lost."""
    flooded = Flooded("all-at-once-below-the-limit", request.getfixturevalue("postgres_url") if url else "", BUSY)
    try:
        row = flooded.run(honest=3, every=0)
        flooded.look_again(after=1)
    finally:
        flooded.close()
    assert row.faults == []
    assert row.through == len(row.visits) == 3
    assert {status for one in row.spent for status in one.answers} <= {"200", "400", "408", "409", "503"}
    assert sum(one.taken for one in row.spent) > 100
