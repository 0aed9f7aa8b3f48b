# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who takes new reports, and by which names a report may speak of a member."""

from journalist_ui.refusals import BadInput
from journalist_ui.shapes.triage import SetTriage, Triage
from journalist_ui.web.answers import Answer
from journalist_ui.web.site import Visit
from journalist_ui.web.words.done import Done


async def triage(visit: Visit) -> Answer:
    return await _page(visit)


async def _page(visit: Visit, error: str = "") -> Answer:
    found = (await visit.ask(Triage())).members
    return visit.page("triage.html", 422 if error else 200, members=found, done=visit.told(), error=error)


async def change(visit: Visit) -> Answer:
    names = tuple(name.strip() for name in visit.field("known_as").split(",") if name.strip())
    try:
        await visit.ask(SetTriage(visit.field("name"), visit.field("triage") == "yes", names))
    except BadInput as error:
        return await _page(visit, error.say)
    return visit.done("/triage", Done.TRIAGE)
