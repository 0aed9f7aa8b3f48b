# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is owed in a case, and by when. Of a list of thousands it is said line by line: nothing is made twice."""

from collections.abc import Callable
from typing import NamedTuple

from journalist_ui.casework.inbox import CaseLine
from journalist_ui.vault.counters import JUNK

from .desk import Desk
from .moments import DAY, near_day


class Owed(NamedTuple):
    """``acts`` in their order, the ``due`` day of those that have one, and those whose day has come."""

    acts: tuple[str, ...]
    due: dict[str, str]
    now: tuple[str, ...]


def owed_by(desk: Desk) -> Callable[[CaseLine], Owed]:
    """What is owed in a line's case today, by the clocks that the unit has set."""
    settings, today, seconds = desk.engine.settings, desk.engine.day, desk.engine.period_seconds()
    acknowledge, answer = settings.acknowledge_days, settings.answer_days

    def owed(line: CaseLine) -> Owed:
        acts: list[str] = []
        due: dict[str, int] = {}
        if not line.shelf:
            if not line.declared:
                acts.append("declare")
            if line.unread > 0:
                acts.append("read")
            if line.to_answer:
                since = line.since * seconds // DAY
                if acknowledge and not line.written:
                    acts.append("acknowledge")
                    due["acknowledge"] = since + acknowledge
                acts.append("answer")
                if answer:
                    due["answer"] = since + answer
            if line.declared and line.asked:
                acts.append("questions")
            if line.declared and not line.referral_decided:
                acts.append("referral")
                due["referral"] = line.opened * seconds // DAY + 1
            if line.declared and line.chis:
                acts.append("chis")
                due["chis"] = line.chis * seconds // DAY
        if line.junked:
            acts.append("review")
            due["review"] = line.junked + settings.junk_days
        # A closed case still owes its source that; one that was set aside does not.
        if line.outcomes and not line.told and line.declared and line.shelf != JUNK:
            acts.append("tell")
        now = tuple([act for act, day in due.items() if day <= today]) if due else ()
        return Owed(tuple(acts), {act: near_day(day, DAY) for act, day in due.items()}, now)

    return owed
