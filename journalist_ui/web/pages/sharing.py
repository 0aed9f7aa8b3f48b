# SPDX-License-Identifier: AGPL-3.0-or-later
"""Letting another member open cases."""

from journalist_ui.refusals import BadInput
from journalist_ui.shapes.sharing import AskShare, Share
from journalist_ui.web.answers import Answer
from journalist_ui.web.site import Visit
from journalist_ui.web.words.done import Done

from .members import members_page


async def share(visit: Visit) -> Answer:
    """All cases, or the ``case`` whose page asks. Asks first, with the number; acts when the answer comes back."""
    name, case = visit.field("name"), visit.number("case")
    cases = (case,) if case else None
    try:
        if visit.field("sure") != "yes":
            return visit.page("member_share.html", asked=await visit.ask(AskShare(name, cases)), case=case)
        agreed = visit.number("agreed") if visit.field("agreed") else None
        found = await visit.ask(Share(name, cases, agreed))
    except BadInput as error:
        return await members_page(visit, error=error.say)
    done = Done.SHARED_ONE if case else Done.PARTLY if found.cases_not_opened else Done.SHARED
    return visit.done(f"/cases/{case}" if case else "/members", done)
