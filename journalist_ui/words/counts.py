# SPDX-License-Identifier: AGPL-3.0-or-later
"""Numbers of things."""


def counted(count: int, one: str, many: str = "") -> str:
    """As in "1 part", "2 parts" and "1,000 parts"; ``many`` where the word takes another end."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
