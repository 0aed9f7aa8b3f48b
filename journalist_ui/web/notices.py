# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which notices stand where on a page."""

from collections.abc import Iterable

from journalist_ui.shapes.notices import ToldNotice

_DAILY = frozenset({"no-backup"})
"""What stands every day: said in one small line, apart from what has happened."""


def sorted_notices(found: Iterable[ToldNotice]) -> dict[str, list[ToldNotice]]:
    """What has happened, and what stands every day."""
    notices: list[ToldNotice] = []
    daily: list[ToldNotice] = []
    for one in found:
        (daily if one.code in _DAILY else notices).append(one)
    return {"notices": notices, "daily": daily}
