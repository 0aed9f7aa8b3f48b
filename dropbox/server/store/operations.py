# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the store does inside one transaction, the same statements on SQLite and PostgreSQL."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, select, update

from dropbox.protocol.primitives import sha256
from dropbox.server.ports import ClosedSegment, StoredBatch

from . import blobs
from .sealed import insert_new, sealed_through
from .tables import (
    BATCHES,
    BEFORE,
    CLOSED_BLOB_IDS,
    CLOSED_IDS,
    CONFIRMED,
    COUNTERS,
    DIRECTORIES,
    FLOODED,
    LOST_THROUGH,
    OPEN_BLOBS,
    OPEN_ENVELOPES,
    SEALED,
    SEGMENTS,
    SKIPPED,
)

KEPT_DIRECTORIES = 2
_TAKEN_AT_ONCE = 64  # 1 MiB of envelopes in memory


def open_ids(connection: Connection, period: int) -> list[bytes]:
    statement = select(OPEN_ENVELOPES.c.id).where(OPEN_ENVELOPES.c.period == period)
    return sorted(connection.execute(statement).scalars())


def bodies(connection: Connection, ids: Sequence[bytes]) -> list[bytes]:
    statement = select(OPEN_ENVELOPES.c.id, OPEN_ENVELOPES.c.body).where(OPEN_ENVELOPES.c.id.in_(ids))
    found = {row.id: row.body for row in connection.execute(statement)}
    return [found[one] for one in sorted(ids)]


def begin(connection: Connection, period: int) -> None:
    rows = [{"name": name, "value": period - 1} for name in (SEALED, BEFORE)]
    connection.execute(insert_new(connection, COUNTERS), rows)


def newest_closed(connection: Connection) -> int | None:
    """A period that is sealed but has no row is not closed yet."""
    newest: int | None = connection.execute(select(func.max(SEGMENTS.c.period))).scalar()
    if newest is None:
        newest = connection.execute(select(COUNTERS.c.value).where(COUNTERS.c.name == BEFORE)).scalar()
    return newest


def oldest_closed(connection: Connection) -> int | None:
    oldest: int | None = connection.execute(select(func.min(SEGMENTS.c.period))).scalar()
    return oldest


def segment(connection: Connection, period: int) -> ClosedSegment | None:
    row = connection.execute(select(SEGMENTS).where(SEGMENTS.c.period == period)).first()
    return ClosedSegment(*row) if row else None


def closed_segments(connection: Connection) -> list[ClosedSegment]:
    return [ClosedSegment(*row) for row in connection.execute(select(SEGMENTS).order_by(SEGMENTS.c.period))]


def filled_periods(connection: Connection) -> list[int]:
    statement = select(SEGMENTS.c.period).where(SEGMENTS.c.count > 0).order_by(SEGMENTS.c.period)
    return list(connection.execute(statement).scalars())


def waiting_periods(connection: Connection) -> list[int]:
    both = select(OPEN_ENVELOPES.c.period).union(select(OPEN_BLOBS.c.period))
    return sorted(connection.execute(both).scalars())


def carry(connection: Connection, before: int, into: int) -> None:
    connection.execute(update(OPEN_ENVELOPES).where(OPEN_ENVELOPES.c.period < before).values(period=into))
    blobs.carry(connection, before, into)


def seal(connection: Connection, period: int) -> None:
    later = and_(COUNTERS.c.name == SEALED, COUNTERS.c.value < period)
    connection.execute(update(COUNTERS).where(later).values(value=period))


def close_empty(connection: Connection, first: int, last: int, root: bytes) -> bool:
    """Under the exclusive lock, so that no writer puts an envelope into one of them meanwhile."""
    sealed_through(connection, exclusive=True)
    within = and_(OPEN_ENVELOPES.c.period >= first, OPEN_ENVELOPES.c.period <= last)
    if connection.execute(select(OPEN_ENVELOPES.c.id).where(within).limit(1)).first():
        return False
    if blobs.any_between(connection, first, last):
        return False
    seal(connection, last)
    rows = [{"period": period, "count": 0, "root": root} for period in range(first, last + 1)]
    connection.execute(insert_new(connection, SEGMENTS), rows)
    return True


