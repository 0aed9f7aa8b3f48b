# SPDX-License-Identifier: AGPL-3.0-or-later
"""The audit log: one row an act, each row's hash over the one before it. Its head goes out with every batch."""

import json
from collections.abc import Iterator, Sequence

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


def _holding(connection: Connection) -> Iterator[tuple[int, bytes]]:
    """Number and hash of each row, worked out again, as far as each follows from the one before it."""
    rows, previous = tables.audit, bytes(HASH)
    columns = select(rows.c.seq, rows.c.day, rows.c.member, rows.c.act, rows.c.about, rows.c.hash).order_by(rows.c.seq)
    for place, (seq, day, member, act, about, hashed) in enumerate(connection.execute(columns), start=1):
        previous = _row_hash(previous, seq, day, member, act, about)
        if seq != place or hashed != previous:
            return
        yield seq, previous


def first_break(connection: Connection) -> int:
    """The number of the first row that does not follow from the one before it; 0 when all do."""
    held = sum(1 for _ in _holding(connection))
    return 0 if held == connection.execute(select(func.count()).select_from(tables.audit)).scalar_one() else held + 1


def first_conflict(connection: Connection, heads: Sequence[tuple[int, bytes]], seconds: int) -> int | None:
    """The first period whose published head the log does not lead to; None when it leads to all of them, in order.

    ``heads`` are (period, head) of own batches, oldest first, periods of ``seconds`` each. Each row's hash is worked
    out again: one that was changed leads to no head behind it. A restored log ends before the restoring: heads from
    before that day which it lacks are told by the notice of the restoring.
    """
    wanted = {head for _, head in heads}
    places = {hashed: seq for seq, hashed in _holding(connection) if hashed in wanted} | {bytes(HASH): 0}
    restored, reached = restored_on(connection), 0
    for period, head in heads:
        place = places.get(head)
        if place is not None and place >= reached:
            reached = place
        elif restored is None or period * seconds // DAY > restored:
            return period
    return None


def restored_on(connection: Connection) -> int | None:
    """The newest day on which a backup was put in this vault's place, by the log itself; None when none was."""
    rows = tables.audit
    return connection.execute(select(func.max(rows.c.day)).where(rows.c.act == RESTORE)).scalar()


def is_beginning_of(earlier: Connection, later: Connection) -> bool:
    """Whether one log, for instance a backup's, is how the other begins, which holds that far."""
    newest = _newest(earlier)
    return newest[0] == 0 or newest in _holding(later)
