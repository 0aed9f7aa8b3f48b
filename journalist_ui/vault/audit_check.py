# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether the log is the one that this desk wrote and that its batches told of: row by row, and batch by batch back
from the newest that is known to be published."""

from dataclasses import dataclass, field

from sqlalchemy import Connection, func, select

from dropbox.protocol.constants import HASH
from dropbox.protocol.manifests import NO_HASH, Manifest
from dropbox.protocol.primitives import same, sha256

from . import tables
from .audit import DAY, Told, restored_on, row_mac, rows_holding
from .published import is_opened, manifests_before, told_by
from .rows import AuditRow


@dataclass(frozen=True)
class Known:
    """The key by which a desk knows its rows, b"" for none, the number of the ``first`` that it knows by it, and the
    period through which manifests of its batches were not kept."""

    key: bytes = field(repr=False)
    first: int
    since: int = 0


@dataclass(frozen=True)
class Fault:
    """The first row that is not what it was: its number, and its day by what stands there now."""

    row: int
    day: int


@dataclass(frozen=True)
class Checked:
    """``through`` is the day of the newest row that holds, 0 for none. ``fault`` is None where every row holds;
    ``period`` that of the first batch whose head the log does not lead to, None where it leads to all. ``heads`` counts
    those that were compared, from that of the period ``first`` to that of ``last``; ``known`` is the day from which on
    rows are known by their key, None for none. ``restored`` is the day on which a backup was put in the vault's place
    last, None for never: what was told before it and is not in the log is no fault, and ``gone`` counts it."""

    through: int
    fault: Fault | None
    period: int | None
    heads: int
    first: int
    last: int
    known: int | None
    restored: int | None
    gone: int

    @property
    def holds(self) -> bool:
        """Nothing is wrong with it."""
        return self.fault is None and self.period is None


def check_log(connection: Connection, known: Known, newest: Manifest | None, seconds: int) -> Checked:
    """``newest`` is the manifest of the newest own batch, proved by whoever gives it, None where there is none; periods
    are of ``seconds``."""
    told, broken = _told(connection, known, newest)
    wanted, names = {one.row for one in told}, _day_keys(connection)
    places, fault, newest_row = {bytes(HASH): 0}, None, None
    known_day = None
    for row in rows_holding(connection):
        if not _is_known(row, known) or (row.key is not None and row.key not in names):
            fault = Fault(row.seq, row.day)
            break
        if known.key and row.seq >= known.first and known_day is None:
            known_day = row.day
        if row.hash in wanted:
            places[row.hash] = row.seq
        newest_row = row
    fault = fault or _break_behind(connection, newest_row)
    restored = restored_on(connection)
    period, gone = _first_unfit(told, broken, places, restored, seconds)
    first, last = (told[0].period, told[-1].period) if told else (0, 0)
    through = newest_row.day if newest_row else 0
    return Checked(through, fault, period, len(told) - gone, first, last, known_day, restored, gone)


def _day_keys(connection: Connection) -> set[bytes]:
    """Names of the keys that details are sealed with, of those that are what they are named after."""
    rows = connection.execute(select(tables.audit_keys.c.key, tables.audit_keys.c.sealed))
    return {row.key for row in rows if sha256(row.sealed) == row.key}


def _is_known(row: AuditRow, known: Known) -> bool:
    if not known.key or row.seq < known.first:
        return True
    return row.mac is not None and same(row.mac, row_mac(known.key, row.hash))


def _break_behind(connection: Connection, newest: AuditRow | None) -> Fault | None:
    """The row behind the newest that holds, where there is one: it does not follow from it."""
    rows, held = tables.audit.c, newest.seq if newest else 0
    if connection.execute(select(func.count()).select_from(tables.audit)).scalar_one() == held:
        return None
    day = connection.execute(select(rows.day).where(rows.seq > held).order_by(rows.seq).limit(1)).scalar()
    return Fault(held + 1, 0 if day is None else int(day))


def _told(connection: Connection, known: Known, newest: Manifest | None) -> tuple[list[Told], int | None]:
    """What the batches told, oldest first, as far back as their manifests are kept; and the period of a batch that must
    be kept and is not. Those of before were not kept, and neither is what opens their heads."""
    if newest is None:
        return [], None
    manifests = list(manifests_before(connection, newest))
    oldest = manifests[-1]
    cut = oldest.prev_hash != NO_HASH and oldest.prev_period > known.since and is_opened(connection, oldest)
    return [told_by(connection, one) for one in reversed(manifests)], oldest.prev_period if cut else None


def _first_unfit(
    told: list[Told], cut: int | None, places: dict[bytes, int], restored: int | None, seconds: int
) -> tuple[int | None, int]:
    """The first period whose batch the log does not lead to, and how many a restoring excuses."""
    gone = reached = 0

    def excused(period: int) -> bool:
        return restored is not None and period * seconds // DAY <= restored

    if cut is not None and not excused(cut):
        return cut, 0
    for one in told:
        place = places.get(one.row)
        if place is not None and place >= reached:
            reached = place
        elif excused(one.period):
            gone += 1
        else:
            return one.period, gone
    return None, gone
