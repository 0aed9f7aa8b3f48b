# SPDX-License-Identifier: AGPL-3.0-or-later
"""What happened in a case: what its source sent, by the day, and what was done in it, from the audit log."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from journalist_ui.casework import audit
from journalist_ui.casework.audit import READ, Act, Scope
from journalist_ui.casework.cases import OpenedCase
from journalist_ui.casework.conversation import SHOW, came_in
from journalist_ui.casework.links import Linking
from journalist_ui.daemon.notice_log import iso_day
from journalist_ui.shapes.timeline import Timeline, TimelineLine
from journalist_ui.vault.evidence import KEPT
from journalist_ui.vault.sealing import Holder
from journalist_ui.words.audit import said

from .desk import Desk
from .moments import DAY

MOST_ACTS, MOST_MESSAGES = 500, 200
"""Rows of the log, and messages, that are read for a page; a command gets all."""
LEFT_OUT = frozenset({SHOW, READ, KEPT})
"""Acts that changed nothing: they stand in the record."""
WROTE, REPORTED = "wrote", "reported"


@dataclass(frozen=True)
class Happened:
    """What was read for a timeline."""

    acts: tuple[Act, ...]
    messages: Sequence[tuple[int, int]]
    whole: bool


def read_happened(connection: Connection, holder: Holder, case: OpenedCase, *, page: bool) -> Happened:
    """For one ``page``, what is newest, else all."""
    scope = Scope(holder, desk=False, case=case.number)
    if not page:
        return Happened(audit.read_acts(connection, scope).acts, came_in(connection, case.number), whole=True)
    acts = audit.read_newest(connection, scope, MOST_ACTS)
    messages = came_in(connection, case.number, MOST_MESSAGES)
    return Happened(acts, messages, len(acts) < MOST_ACTS and len(messages) < MOST_MESSAGES)


def timeline(desk: Desk, case: int, happened: Happened, links: Sequence[Linking]) -> Timeline:
    """Oldest first; of one day, first what the source sent, whose minute nobody knows."""
    seconds = desk.engine.period_seconds()
    acts = [one for one in reversed(happened.acts) if one.opened and one.act not in LEFT_OUT]
    done = [*acts, *(_linked(case, one) for one in links)]
    found = [*_sent(happened.messages, seconds), *((one.day, one.minute or 0, _act(one)) for one in done)]
    found.sort(key=lambda one: one[:2])
    if happened.whole:
        return Timeline(tuple(line for _, _, line in found))
    # Older than the oldest that was read of either kind, the others are not all there.
    first = max(
        happened.acts[-1].day if len(happened.acts) == MOST_ACTS else 0,
        happened.messages[-1][0] * seconds // DAY if len(happened.messages) == MOST_MESSAGES else 0,
    )
    return Timeline(tuple(line for day, _, line in found if day >= first), whole=False)


def _sent(messages: Sequence[tuple[int, int]], seconds: int) -> Iterator[tuple[int, int, TimelineLine]]:
    for period, number in reversed(messages):
        act = WROTE if number > 1 else REPORTED
        what = f"The source sent message {number}" if number > 1 else "The source sent the report"
        line = TimelineLine(iso_day(period, seconds), "", "source", "", act, str(number), what)
        yield period * seconds // DAY, -1, line


def _linked(case: int, one: Linking) -> Act:
    act = "unlink" if one.undone else "link"
    return Act(one.day, one.minute, one.by, act, str(one.other), case, opened=True)


def _act(one: Act) -> TimelineLine:
    time = "" if one.minute is None else f"{one.minute // 60:02d}:{one.minute % 60:02d}"
    who = "member" if one.member else "desk"
    what = said(one.member, one.act, one.about, of_case=True)
    return TimelineLine(iso_day(one.day, DAY), time, who, one.member, one.act, one.about, what)
