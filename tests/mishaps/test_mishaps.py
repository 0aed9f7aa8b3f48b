# SPDX-License-Identifier: AGPL-3.0-or-later
"""A short form of the campaign: each run is another draw of command, input, output and terminal."""

from tests.mishaps.campaign import go

RUNS = 40


def test_no_command_ends_in_a_fault() -> None:
    """No traceback, no fault inside, no silence after exit 1, no memory for what a file claims."""
    assert go(RUNS) == []
