# SPDX-License-Identifier: AGPL-3.0-or-later
"""Numbers of things."""

STEP = 5


def rounded(count: int) -> int:
    """The nearest multiple of five, so that no single one shows."""
    return (count + STEP // 2) // STEP * STEP


def counted(count: int, one: str, many: str = "") -> str:
    """As in "1 part", "2 parts" and "1,000 parts"; ``many`` where the word takes another end."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