def close(connection: Connection, closed: ClosedSegment) -> None:
    """Ids go over in their own order: the order of rows tells nothing of arrival. Under the exclusive lock, so that an
    envelope that comes again meanwhile is seen in one of the two tables."""
    sealed_through(connection, exclusive=True)
    waiting = OPEN_ENVELOPES.c.period == closed.period
    ids = select(OPEN_ENVELOPES.c.id, OPEN_ENVELOPES.c.period).where(waiting).order_by(OPEN_ENVELOPES.c.id)
    connection.execute(insert(CLOSED_IDS).from_select(["id", "period"], ids))
    row = {"period": closed.period, "count": closed.count, "root": closed.root, "blobs": closed.blobs}
    connection.execute(insert(SEGMENTS), row)
    blobs.close(connection, closed.period)
    connection.execute(delete(OPEN_ENVELOPES).where(waiting))


def note_skip(connection: Connection, opened: int, skipped: int) -> None:
    connection.execute(insert_new(connection, COUNTERS), {"name": f"{SKIPPED}{opened}", "value": skipped})


def skips(connection: Connection) -> list[tuple[int, int]]:
    rows = connection.execute(select(COUNTERS).where(COUNTERS.c.name.startswith(SKIPPED))).all()
    return sorted((int(row.name.removeprefix(SKIPPED)), row.value) for row in rows)


def confirm(connection: Connection, period: int | None) -> None:
    connection.execute(delete(COUNTERS).where(COUNTERS.c.name == CONFIRMED))
    if period is not None:
        connection.execute(insert(COUNTERS), {"name": CONFIRMED, "value": period})


def confirmed(connection: Connection) -> int | None:
    found: int | None = connection.execute(select(COUNTERS.c.value).where(COUNTERS.c.name == CONFIRMED)).scalar()
    return found


def note_flood(connection: Connection, flooded: bool) -> None:
    connection.execute(delete(COUNTERS).where(COUNTERS.c.name == FLOODED))
    connection.execute(insert(COUNTERS), {"name": FLOODED, "value": int(flooded)})


def flooded(connection: Connection) -> bool:
    return bool(connection.execute(select(COUNTERS.c.value).where(COUNTERS.c.name == FLOODED)).scalar())


def lost_through(connection: Connection) -> int:
    found: int | None = connection.execute(select(COUNTERS.c.value).where(COUNTERS.c.name == LOST_THROUGH)).scalar()
    return -1 if found is None else found


def fullest(connection: Connection) -> int:
    """Envelopes in the closed segment that has most."""
    return int(connection.execute(select(func.max(SEGMENTS.c.count))).scalar() or 0)


def take_back(connection: Connection, period: int, bodies: Iterable[bytes], taken: Iterable[bytes] = ()) -> None:
    """Under the exclusive lock, so that no writer meanwhile takes a period for sealed that is not."""
    sealed_through(connection, exclusive=True)
    reading = iter(bodies)
    while rows := [{"id": sha256(one), "period": period, "body": one} for one in islice(reading, _TAKEN_AT_ONCE)]:
        connection.execute(insert_new(connection, OPEN_ENVELOPES), rows)
    connection.execute(update(OPEN_ENVELOPES).where(OPEN_ENVELOPES.c.period > period).values(period=period))
    connection.execute(delete(CLOSED_IDS).where(CLOSED_IDS.c.period >= period))
    blobs.take_back(connection, period, taken)
    connection.execute(delete(SEGMENTS).where(SEGMENTS.c.period >= period))
    connection.execute(update(COUNTERS).where(COUNTERS.c.name.in_((SEALED, BEFORE))).values(value=period - 1))
    late = [f"{SKIPPED}{opened}" for opened, _ in skips(connection) if opened > period]
    connection.execute(delete(COUNTERS).where(COUNTERS.c.name.in_(late)))


