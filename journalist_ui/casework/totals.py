# SPDX-License-Identifier: AGPL-3.0-or-later
"""How many cases there are."""

from sqlalchemy import Connection, func, select

from journalist_ui.vault import tables


def count_states(connection: Connection) -> dict[str, int]:
    """Cases that have a whole message, by state, exactly: the caller rounds."""
    cases = tables.cases.c
    found = select(cases.state, func.count()).where(cases.whole > 0).group_by(cases.state).order_by(cases.state)
    return dict(connection.execute(found).tuples().all())
