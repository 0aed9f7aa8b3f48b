# SPDX-License-Identifier: AGPL-3.0-or-later
"""The browser's source and the command line's are one and the same to every desk."""

from tests.client.two_sources import run


def test_each_side_opens_what_the_other_sealed() -> None:
    """Random conversations, each carried on by both; `make twin N=1000` runs a thousand. A run with little of each
    kind would show little."""
    counts = run(24, seed=1)
    assert counts.conversations == 24
    assert min(counts.parts_by_browser, counts.parts_by_command_line, counts.replies, counts.boards_read_by_both) > 10
