# SPDX-License-Identifier: AGPL-3.0-or-later
"""Notices of what happened once, kept in the vault for two weeks, so that a restart does not swallow them."""

import datetime
import json
from functools import lru_cache

from sqlalchemy import Connection

from dropbox.flows.desk.notice import Notice
from journalist_ui.vault import audit
from journalist_ui.vault.database import read_meta, write_meta

from .notices import LASTING, LASTING_DAYS

_NAME = "notices"
MOST_KEPT = 100
AUDIT_DIFFERS = "audit_differs"
"""The day of the first batch whose audit head the log does not lead to; kept for good."""


def remember_notices(connection: Connection, notices: list[Notice], day: int) -> None:
    """Keep those that last; the same one again is kept once, with its newest day. They go by their number, not by their
    day, and none is of a day to come: a clock that was ahead neither loses one nor keeps one up."""
    kept = {_key(notice): min(seen, day) for notice, seen in _stored(connection)}
    for notice in notices:
        if notice.code in LASTING:
            # What happened last stands last.
            kept.pop(_key(notice), None)
            kept[_key(notice)] = day
    rows = [[*json.loads(key), seen] for key, seen in list(kept.items())[-MOST_KEPT:]]
    write_meta(connection, _NAME, json.dumps(rows))


def _key(notice: Notice) -> str:
    return json.dumps([notice.code, notice.values], sort_keys=True)


def take_notice(connection: Connection, code: str, member: str) -> Notice | None:
    """The newest notice of that code about a member, which is kept no more."""
    stored = _stored(connection)
    ours = [notice for notice, _ in stored if (notice.code, notice.values.get("member")) == (code, member)]
    rows = [[notice.code, notice.values, seen] for notice, seen in stored if notice not in ours]
    write_meta(connection, _NAME, json.dumps(rows))
    return ours[-1] if ours else None


def lasting_notices(connection: Connection, day: int) -> list[Notice]:
    """What happened within the last two weeks, a restored vault included."""
    found = [notice for notice, seen in _stored(connection) if day - seen < LASTING_DAYS]
    if differs := read_meta(connection, AUDIT_DIFFERS, ""):
        found.append(Notice("audit-differs", {"day": differs}))
    # By the log: whoever excuses by such a row what the log lacks must not be able to leave the notice out.
    restored = audit.restored_on(connection)
    if restored is not None and day - restored < LASTING_DAYS:
        found.append(Notice("vault-restored", {"day": iso_day(restored, 86_400)}))
    return found


def _stored(connection: Connection) -> list[tuple[Notice, int]]:
    return [(Notice(code, values), seen) for code, values, seen in json.loads(read_meta(connection, _NAME, "[]"))]


@lru_cache(maxsize=1_024)
def iso_day(period: int, seconds: int) -> str:
    """The date (UTC) on which a period of so many seconds begins; beyond the calendar, the period's number."""
    try:
        return datetime.datetime.fromtimestamp(period * seconds, datetime.UTC).date().isoformat()
    except (OverflowError, ValueError, OSError):
        return f"period {period}"
