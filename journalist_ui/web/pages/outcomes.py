# SPDX-License-Identifier: AGPL-3.0-or-later
"""What becomes of a case, and telling its source."""

from journalist_ui.refusals import BadInput, CaseMoved, DeskRefused, MarksUnread, NotYet, SetAside, TaskingRefused
from journalist_ui.shapes.outcomes import PreviewOutcome, ReleaseOutcome, SetOutcome
from journalist_ui.verbs.faults import fault_of
from journalist_ui.web.answers import Answer
from journalist_ui.web.site import Visit
from journalist_ui.web.words.done import Done
from journalist_ui.web.words.faults import say

from .conversation import case_page
from .replies import is_whole

_NOT_RELEASED: dict[type[DeskRefused], Done] = {
    CaseMoved: Done.ADDED_SINCE_OUTCOME,
    TaskingRefused: Done.TASKING_OUTCOME,
    MarksUnread: Done.MARKS_UNREAD_OUTCOME,
}
"""What the preview says, to which an outcome goes back."""


async def set_outcome(visit: Visit) -> Answer:
    """Those that are ticked; what was typed stands there again where it was refused."""
    kinds, reason, say = tuple(visit.form.get("kind", [])), visit.field("reason"), visit.field("say")
    try:
        await visit.ask(SetOutcome(visit.at.case, kinds, reason, say))
    except BadInput as error:
        return await case_page(visit, error=error.say, typed={"outcome": reason, "say": say, "kinds": " ".join(kinds)})
    return visit.done(f"/cases/{visit.at.case}#outcome", Done.OUTCOME)


async def release_page(visit: Visit) -> Answer:
    """Exactly what the source would read, or the case with what is wrong."""
    try:
        found = await visit.ask(PreviewOutcome(visit.at.case))
    except (BadInput, NotYet, SetAside) as error:
        return await case_page(visit, error=say(fault_of(error)))
    return visit.page("release.html", preview=found, done=visit.told())


async def release(visit: Visit) -> Answer:
    """The outcome that its page showed, in the case as it was then."""
    case, reference, officer = visit.at.case, visit.field("authorisation").strip(), visit.field("officer").strip()
    if not is_whole(reference, officer):
        return visit.done(f"/cases/{case}/release", Done.NOT_AUTHORISED)
    asked = ReleaseOutcome(
        case,
        visit.number("setting"),
        visit.number("newest"),
        authorisation=reference,
        officer=officer,
        read_marks=visit.field("read") == "yes",
    )
    try:
        await visit.ask(asked)
    except (CaseMoved, TaskingRefused, MarksUnread) as error:
        return visit.done(f"/cases/{case}/release", _NOT_RELEASED[type(error)])
    except (BadInput, NotYet, SetAside) as error:
        return await case_page(visit, error=say(fault_of(error)))
    return visit.done(f"/cases/{case}#outcome", Done.RELEASED)
