# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keeping envelopes: the one operation whose speed matters, so it has a short way for groups that are all new."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from .sealed import insert_new, sealed_through
from .tables import CLOSED_IDS, OPEN_ENVELOPES

_SQLITE_NEW = (
    "INSERT OR IGNORE INTO open_envelopes (id, period, body) SELECT ?1, ?2, ?3 "
    "WHERE NOT EXISTS (SELECT 1 FROM closed_ids WHERE id = ?1)"
)
_POSTGRES_NEW = "SELECT keep_envelopes($1, $2, $3)"

Row = tuple[bytes, int, bytes]
Kept = tuple[list[int | None], dict[int, int]]


@dataclass(frozen=True)
class Arrival:
    """An envelope that waits for the next transaction."""

    id: bytes
    body: bytes
    period: int
    cap: int


def insert_all(connection: Connection, rows: list[Row]) -> int:
    """How many of the rows were new and are now kept. On PostgreSQL -1, and nothing kept, when a period is sealed."""
    if connection.dialect.name == "sqlite":
        return connection.exec_driver_sql(_SQLITE_NEW, rows).rowcount
    columns = tuple(list(column) for column in zip(*rows, strict=True))
    return int(connection.exec_driver_sql(_POSTGRES_NEW, columns).scalar_one())


def plan(arrivals: Sequence[Arrival], counted: dict[int, int]) -> tuple[list[Row], dict[int, int]] | None:
    """The rows of a group and the counts afterwards, where what is known shows that all of it fits; else None."""
    counts = dict(counted)
    for one in arrivals:
        if counts.setdefault(one.period, one.cap) >= one.cap:
            return None
        counts[one.period] += 1
    return [(one.id, one.period, one.body) for one in arrivals], counts


def known_periods(connection: Connection, ids: Sequence[bytes]) -> dict[bytes, int]:
    """Which of these ids are kept already, and in which period."""
    waiting = select(OPEN_ENVELOPES.c.id, OPEN_ENVELOPES.c.period).where(OPEN_ENVELOPES.c.id.in_(ids))
    closed = select(CLOSED_IDS.c.id, CLOSED_IDS.c.period).where(CLOSED_IDS.c.id.in_(ids))
    return {row.id: row.period for row in connection.execute(waiting.union_all(closed))}


def count_waiting(connection: Connection, period: int) -> int:
    """Envelopes waiting in a period."""
    statement = select(func.count()).select_from(OPEN_ENVELOPES).where(OPEN_ENVELOPES.c.period == period)
    return int(connection.execute(statement).scalar_one())


def put_envelopes(connection: Connection, arrivals: Sequence[Arrival], counted: dict[int, int]) -> Kept:
    """Keep envelopes; answers each one's period, None beyond its cap, and the counts of the periods as they now are.

    ``counted`` is what the caller knows of the number of envelopes in each period.
    """
    lowest = sealed_through(connection, shared=True) + 1
    targets = [max(one.period, lowest) for one in arrivals]
    counts = {period: count for period, count in counted.items() if period >= lowest}
    for target in set(targets) - set(counts):
        counts[target] = count_waiting(connection, target)
    rows = [(one.id, target, one.body) for one, target in zip(arrivals, targets, strict=True)]
    full = any(counts[target] + len(rows) > one.cap for one, target in zip(arrivals, targets, strict=True))
    if full:
        return _put_some(connection, arrivals, targets, counts, known_periods(connection, [one.id for one in arrivals]))
    new = insert_all(connection, rows)
    for target in targets:
        counts[target] += 1
    if new == len(rows):
        return list(targets), counts
    # Some were kept before, or came twice: look up where each one is, and count again next time.
    known = known_periods(connection, [one.id for one in arrivals])
    return [known[one.id] for one in arrivals], {}


def _put_some(
    connection: Connection,
    arrivals: Sequence[Arrival],
    targets: Sequence[int],
    counts: dict[int, int],
    known: dict[bytes, int],
) -> Kept:
    """The long way, near the cap: first come, first kept."""
    rows: list[dict[str, Any]] = []
    for one, target in zip(arrivals, targets, strict=True):
        if one.id not in known and counts[target] < one.cap:
            known[one.id] = target
            counts[target] += 1
            rows.append({"id": one.id, "period": target, "body": one.body})
    if rows:
        connection.execute(insert_new(connection, OPEN_ENVELOPES), rows)
    return [known.get(one.id) for one in arrivals], counts
