# SPDX-License-Identifier: AGPL-3.0-or-later
"""Contact details of a case."""

from journalist_ui.refusals import BadInput, SetAside
from journalist_ui.shapes.contact import AskContact, ShowContact
from journalist_ui.web.answers import Answer
from journalist_ui.web.site import Visit
from journalist_ui.web.words.done import Done

from .conversation import case_page


async def ask(visit: Visit) -> Answer:
    """What was typed stands there again where it was refused."""
    reason = visit.field("reason")
    try:
        await visit.ask(AskContact(visit.at.case, reason))
    except (BadInput, SetAside) as error:
        return await case_page(visit, error=error.say, typed={"contact": reason})
    return visit.done(f"/cases/{visit.at.case}#contact", Done.CONTACT_ASKED)


async def show(visit: Visit) -> Answer:
    """On a page of its own, which is drawn once a press has asked for it: each time stands in the record."""
    try:
        found = await visit.ask(ShowContact(visit.at.case))
    except BadInput as error:
        return await case_page(visit, error=error.say)
    return visit.page("contact.html", found=found)
