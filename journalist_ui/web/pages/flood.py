# SPDX-License-Identifier: AGPL-3.0-or-later
"""The flood box."""

from journalist_ui.shapes.flood import DeclareFlood, MoveFlood, ShowFlood, TakeOut
from journalist_ui.web.answers import Answer
from journalist_ui.web.site import Visit
from journalist_ui.web.words.done import Done


async def flood(visit: Visit) -> Answer:
    found = await visit.ask(ShowFlood(visit.asked_page()))
    return visit.page("flood.html", found=found, done=visit.told())


async def declare(visit: Visit) -> Answer:
    await visit.ask(DeclareFlood())
    return visit.done("/flood", Done.FLOOD_DECLARED)


async def take_out(visit: Visit) -> Answer:
    """On to the case, where it is open to the member."""
    done = await visit.ask(TakeOut(visit.number("case")))
    if done.opens:
        return visit.done(f"/cases/{done.case}", Done.TAKEN_OUT)
    return visit.done("/flood", Done.TAKEN_AWAY)


async def move(visit: Visit) -> Answer:
    """The ticked ones, or all."""
    aside, everything = visit.field("to") == "junk", visit.field("which") == "all"
    ticked = [one for one in visit.form.get("case", []) if one.isascii() and one.isdigit() and len(one) < 10]
    if not everything and not ticked:
        return visit.done("/flood", Done.NOTHING_TICKED)
    await visit.ask(MoveFlood(() if everything else tuple(map(int, ticked)), everything, aside))
    return visit.done("/flood", Done.FLOOD_ASIDE if aside else Done.FLOOD_BACK)
