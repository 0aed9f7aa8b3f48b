# SPDX-License-Identifier: AGPL-3.0-or-later
"""How many cases there are, so rounded that no single one shows."""

from sqlalchemy import Connection, func, select

from journalist_ui.vault import tables

STEP = 5


def rounded(count: int) -> int:
    """The nearest multiple of five."""
    return (count + STEP // 2) // STEP * STEP


def count_states(connection: Connection) -> dict[str, int]:
    """Cases that have a whole message, by state, exactly: the caller rounds."""
    cases = tables.cases.c
    found = select(cases.state, func.count()).where(cases.whole > 0).group_by(cases.state).order_by(cases.state)
    return dict(connection.execute(found).tuples().all())
