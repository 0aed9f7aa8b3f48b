# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which cases are wrapped to whom: who has no row here opens nothing of a case, and sees no sign of it."""

from collections.abc import Iterable
from dataclasses import asdict

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from . import tables
from .sealing import WrappedKey

_KEY = upsert(tables.case_keys).on_conflict_do_nothing()


def read_case_keys(connection: Connection, member: str) -> dict[int, WrappedKey]:
    """What is wrapped to a member, by case."""
    rows = tables.case_keys
    found = connection.execute(select(rows.c.number, rows.c.wrapped).where(rows.c.member == member))
    return {row.number: WrappedKey(row.number, member, row.wrapped) for row in found}


def store_case_keys(connection: Connection, keys: Iterable[WrappedKey]) -> None:
    """Let members open cases from now on. A key that is there already stays."""
    if rows := [asdict(one) for one in keys]:
        connection.execute(_KEY, rows)


def delete_case_keys(connection: Connection, member: str) -> None:
    """The member opens no case any more."""
    connection.execute(delete(tables.case_keys).where(tables.case_keys.c.member == member))
