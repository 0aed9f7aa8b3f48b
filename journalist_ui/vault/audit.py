# SPDX-License-Identifier: AGPL-3.0-or-later
"""The audit log: one row an act, each row's hash over the one before it. Its head, blinded, goes out with every batch.

::

    row hash = H("desk-v1 row of the audit log" || hash of the row before || seq u32 || salt 32 || day u32 || H(detail))
    detail   = case u32 || act || about || name of the key || sealed detail          each behind its length u32
    mac      = MAC(a key of the keyring, "desk-v1 row that this desk wrote" || row hash)

Rows of before had another hash over plain words, and no salt: they stay as they were, and no such row follows one of
these (docs/decisions/0077).
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, func, insert, inspect, select

from dropbox.protocol.constants import HASH
from dropbox.protocol.encoding import u32
from dropbox.protocol.primitives import mac, sha256

from . import labels, tables
from .audit_sealing import MINUTES, Detail, Pen, Place, seal_detail
from .rows import AUDIT, AuditRow

RESTORE = "restore"
DAY = 86_400
SALT = 32
_PEN = "audit_pen"
_ROW = insert(tables.audit)
_NEWEST = select(tables.audit.c.seq, tables.audit.c.hash).order_by(tables.audit.c.seq.desc()).limit(1)
# Of acts of before, which word of what they are about is a case's number.
_CASE_OF_BEFORE = {"show": 0, "state new": 0, "state assessing": 0, "reply": 1}
_KEPT_OF_CASE = ("part ", "text ")


def take_pen(engine: Engine, pen: Pen) -> None:
    """What each transaction of a vault's engine writes rows with from now on."""
    engine.update_execution_options(**{_PEN: pen})


def pen_of(connection: Connection) -> Pen:
    """One that knows neither a key nor a clock where the vault was given none."""
    found = connection.get_execution_options().get(_PEN)
    return found if isinstance(found, Pen) else Pen()


def row_hash(previous: bytes, seq: int, salt: bytes, day: int, detail: bytes) -> bytes:
    """Of a row behind that of the hash ``previous``: 32 bytes. ``detail`` as at the head of this file."""
    return sha256(labels.AUDIT_ROW + previous + u32(seq) + salt + u32(day) + sha256(detail))


def row_mac(key: bytes, hashed: bytes) -> bytes:
    """By which a desk knows a row that it wrote; 32 bytes."""
    return mac(key, labels.AUDIT_MAC + hashed)


def encode_detail(row: AuditRow) -> bytes:
    """All of a row that its hash covers besides its number, salt and day."""
    parts = (row.act.encode(), row.about.encode(), row.key or b"", row.sealed or b"")
    return u32(row.number) + b"".join(u32(len(part)) + part for part in parts)


def case_of_before(act: str, about: str) -> int:
    """The case that a row of before is about; 0 for none."""
    place = 1 if about.startswith(_KEPT_OF_CASE) else _CASE_OF_BEFORE.get(act)
    words = about.split(" ")
    found = words[place] if place is not None and place < len(words) else ""
    return int(found) if found.isascii() and found.isdigit() and len(found) < 10 else 0


def _hash_of_before(previous: bytes, row: AuditRow) -> bytes:
    words = json.dumps([row.seq, row.day, row.member, row.act, row.about], separators=(",", ":"), ensure_ascii=True)
    return sha256(labels.AUDIT + previous + words.encode())


def _worked_out(previous: bytes, row: AuditRow) -> bytes | None:
    """What a row's hash must be; None where the row is none that there can be."""
    if row.salt is None:
        told = (row.key, row.sealed, row.mac, row.number) == (None, None, None, case_of_before(row.act, row.about))
        return _hash_of_before(previous, row) if told else None
    if row.member or len(row.salt) != SALT or (row.key is None) != (row.sealed is None):
        return None
    return row_hash(previous, row.seq, row.salt, row.day, encode_detail(row))


def _newest(connection: Connection) -> tuple[int, bytes]:
    row = connection.execute(_NEWEST).first()
    return (row.seq, row.hash) if row else (0, bytes(HASH))


