# SPDX-License-Identifier: AGPL-3.0-or-later
"""The inbox, and what a person says of a case."""

from dataclasses import replace

from journalist_ui.shapes.cases import CaseLine, Cases, Categories, SetState
from journalist_ui.shapes.totals import Totals
from journalist_ui.shapes.upkeep import Status
from journalist_ui.web.answers import Answer
from journalist_ui.web.notices import sorted_notices
from journalist_ui.web.site import Visit
from journalist_ui.web.words.cases import FILTERS
from journalist_ui.web.words.done import Done

INBOX_PAGE = 100
_MARKED = {"new": Done.STATE_NEW, "assessing": Done.STATE_ASSESSING}


async def inbox(visit: Visit) -> Answer:
    """Every case of this member: unread first, then those to answer, of each the oldest case first."""
    wanted = visit.query.get("state", "")
    wanted = wanted if wanted in FILTERS else ""
    everything = (await visit.ask(Cases(opened=False))).cases if visit.me.opens else ()
    lines = sorted((line for line in everything if _keeps(wanted, line)), key=_order)
    pages = max(1, -(-len(lines) // INBOX_PAGE))
    page = min(visit.asked_page(), pages)
    shown = await _with_categories(visit, lines[(page - 1) * INBOX_PAGE : page * INBOX_PAGE])
    status = await visit.ask(Status())
    return visit.page(
        "inbox.html",
        lines=shown,
        total=len(everything),
        filters=[(name, label, sum(_keeps(name, line) for line in everything)) for name, label in FILTERS.items()],
        wanted=wanted,
        page=page,
        pages=pages,
        totals=None if visit.me.opens else await visit.ask(Totals()),
        status=status,
        done=visit.told(),
        **sorted_notices(status.notices),
    )


def _keeps(wanted: str, line: CaseLine) -> bool:
    """Whether a line is among those that a filter shows: every filter that is none of these is a state."""
    match wanted:
        case "":
            return True
        case "unread":
            return line.unread > 0
        case "to-answer":
            return line.to_answer
        case state:
            return line.state == state


def _order(line: CaseLine) -> tuple[bool, bool, int, int]:
    return (line.unread == 0, not line.to_answer, -line.age, line.case)


async def _with_categories(visit: Visit, lines: list[CaseLine]) -> list[CaseLine]:
    """Each case is opened for them, so only those of one page are."""
    if not lines:
        return []
    found = await visit.ask(Categories(tuple(line.case for line in lines)))
    return [replace(line, categories=named) for line, named in zip(lines, found.categories, strict=True)]


async def set_state(visit: Visit) -> Answer:
    """Only a person says that a case is being assessed."""
    done = await visit.ask(SetState(visit.at.case, visit.field("state")))
    return visit.done(f"/cases/{done.case}", _MARKED[done.state])
