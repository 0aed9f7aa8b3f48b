# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a restore fills an empty database: in steps, behind a mark that says until the last one that it is not whole."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select

from dropbox.protocol.primitives import sha256
from dropbox.server.ports import ClosedSegment, StoredBatch

from .sealed import insert_new
from .tables import (
    BATCHES,
    BEFORE,
    CLOSED_BLOB_IDS,
    CLOSED_IDS,
    COUNTERS,
    DIRECTORIES,
    LOST_THROUGH,
    METADATA,
    OPEN_BLOBS,
    OPEN_ENVELOPES,
    RESTORING,
    SEALED,
    SEGMENTS,
    SKIPPED,
)

IDS_AT_ONCE = 1_000


def is_used(connection: Connection) -> bool:
    """Whether anything is in it that is no rest of a restore that was cut short."""
    return not half_restored(connection) and any(
        connection.execute(select(*table.primary_key).limit(1)).first() for table in METADATA.sorted_tables
    )


def half_restored(connection: Connection) -> bool:
    """Whether a restore was cut short."""
    return connection.execute(select(COUNTERS.c.name).where(COUNTERS.c.name == RESTORING)).first() is not None


def begin(connection: Connection) -> None:
    """Empty it, and mark it."""
    for table in METADATA.sorted_tables:
        connection.execute(delete(table))
    connection.execute(insert(COUNTERS), {"name": RESTORING, "value": 1})


def put_segment(connection: Connection, closed: ClosedSegment) -> None:
    connection.execute(
        insert(SEGMENTS),
        {"period": closed.period, "count": closed.count, "root": closed.root, "blobs": closed.blobs},
    )


def put_closed_ids(connection: Connection, period: int, ids: Sequence[bytes], of_blobs: bool) -> None:
    """Ids of what a closed period brought, in their order."""
    table = CLOSED_BLOB_IDS if of_blobs else CLOSED_IDS
    connection.execute(insert_new(connection, table), [{"id": one, "period": period} for one in ids])


def put_waiting(connection: Connection, period: int, bodies: Sequence[bytes], of_blobs: bool) -> None:
    """What waits in a period that is open, in the order of its ids."""
    table = OPEN_BLOBS if of_blobs else OPEN_ENVELOPES
    rows = [{"id": sha256(one), "period": period, "body": one} for one in bodies]
    connection.execute(insert_new(connection, table), rows)


def put_batch(connection: Connection, batch: StoredBatch) -> None:
    row = {"unit_id": batch.unit_id, "period": batch.period, "certs": batch.certs, "body": batch.body}
    connection.execute(insert_new(connection, BATCHES), row)


def put_directory(connection: Connection, version: int, body: bytes) -> None:
    connection.execute(insert_new(connection, DIRECTORIES), {"dir_version": version, "body": body})


def finish(connection: Connection, newest_closed: int, skips: Sequence[tuple[int, int]], lost_through: int) -> None:
    """Say where time stands, and take the mark away. ``lost_through``: the last period of which a batch may be lost."""
    rows = [{"name": name, "value": newest_closed} for name in (SEALED, BEFORE)]
    rows += [{"name": f"{SKIPPED}{opened}", "value": skipped} for opened, skipped in skips]
    rows += [{"name": LOST_THROUGH, "value": lost_through}]
    connection.execute(insert(COUNTERS), rows)
    connection.execute(delete(COUNTERS).where(COUNTERS.c.name == RESTORING))
