# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a source that closes its conversation is told."""

from journalist_ui.refusals import BadInput, CaseMoved, NotYet, SetAside
from journalist_ui.shapes.closings import TellClosing
from journalist_ui.verbs.faults import fault_of
from journalist_ui.web.answers import Answer
from journalist_ui.web.site import Visit
from journalist_ui.web.words.done import Done
from journalist_ui.web.words.faults import say

from .conversation import case_page


async def tell(visit: Visit) -> Answer:
    """In the case as it was when its page was drawn."""
    try:
        await visit.ask(TellClosing(visit.at.case, visit.field("kind"), visit.number("newest")))
    except (BadInput, CaseMoved, NotYet, SetAside) as error:
        return await case_page(visit, error=say(fault_of(error)))
    return visit.done(f"/cases/{visit.at.case}#closing", Done.CLOSING_TOLD)