def record(
    connection: Connection,
    day: int,
    member: str,
    act: str,
    about: str = "",
    *,
    case: int = 0,
    named: bool = False,
    timed: bool = True,
) -> None:
    """Add an act: who (empty for the desk itself), what, about what or whom, and in which ``case``, 0 for none. Never
    content.

    ``day`` counts days of unix time, whatever the service's period; an act of a member has its minute too unless it is
    not ``timed``. ``named``: act and what it is about stand plain, to be looked up with nobody signed in.
    """
    pen = pen_of(connection)
    seq, previous = _newest(connection)
    key = sealed = None
    if member or case:
        detail = Detail(member, act, about, _minute(pen, day) if member and timed else None)
        key, sealed = seal_detail(connection, pen, Place(seq + 1, day, case), detail)
        act, about = (act, about) if named else ("", "")
    salt = pen.random(SALT)
    row = AuditRow(seq + 1, day, "", act, about, b"", case, salt, key, sealed, None)
    hashed = row_hash(previous, row.seq, salt, day, encode_detail(row))
    row = row._replace(hash=hashed, mac=row_mac(pen.key, hashed) if pen.key else None)
    connection.execute(_ROW, row._asdict())


def minute_of(connection: Connection, day: int) -> int | None:
    """That of now, where it falls on the ``day`` of unix time and a clock is at hand."""
    return _minute(pen_of(connection), day)


def _minute(pen: Pen, day: int) -> int | None:
    if pen.clock is None:
        return None
    now = int(pen.clock())
    return now % DAY * MINUTES // DAY if now // DAY == day else None


def head(connection: Connection) -> bytes:
    """The newest row's hash, 32 bytes; zeros before the first."""
    return _newest(connection)[1]


def newest_number(connection: Connection) -> int:
    """Of the newest row; 0 before the first."""
    return _newest(connection)[0]


def _rows(connection: Connection) -> Iterator[AuditRow]:
    """All of them, in order; a copy of a vault of an earlier release has rows of before alone."""
    rows = tables.audit.c
    if any(column["name"] == rows.salt.name for column in inspect(connection).get_columns(tables.audit.name)):
        yield from map(AuditRow._make, connection.execute(AUDIT.order_by(rows.seq)))
        return
    before = select(rows.seq, rows.day, rows.member, rows.act, rows.about, rows.hash).order_by(rows.seq)
    for row in connection.execute(before):
        more = (case_of_before(row.act, row.about), None, None, None, None)
        yield AuditRow._make((*row, *more))


def rows_holding(connection: Connection) -> Iterator[AuditRow]:
    """Each row, its hash worked out again, as far as each follows from the one before it."""
    previous, salted = bytes(HASH), False
    for place, row in enumerate(_rows(connection), start=1):
        hashed = _worked_out(previous, row)
        if row.seq != place or row.hash != hashed or (salted and row.salt is None):
            return
        previous, salted = hashed, row.salt is not None
        yield row


def first_break(connection: Connection) -> int:
    """The number of the first row that does not follow from the one before it; 0 when all do."""
    held = sum(1 for _ in rows_holding(connection))
    return 0 if held == connection.execute(select(func.count()).select_from(tables.audit)).scalar_one() else held + 1


@dataclass(frozen=True)
class Told:
    """What a batch of ``period`` told of the log: the hash of the newest row of that time, ``row``."""

    period: int
    row: bytes


def first_conflict(connection: Connection, told: Sequence[Told], seconds: int) -> int | None:
    """The first period of which the log does not lead to what was told; None when it leads to all of it, in order.

    ``told`` is of own batches, oldest first, periods of ``seconds`` each. Each row's hash is worked out again: one that
    was changed leads to no head behind it. A restored log ends before the restoring: what was told before that day and
    is not in it is told by the notice of the restoring.
    """
    wanted = {one.row for one in told}
    places = {row.hash: row.seq for row in rows_holding(connection) if row.hash in wanted} | {bytes(HASH): 0}
    restored, reached = restored_on(connection), 0
    for one in told:
        place = places.get(one.row)
        if place is not None and place >= reached:
            reached = place
        elif restored is None or one.period * seconds // DAY > restored:
            return one.period
    return None


def restored_on(connection: Connection) -> int | None:
    """The newest day on which a backup was put in this vault's place, by the log itself; None when none was."""
    rows = tables.audit
    return connection.execute(select(func.max(rows.c.day)).where(rows.c.act == RESTORE)).scalar()


def is_beginning_of(earlier: Connection, later: Connection) -> bool:
    """Whether one log, for instance a backup's, is how the other begins, which holds that far."""
    newest = _newest(earlier)
    return newest[0] == 0 or newest in ((row.seq, row.hash) for row in rows_holding(later))
