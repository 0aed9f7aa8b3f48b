# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether anything keeps a member from a case."""

from journalist_ui.refusals import BadInput
from journalist_ui.shapes.conflicts import Declare, Exclude
from journalist_ui.web.answers import Answer
from journalist_ui.web.site import Visit
from journalist_ui.web.words.done import Done


async def declare(visit: Visit) -> Answer:
    number = visit.at.case
    try:
        done = await visit.ask(Declare(number, visit.field("conflict")))
    except BadInput as error:
        return declare_page(visit, number, error.say)
    return visit.done(f"/cases/{number}", Done.DECLARED) if done.opens else visit.done("/", Done.CONFLICT)


def declare_page(visit: Visit, number: int, error: str = "") -> Answer:
    """What is asked before anything of a case is seen."""
    return visit.page("declare.html", 422 if error else 200, case=number, error=error)


async def exclude(visit: Visit) -> Answer:
    """Asks first; acts when the answer comes back."""
    number, name = visit.at.case, visit.field("member")
    if visit.field("sure") != "yes":
        return visit.page("exclude.html", case=number, member=name, error="")
    try:
        await visit.ask(Exclude(number, name, visit.field("reason")))
    except BadInput as error:
        return visit.page("exclude.html", 422, case=number, member=name, error=error.say)
    return visit.done(f"/cases/{number}", Done.EXCLUDED)
