# SPDX-License-Identifier: AGPL-3.0-or-later
"""The inbox, and what a person says of a case."""

from collections.abc import Callable
from dataclasses import replace

from journalist_ui.shapes.cases import CaseLine, Cases, Categories, SetState
from journalist_ui.shapes.upkeep import Status
from journalist_ui.web import words
from journalist_ui.web.answers import Answer
from journalist_ui.web.notices import sorted_notices
from journalist_ui.web.site import Visit

_FILTERS: dict[str, Callable[[CaseLine], bool]] = {
    "": lambda line: True,
    "new": lambda line: line.state == "new",
    "assessing": lambda line: line.state == "assessing",
    "unread": lambda line: line.unread > 0,
    "to-answer": lambda line: line.to_answer,
}

INBOX_PAGE = 100


async def inbox(visit: Visit) -> Answer:
    """Every case of this member: unread first, then those to answer, of each the oldest case first."""
    wanted = visit.query.get("state", "")
    wanted = wanted if wanted in _FILTERS else ""
    everything = (await visit.ask(Cases(opened=False))).cases if visit.me.investigates else ()
    lines = sorted(filter(_FILTERS[wanted], everything), key=_order)
    pages = max(1, -(-len(lines) // INBOX_PAGE))
    page = min(visit.asked_page(), pages)
    shown = await _with_categories(visit, lines[(page - 1) * INBOX_PAGE : page * INBOX_PAGE])
    status = await visit.ask(Status())
    return visit.page(
        "inbox.html",
        lines=shown,
        total=len(everything),
        filters=[(name, words.FILTERS[name], sum(map(kept, everything))) for name, kept in _FILTERS.items()],
        wanted=wanted,
        page=page,
        pages=pages,
        investigates=visit.me.investigates,
        status=status,
        done=visit.told(),
        **sorted_notices(status.notices),
    )


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
    return visit.done(f"/cases/{done.case}", f"state-{done.state}")
