# SPDX-License-Identifier: AGPL-3.0-or-later
"""What each case asks its members to decide."""

from journalist_ui.refusals import BadInput
from journalist_ui.shapes.decisions import Decide
from journalist_ui.web.answers import Answer
from journalist_ui.web.site import Visit
from journalist_ui.web.words.done import Done

from .conversation import case_page


async def decide(visit: Visit) -> Answer:
    """What was typed stands there again where it was refused."""
    what, reason = visit.field("what"), visit.field("reason")
    try:
        await visit.ask(Decide(visit.at.case, what, visit.field("answer"), reason))
    except BadInput as error:
        return await case_page(visit, error=error.say, typed={what: reason})
    return visit.done(f"/cases/{visit.at.case}#owed", Done.DECIDED)
