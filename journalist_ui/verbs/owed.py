# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is owed in a case, and by when."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from journalist_ui.casework.inbox import CaseLine
from journalist_ui.daemon.notice_log import iso_day
from journalist_ui.vault.counters import JUNK

from .desk import Desk
from .moments import DAY


@dataclass(frozen=True)
class Owed:
    """``acts`` in their order, the ``due`` day of those that have one, and those whose day has come."""

    acts: tuple[str, ...]
    due: dict[str, str] = field(default_factory=dict)
    now: tuple[str, ...] = ()


# A list of thousands names the same few hundred days.
_day = lru_cache(maxsize=4_096)(iso_day)


def owed_by(desk: Desk) -> Callable[[CaseLine], Owed]:
    """What is owed in a line's case today, by the clocks that the unit has set."""
    settings, today, seconds = desk.engine.settings, desk.engine.day, desk.engine.period_seconds()
    acknowledge, answer = settings.acknowledge_days, settings.answer_days

    def found(line: CaseLine) -> Iterator[tuple[str, int | None]]:
        """Each act with the day of unix time by which, None for none."""
        if not line.shelf:
            if not line.declared:
                yield "declare", None
            if line.unread > 0:
                yield "read", None
            if line.to_answer:
                since = line.since * seconds // DAY
                if acknowledge and not line.written:
                    yield "acknowledge", since + acknowledge
                yield "answer", since + answer if answer else None
            if line.declared and not line.referral_decided:
                yield "referral", line.opened * seconds // DAY + 1
            if line.declared and line.chis:
                yield "chis", line.chis * seconds // DAY
        if line.junked:
            yield "review", line.junked + settings.junk_days
        # A closed case still owes its source that; one that was set aside does not.
        if line.outcomes and line.declared and line.shelf != JUNK:
            yield "tell", None

    def owed(line: CaseLine) -> Owed:
        acts = tuple(found(line))
        due = {act: _day(day, DAY) for act, day in acts if day is not None}
        return Owed(tuple(act for act, _ in acts), due, tuple(act for act, day in acts if day and day <= today))

    return owed
