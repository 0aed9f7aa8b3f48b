# SPDX-License-Identifier: AGPL-3.0-or-later
"""When an envelope leaves: milliseconds after the rows at which judging ended, reading ended, and it leaves."""

MOMENTS = (
    (0, 0, 1_000),
    (0, 999, 1_000),
    (500, 999, 1_000),
    (501, 600, 2_000),
    (501, 1_999, 2_000),
    (1_400, 1_500, 2_000),
    (1_600, 1_700, 3_000),
    (400, 1_001, 2_000),
    (400, 2_500, 3_000),
)
"""Only judging, which takes as long for every codename, chooses; unless reading takes longer than its half a second."""
