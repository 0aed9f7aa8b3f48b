# SPDX-License-Identifier: AGPL-3.0-or-later
"""The audit log: one row an act, each row's hash over the one before it. Its head goes out with every batch."""

import json

from sqlalchemy import Connection, insert, select

from dropbox.protocol.constants import HASH
from dropbox.protocol.primitives import sha256

from . import labels, tables


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
