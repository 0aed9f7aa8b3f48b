# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the store does with blobs inside one transaction: fewer and larger than envelopes, so each has its own."""

from collections.abc import Iterable, Sequence
from itertools import islice

from sqlalchemy import Connection, and_, delete, func, insert, select, update

from dropbox.protocol.primitives import sha256

from .sealed import insert_new, sealed_through
from .tables import CLOSED_BLOB_IDS, OPEN_BLOBS, SEGMENTS

_TAKEN_AT_ONCE = 4  # 1 MiB of blobs in memory


def known(connection: Connection, blob_id: bytes) -> int | None:
    """The period of a blob that is kept."""
    for table in (OPEN_BLOBS, CLOSED_BLOB_IDS):
        found: int | None = connection.execute(select(table.c.period).where(table.c.id == blob_id)).scalar()
        if found is not None:
            return found
    return None


def waiting(connection: Connection, period: int) -> int:
    """Blobs waiting in a period."""
    counted = select(func.count()).select_from(OPEN_BLOBS).where(OPEN_BLOBS.c.period == period)
    return int(connection.execute(counted).scalar_one())


def put(connection: Connection, blob_id: bytes, body: bytes, period: int, cap: int) -> int | None:
    """Keep a blob; the period that has it, None beyond its cap. The shared lock comes first, so that what a closing
    moves meanwhile is seen in one of the two tables."""
    target = max(period, sealed_through(connection, shared=True) + 1)
    kept = known(connection, blob_id)
    if kept is not None:
        return kept
    if waiting(connection, target) >= cap:
        return None
    row = {"id": blob_id, "period": target, "body": body}
    if not connection.execute(insert_new(connection, OPEN_BLOBS), row).rowcount:
        # The same one came twice at one time.
        return known(connection, blob_id)
    return target


def ids(connection: Connection, period: int) -> list[bytes]:
    """Of those waiting in a period, sorted."""
    return sorted(connection.execute(select(OPEN_BLOBS.c.id).where(OPEN_BLOBS.c.period == period)).scalars())


def bodies(connection: Connection, wanted: Sequence[bytes]) -> list[bytes]:
    """The blobs of these ids, sorted by id."""
    rows = connection.execute(select(OPEN_BLOBS.c.id, OPEN_BLOBS.c.body).where(OPEN_BLOBS.c.id.in_(wanted)))
    found = {row.id: row.body for row in rows}
    return [found[one] for one in sorted(wanted)]


def close(connection: Connection, period: int) -> None:
    """Replace those waiting by their ids, which go over in their own order."""
    here = OPEN_BLOBS.c.period == period
    moved = select(OPEN_BLOBS.c.id, OPEN_BLOBS.c.period).where(here).order_by(OPEN_BLOBS.c.id)
    connection.execute(insert(CLOSED_BLOB_IDS).from_select(["id", "period"], moved))
    connection.execute(delete(OPEN_BLOBS).where(here))


def any_between(connection: Connection, first: int, last: int) -> bool:
    """Whether a blob waits in one of these periods."""
    within = and_(OPEN_BLOBS.c.period >= first, OPEN_BLOBS.c.period <= last)
    return connection.execute(select(OPEN_BLOBS.c.id).where(within).limit(1)).first() is not None


def carry(connection: Connection, before: int, into: int) -> None:
    connection.execute(update(OPEN_BLOBS).where(OPEN_BLOBS.c.period < before).values(period=into))


def take_back(connection: Connection, period: int, taken: Iterable[bytes]) -> None:
    """Undo the closes from ``period`` on, as far as they are about blobs."""
    reading = iter(taken)
    while rows := [{"id": sha256(one), "period": period, "body": one} for one in islice(reading, _TAKEN_AT_ONCE)]:
        connection.execute(insert_new(connection, OPEN_BLOBS), rows)
    connection.execute(update(OPEN_BLOBS).where(OPEN_BLOBS.c.period > period).values(period=period))
    connection.execute(delete(CLOSED_BLOB_IDS).where(CLOSED_BLOB_IDS.c.period >= period))


def drop(connection: Connection, before: int) -> None:
    connection.execute(delete(CLOSED_BLOB_IDS).where(CLOSED_BLOB_IDS.c.period < before))


def periods(connection: Connection) -> list[int]:
    """Closed periods, still kept, that brought one, ascending."""
    found = select(SEGMENTS.c.period).where(SEGMENTS.c.blobs > 0).order_by(SEGMENTS.c.period)
    return list(connection.execute(found).scalars())
