# SPDX-License-Identifier: AGPL-3.0-or-later
"""The inbox, and what a person says of a case."""

from collections import Counter
from dataclasses import replace

from journalist_ui.shapes.cases import CaseLine, CaseList, Cases, Glimpses, SetState
from journalist_ui.shapes.totals import Totals
from journalist_ui.shapes.upkeep import Status
from journalist_ui.web.answers import Answer
from journalist_ui.web.notices import sorted_notices
from journalist_ui.web.site import Visit
from journalist_ui.web.words.cases import GROUPS
from journalist_ui.web.words.done import Done
from journalist_ui.words.shelves import SHELVES

INBOX_PAGE = 100
LONGEST_SEARCH = 200
_MARKED = {"new": Done.STATE_NEW, "assessing": Done.STATE_ASSESSING}


async def inbox(visit: Visit) -> Answer:
    """The cases of this member that nobody has put away, or those of one shelf; of an owner or a tag where one is
    asked for."""
    shelf = visit.query.get("shelf", "")
    shelf = shelf if shelf in SHELVES else ""
    mine = visit.query.get("whose", "") == "mine"
    return await _listed(visit, Cases(opened=False, assigned="me" if mine else None), shelf, mine=mine)


async def search(visit: Visit) -> Answer:
    """What was looked for is posted, and answered by the page itself: no address holds a word of it."""
    wanted = visit.field("words")[:LONGEST_SEARCH].strip()
    return await _listed(visit, Cases(opened=False, search=wanted), None, words=wanted)


async def _listed(
    visit: Visit, asked: Cases, shelf: str | None, *, mine: bool = False, words: str | None = None
) -> Answer:
    listed = await visit.ask(asked) if visit.me.opens else CaseList((), ())
    everything = listed.cases
    wanted = [line for line in everything if shelf is None or line.shelf == shelf]
    pages = max(1, -(-len(wanted) // INBOX_PAGE))
    page = min(visit.asked_page(), pages) if words is None else 1
    shown, excerpts = await _with_glimpses(visit, wanted[(page - 1) * INBOX_PAGE : page * INBOX_PAGE])
    counts = Counter(map(group_of, wanted))
    groups = [(name, counts[name], [line for line in shown if group_of(line) == name]) for name in GROUPS]
    status = await visit.ask(Status())
    return visit.page(
        "inbox.html",
        groups=[one for one in groups if one[2]],
        found=len(wanted),
        total=len(everything),
        shelves={name: sum(line.shelf == name for line in everything) for name in SHELVES if name},
        aside_urgent=sum(line.shelf == "junk" and "urgent" in line.flags for line in everything),
        shelf=shelf or "",
        mine=mine,
        words=words,
        ready=listed.ready,
        excerpts=excerpts,
        flood=listed.flood,
        flood_urgent=listed.flood_urgent,
        page=page,
        pages=pages,
        totals=None if visit.me.opens else await visit.ask(Totals()),
        status=status,
        undo=visit.site.done.take_undo(visit.token),
        done=visit.told(),
        **sorted_notices(status.notices),
    )


def group_of(line: CaseLine) -> str:
    """In which block of the list a case stands: reading never moves one."""
    if line.shelf:
        return line.shelf
    if "urgent" in line.flags:
        return "urgent"
    return "for-us" if line.to_answer else "for-source"


async def _with_glimpses(visit: Visit, lines: list[CaseLine]) -> tuple[list[CaseLine], bool]:
    """Each case is opened for them, so only those of one page are; and whether the member wants beginnings."""
    if not lines:
        return [], True
    found = await visit.ask(Glimpses(tuple(line.case for line in lines)))
    told = [
        replace(line, categories=one.categories, excerpt=one.excerpt, tags=one.tags)
        for line, one in zip(lines, found.glimpses, strict=True)
    ]
    return told, found.excerpts


async def set_state(visit: Visit) -> Answer:
    """Only a person says that a case is being assessed."""
    done = await visit.ask(SetState(visit.at.case, visit.field("state")))
    return visit.done(f"/cases/{done.case}", _MARKED[done.state])
