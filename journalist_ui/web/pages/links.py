# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which cases belong together."""

from journalist_ui.refusals import BadInput, NoSuchCase, Undeclared
from journalist_ui.shapes.links import Link
from journalist_ui.web.answers import Answer
from journalist_ui.web.site import Visit
from journalist_ui.web.words.done import Done

from .conversation import case_page

NO_NUMBER = "Type the number of the other case."
NOT_OPEN = "There is no other case of that number for you. Nothing was linked."
DECLARE = "Open that case first, and say there whether anything keeps you from it. Nothing was linked."


async def link(visit: Visit) -> Answer:
    """To another case, or no more; what was typed stands there again where it was refused."""
    other, reason, undo = visit.number("other"), visit.field("reason"), visit.field("undo") == "yes"
    typed = {} if undo else {"link": reason, "other": visit.field("other")}
    try:
        if not other:
            raise BadInput(NO_NUMBER)
        await visit.ask(Link(visit.at.case, other, reason, undo))
    except (BadInput, NoSuchCase, Undeclared) as error:
        said = {NoSuchCase: NOT_OPEN, Undeclared: DECLARE}.get(type(error), error.say)
        return await case_page(visit, error=said, typed=typed)
    return visit.done(f"/cases/{visit.at.case}#links", Done.UNLINKED if undo else Done.LINKED)
