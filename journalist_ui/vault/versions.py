# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a unit keeps ready in versions: rows of a table by a key of their own and a version, none of which goes."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Connection, Row, Table, func, select


def read_versions(connection: Connection, table: Table, key: Column[Any], value: object) -> Sequence[Row[Any]]:
    """Of one, the newest first."""
    return connection.execute(select(table).where(key == value).order_by(table.c.version.desc())).all()


def read_newest(connection: Connection, table: Table, key: Column[Any]) -> Sequence[Row[Any]]:
    """The newest version of each, also of one that was removed by it."""
    newest = select(key, func.max(table.c.version).label("version")).group_by(key).subquery()
    is_newest = (key == newest.c[key.name]) & (table.c.version == newest.c.version)
    return connection.execute(select(table).join(newest, is_newest)).all()