def drop_segments(connection: Connection, before: int) -> list[int]:
    dropped = list(connection.execute(select(SEGMENTS.c.period).where(SEGMENTS.c.period < before)).scalars())
    if dropped:
        connection.execute(delete(CLOSED_IDS).where(CLOSED_IDS.c.period < before))
        blobs.drop(connection, before)
        connection.execute(delete(SEGMENTS).where(SEGMENTS.c.period < before))
        past = [f"{SKIPPED}{opened}" for opened, _ in skips(connection) if opened <= before]
        connection.execute(delete(COUNTERS).where(COUNTERS.c.name.in_(past)))
    return sorted(dropped)


def _stored(row: Any) -> StoredBatch:
    return StoredBatch(row.unit_id, row.period, row.certs, row.body)


def batch(connection: Connection, unit_id: bytes, period: int) -> StoredBatch | None:
    place = and_(BATCHES.c.unit_id == unit_id, BATCHES.c.period == period)
    row = connection.execute(select(BATCHES).where(place)).first()
    return _stored(row) if row else None


def has_batch(connection: Connection, unit_id: bytes, period: int) -> bool:
    place = and_(BATCHES.c.unit_id == unit_id, BATCHES.c.period == period)
    return connection.execute(select(BATCHES.c.period).where(place)).first() is not None


def batched_units(connection: Connection) -> set[bytes]:
    return set(connection.execute(select(BATCHES.c.unit_id).distinct()).scalars())


def newest_batches(connection: Connection, unit_id: bytes, count: int) -> list[StoredBatch]:
    statement = select(BATCHES).where(BATCHES.c.unit_id == unit_id).order_by(BATCHES.c.period.desc()).limit(count)
    return [_stored(row) for row in connection.execute(statement)][::-1]


def add_batch(connection: Connection, new: StoredBatch) -> bool:
    row = {"unit_id": new.unit_id, "period": new.period, "certs": new.certs, "body": new.body}
    return bool(connection.execute(insert_new(connection, BATCHES), row).rowcount)


def trim_batches(connection: Connection, keep: int) -> None:
    for unit_id in connection.execute(select(BATCHES.c.unit_id).distinct()).scalars().all():
        own = BATCHES.c.unit_id == unit_id
        statement = select(BATCHES.c.period).where(own).order_by(BATCHES.c.period.desc()).offset(keep).limit(1)
        newest_to_drop = connection.execute(statement).scalar()
        if newest_to_drop is not None:
            connection.execute(delete(BATCHES).where(own, BATCHES.c.period <= newest_to_drop))


def newest_directories(connection: Connection, count: int) -> list[bytes]:
    statement = select(DIRECTORIES.c.body).order_by(DIRECTORIES.c.dir_version.desc()).limit(count)
    return list(connection.execute(statement).scalars())


def newest_directory_version(connection: Connection) -> int | None:
    newest: int | None = connection.execute(select(func.max(DIRECTORIES.c.dir_version))).scalar()
    return newest


def add_directory(connection: Connection, dir_version: int, body: bytes) -> bool:
    newest = newest_directory_version(connection)
    if newest is not None and dir_version <= newest:
        return False
    connection.execute(insert(DIRECTORIES), {"dir_version": dir_version, "body": body})
    newest_first = select(DIRECTORIES.c.dir_version).order_by(DIRECTORIES.c.dir_version.desc())
    kept = list(connection.execute(newest_first.limit(KEPT_DIRECTORIES)).scalars())
    connection.execute(delete(DIRECTORIES).where(DIRECTORIES.c.dir_version < kept[-1]))
    return True


def counts(connection: Connection) -> dict[str, int]:
    """How many of what, for ``dropbox-admin status``: no content, no ids."""
    tables = {
        "envelopes_waiting": OPEN_ENVELOPES,
        "envelopes_in_closed_segments": CLOSED_IDS,
        "blobs_waiting": OPEN_BLOBS,
        "blobs_in_closed_periods": CLOSED_BLOB_IDS,
        "closed_segments": SEGMENTS,
        "batches": BATCHES,
        "directories": DIRECTORIES,
    }
    return {
        name: int(connection.execute(select(func.count()).select_from(table)).scalar_one())
        for name, table in tables.items()
    }
