# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a backup takes of the database: what follows from closed periods, and nothing that moves when an envelope comes.

A database of an earlier release is read too, before it is brought up to date.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, func, inspect, literal, select

from dropbox.server.ports import ClosedSegment, StoredBatch

from .operations import newest_closed, skips
from .tables import BATCHES, COUNTERS, DIRECTORIES, OPEN_BLOBS, OPEN_ENVELOPES, SEALED, SEGMENTS


@dataclass(frozen=True)
class ClosedState:
    """Everything but the bytes of segments and blobs. ``batches`` holds those of closed periods."""

    newest_closed: int
    segments: tuple[ClosedSegment, ...]
    skips: tuple[tuple[int, int], ...]
    directories: tuple[tuple[int, bytes], ...]
    batches: tuple[StoredBatch, ...]


@dataclass(frozen=True)
class OpenState:
    """Of the periods after ``newest_closed``: ids that wait, each kind sorted, and the batches."""

    newest_closed: int
    envelope_ids: tuple[bytes, ...]
    blob_ids: tuple[bytes, ...]
    directories: tuple[tuple[int, bytes], ...]
    batches: tuple[StoredBatch, ...]


def _segments(connection: Connection) -> tuple[ClosedSegment, ...]:
    columns = {one["name"] for one in inspect(connection).get_columns(SEGMENTS.name)}
    blobs = SEGMENTS.c.blobs if "blobs" in columns else literal(0)
    rows = select(SEGMENTS.c.period, SEGMENTS.c.count, SEGMENTS.c.root, blobs).order_by(SEGMENTS.c.period)
    return tuple(ClosedSegment(*row) for row in connection.execute(rows))


def _directories(connection: Connection) -> tuple[tuple[int, bytes], ...]:
    rows = select(DIRECTORIES.c.dir_version, DIRECTORIES.c.body).order_by(DIRECTORIES.c.dir_version)
    return tuple((row.dir_version, row.body) for row in connection.execute(rows))


def _batches(connection: Connection, first: int, last: int | None = None) -> tuple[StoredBatch, ...]:
    rows = select(BATCHES).where(BATCHES.c.period >= first).order_by(BATCHES.c.unit_id, BATCHES.c.period)
    if last is not None:
        rows = rows.where(BATCHES.c.period <= last)
    return tuple(StoredBatch(row.unit_id, row.period, row.certs, row.body) for row in connection.execute(rows))


def closed_state(connection: Connection) -> ClosedState | None:
    """None in a store that has not begun. The segments are read first: what is closed meanwhile is left for the next
    time."""
    segments = _segments(connection)
    newest = segments[-1].period if segments else newest_closed(connection)
    if newest is None:
        return None
    kept = tuple(one for one in skips(connection) if one[0] <= newest + 1)
    return ClosedState(newest, segments, kept, _directories(connection), _batches(connection, 0, newest))


def open_state(connection: Connection, newest: int) -> OpenState:
    """What waits beyond the ``newest`` closed period."""
    has_blobs = inspect(connection).has_table(OPEN_BLOBS.name)
    tables = (OPEN_ENVELOPES, OPEN_BLOBS) if has_blobs else (OPEN_ENVELOPES,)
    ids = [tuple(sorted(connection.execute(select(one.c.id).where(one.c.period > newest)).scalars())) for one in tables]
    listed = _directories(connection)
    return OpenState(newest, ids[0], ids[1] if has_blobs else (), listed, _batches(connection, newest + 1))


def sealed_at(connection: Connection) -> int | None:
    """The last period that takes nothing more."""
    found: int | None = connection.execute(select(COUNTERS.c.value).where(COUNTERS.c.name == SEALED)).scalar()
    return found


def fullest_blobs(connection: Connection) -> int:
    """Blobs of the closed period that brought most."""
    return int(connection.execute(select(func.max(SEGMENTS.c.blobs))).scalar() or 0)
