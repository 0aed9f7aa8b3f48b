# SPDX-License-Identifier: AGPL-3.0-or-later
"""A case on paper: the page that prints is the answer to a form, so that no address and no reload prints it again."""

from journalist_ui.refusals import BadInput
from journalist_ui.shapes.printing import Print
from journalist_ui.web.answers import Answer
from journalist_ui.web.site import Visit

from .conversation import case_page


async def print_case(visit: Visit) -> Answer:
    """What was typed stands there again where it was refused."""
    reason = visit.field("reason")
    try:
        found = await visit.ask(Print(visit.at.case, reason))
    except BadInput as error:
        return await case_page(visit, error=error.say, typed={"print": reason})
    report, *rest = found.case.messages
    return visit.page("print.html", printed=found, case=found.case, report=report, messages=rest)
