# SPDX-License-Identifier: AGPL-3.0-or-later
"""The inbox, and what a person says of a case."""

from journalist_ui.shapes.cases import SetState
from journalist_ui.shapes.inbox import Inbox
from journalist_ui.shapes.totals import Totals
from journalist_ui.shapes.upkeep import Status
from journalist_ui.web.answers import Answer
from journalist_ui.web.notices import sorted_notices
from journalist_ui.web.site import Visit
from journalist_ui.web.words.done import Done
from journalist_ui.words.shelves import SHELVES

LONGEST_SEARCH = 200
_MARKED = {"new": Done.STATE_NEW, "assessing": Done.STATE_ASSESSING}


async def inbox(visit: Visit) -> Answer:
    """The cases of this member that nobody has put away, or those of one shelf; of an owner where one is asked for."""
    shelf = visit.query.get("shelf", "")
    mine = visit.query.get("whose", "") == "mine"
    return await _listed(visit, Inbox(shelf if shelf in SHELVES else "", mine, page=visit.asked_page()))


async def search(visit: Visit) -> Answer:
    """What was looked for is posted, and answered by the page itself: no address holds a word of it."""
    wanted = visit.field("words")[:LONGEST_SEARCH].strip()
    return await _listed(visit, Inbox(None, search=wanted))


async def _listed(visit: Visit, asked: Inbox) -> Answer:
    status = await visit.ask(Status())
    return visit.page(
        "inbox.html",
        listed=await visit.ask(asked) if visit.me.opens else None,
        shelf=asked.shelf or "",
        mine=asked.mine,
        words=asked.search,
        totals=None if visit.me.opens else await visit.ask(Totals()),
        status=status,
        undo=visit.site.done.take_undo(visit.token),
        done=visit.told(),
        **sorted_notices(status.notices),
    )


async def set_state(visit: Visit) -> Answer:
    """Only a person says that a case is being assessed."""
    done = await visit.ask(SetState(visit.at.case, visit.field("state")))
    return visit.done(f"/cases/{done.case}", _MARKED[done.state])
