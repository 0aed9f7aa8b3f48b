# SPDX-License-Identifier: AGPL-3.0-or-later
"""The audit log: one row an act, each row's hash over the one before it. Its head goes out with every batch."""

import json
from collections.abc import Sequence

from sqlalchemy import Connection, func, insert, select

from dropbox.protocol.constants import HASH
from dropbox.protocol.primitives import sha256

from . import labels, tables

RESTORE = "restore"
DAY = 86_400


def _row_hash(previous: bytes, seq: int, day: int, member: str, act: str, about: str) -> bytes:
    row = json.dumps([seq, day, member, act, about], separators=(",", ":"), ensure_ascii=True)
    return sha256(labels.AUDIT + previous + row.encode())


def _newest(connection: Connection) -> tuple[int, bytes]:
    row = connection.execute(
        select(tables.audit.c.seq, tables.audit.c.hash).order_by(tables.audit.c.seq.desc())
    ).first()
    return (row.seq, row.hash) if row else (0, bytes(HASH))


def record(connection: Connection, day: int, member: str, act: str, about: str = "") -> None:
    """Add an act: who (empty for the desk itself), what, and about which case or member. Never content.

    ``day`` counts days of unix time, whatever the service's period.
    """
    seq, previous = _newest(connection)
    hashed = _row_hash(previous, seq + 1, day, member, act, about)
    connection.execute(
        insert(tables.audit).values(seq=seq + 1, day=day, member=member, act=act, about=about, hash=hashed)
    )


def head(connection: Connection) -> bytes:
    """The newest row's hash, 32 bytes; zeros before the first."""
    return _newest(connection)[1]


def first_break(connection: Connection) -> int:
    """The number of the first row that does not follow from the one before it; 0 when all do."""
    previous = bytes(HASH)
    for place, row in enumerate(connection.execute(select(tables.audit).order_by(tables.audit.c.seq)), start=1):
        previous = _row_hash(previous, row.seq, row.day, row.member, row.act, row.about)
        if row.seq != place or row.hash != previous:
            return place
    return 0


def first_conflict(connection: Connection, heads: Sequence[tuple[int, bytes]], seconds: int) -> int | None:
    """The first period whose published head the log does not lead to; None when it leads to all of them, in order.

    ``heads`` are (period, head) of own batches, oldest first, periods of ``seconds`` each. A restored log ends before
    the restoring: heads from before that day which it lacks are told by the notice of the restoring.
    """
    rows = tables.audit
    found = connection.execute(select(rows.c.hash, rows.c.seq).where(rows.c.hash.in_([one for _, one in heads])))
    places = {row.hash: row.seq for row in found} | {bytes(HASH): 0}
    restored = connection.execute(select(func.max(rows.c.day)).where(rows.c.act == RESTORE)).scalar()
    reached = 0
    for period, head in heads:
        place = places.get(head)
        if place is not None and place >= reached:
            reached = place
        elif restored is None or period * seconds // DAY > restored:
            return period
    return None


def is_beginning_of(earlier: Connection, later: Connection) -> bool:
    """Whether one log, for instance a backup's, is how the other begins."""
    seq, hashed = _newest(earlier)
    there = later.execute(select(tables.audit.c.hash).where(tables.audit.c.seq == seq)).scalar()
    return seq == 0 or there == hashed
