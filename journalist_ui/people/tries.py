# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sign-ins that did not succeed, counted by member and day: neither vault nor audit log grows with them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import Connection, delete, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from journalist_ui.vault import audit, tables

NOBODY = ""
"""Stands for all names together that are no member's."""
MANY = 10
"""Wrong tries at a name in a day from which on all officers are told."""
MOST_CODES = 100
"""One-time codes a day that strangers may try who have a member's passphrase: each has three chances in a million."""
KEPT = 14
"""Days for which the counts of before are kept, beyond what a member has yet to be told."""
REFUSED = "login refused"


@dataclass(frozen=True)
class Tried:
    """So many wrong tries at a member's name (NOBODY's too). ``day`` of unix time is the first, or of many_tries the
    newest, of them; ``codes``: how many were by strangers with the right passphrase."""

    member: str
    count: int
    day: int
    codes: int = 0


def count_try(connection: Connection, member: str, day: int) -> None:
    """Before it is known whether it is wrong: a desk that is killed in between gives no try away. What was counted on
    days that are over goes into the audit log, a row a day and name."""
    _log_days(connection, day)
    rows = tables.wrong_tries
    one = upsert(rows).values(member=member, day=day, tries=1, codes=0, told=0)
    more = {"tries": rows.c.tries + 1}
    connection.execute(one.on_conflict_do_update(index_elements=["member", "day"], set_=more))


def was_right(connection: Connection, member: str, day: int) -> None:
    """The try counted last was none."""
    _add(connection, member, day, "tries", -1)


def was_wrong(connection: Connection, member: str, day: int, codes: int) -> None:
    """``codes`` is 1 where a stranger had the right passphrase, else 0: the same work either way."""
    _add(connection, member, day, "codes", codes)


def _add(connection: Connection, member: str, day: int, column: str, more: int) -> None:
    rows = tables.wrong_tries
    this = update(rows).where(rows.c.member == member, rows.c.day == day)
    connection.execute(this.values({column: rows.c[column] + more}))


def codes_tried(connection: Connection, member: str, day: int) -> int:
    """By strangers who had the right passphrase."""
    rows = tables.wrong_tries
    this = select(rows.c.codes).where(rows.c.member == member, rows.c.day == day)
    return int(connection.execute(this).scalar() or 0)


def tell_member(connection: Connection, member: str) -> Tried:
    """What the member has not been told yet, and is told by this."""
    rows = tables.wrong_tries
    untold = (rows.c.member == member, rows.c.tries > rows.c.told)
    found = connection.execute(select(rows.c.day, rows.c.tries, rows.c.told).where(*untold)).all()
    connection.execute(update(rows).where(*untold).values(told=rows.c.tries))
    return Tried(member, sum(row.tries - row.told for row in found), min((row.day for row in found), default=0))


def many_tries(connection: Connection, day: int) -> list[Tried]:
    """Names that were tried often on a day of the last two weeks; of each how often on such days, and the newest."""
    rows = tables.wrong_tries
    columns = (rows.c.member, rows.c.tries, rows.c.codes, rows.c.day)
    these = select(*columns).where(rows.c.tries >= MANY, rows.c.day > day - KEPT).order_by(rows.c.member, rows.c.day)
    found = []
    for member, group in groupby(connection.execute(these).all(), key=lambda row: str(row.member)):
        days = list(group)
        counted, codes = sum(row.tries for row in days), sum(row.codes for row in days)
        found.append(Tried(member, counted, min(days[-1].day, day), codes))
    return found


def forget_tries(connection: Connection, member: str) -> None:
    """Somebody is no member any more; the log keeps what was counted."""
    _log(connection, [row for row in _unlogged(connection) if row[0] == member])
    connection.execute(delete(tables.wrong_tries).where(tables.wrong_tries.c.member == member))


def _unlogged(connection: Connection) -> Iterator[tuple[str, int, int]]:
    """Member, day and count."""
    rows = tables.wrong_tries
    these = select(rows.c.member, rows.c.day, rows.c.tries).where(rows.c.logged.is_(False))
    for row in connection.execute(these.order_by(rows.c.day, rows.c.member)).all():
        yield row.member, row.day, row.tries


def _log(connection: Connection, these: list[tuple[str, int, int]]) -> None:
    for member, day, count in these:
        if count:
            audit.record(connection, day, member, REFUSED, str(count), timed=False)


def _log_days(connection: Connection, day: int) -> None:
    over = [row for row in _unlogged(connection) if row[1] < day]
    if not over:
        return
    rows = tables.wrong_tries
    _log(connection, over)
    connection.execute(update(rows).where(rows.c.day < day).values(logged=True))
    done = or_(rows.c.told >= rows.c.tries, rows.c.member == NOBODY)
    connection.execute(delete(rows).where(rows.c.logged.is_(True), rows.c.day <= day - KEPT, done))
