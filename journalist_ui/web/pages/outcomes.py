# SPDX-License-Identifier: AGPL-3.0-or-later
"""What becomes of a case."""

from journalist_ui.refusals import BadInput
from journalist_ui.shapes.outcomes import SetOutcome
from journalist_ui.web.answers import Answer
from journalist_ui.web.site import Visit
from journalist_ui.web.words.done import Done

from .conversation import case_page


async def set_outcome(visit: Visit) -> Answer:
    """Those that are ticked; what was typed stands there again where it was refused."""
    kinds, reason, say = tuple(visit.form.get("kind", [])), visit.field("reason"), visit.field("say")
    try:
        await visit.ask(SetOutcome(visit.at.case, kinds, reason, say))
    except BadInput as error:
        return await case_page(visit, error=error.say, typed={"outcome": reason, "say": say})
    return visit.done(f"/cases/{visit.at.case}#outcome", Done.OUTCOME)
