# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writing to the source. What is posted is kept as a draft first; then its preview is a page to be asked for, so that
no browser holds a text that was posted; and exactly the draft of a preview is sent, once however often it is asked."""

from dataclasses import replace

from journalist_ui.refusals import (
    BadInput,
    CaseMoved,
    DeskRefused,
    MarksUnread,
    NotSignedIn,
    NotYet,
    SetAside,
    TaskingRefused,
)
from journalist_ui.shapes.drafts import ChooseDraft, KeepDraft
from journalist_ui.shapes.replies import LONGEST_OFFICER, LONGEST_REFERENCE, Preview, Reply
from journalist_ui.verbs.faults import fault_of
from journalist_ui.web.answers import HTML, Answer
from journalist_ui.web.site import Visit
from journalist_ui.web.words.done import Done
from journalist_ui.web.words.faults import say

from .canned import with_canned
from .conversation import case_page
from .posted import at_case, keep_and_lock, keep_draft, kept_page, unkept_page

_NOT_SENT: dict[type[DeskRefused], Done] = {
    CaseMoved: Done.ADDED_SINCE,
    TaskingRefused: Done.TASKING,
    MarksUnread: Done.MARKS_UNREAD,
}
"""What the preview says, to which a text goes back."""


async def reply(visit: Visit) -> Answer:
    """The button that was pressed says what to do. Whatever goes wrong, the words stay in a box."""
    try:
        match visit.field("act"):
            case "send":
                return await _send(visit)
            case "lock":
                return await keep_and_lock(visit, _keep, KeepDraft.verb)
            case "keep":
                return await _keep_by_itself(visit)
            case "canned":
                return await _put_in(visit)
            case "choose":
                return await _choose(visit)
            case _:
                return kept_page(visit, await visit.ask(keep_draft(visit)))
    except NotSignedIn:
        raise
    except Exception as error:
        return unkept_page(visit, error)


async def _keep(visit: Visit) -> str:
    await visit.ask(keep_draft(visit))
    return visit.me.name


async def _keep_by_itself(visit: Visit) -> Answer:
    """From the script of a page that stays: the caret of whoever is typing must not move. The page is told the version
    that it has kept, and 409 where another page has kept one that this one does not know."""
    found = await visit.ask(keep_draft(visit, alone=True))
    return Answer(b"", HTML, 409 if found.other else 200, (("draft-version", found.version),))


async def _put_in(visit: Visit) -> Answer:
    """A canned text below what stands in the box; both are the draft now."""
    text = await with_canned(visit)
    found = await visit.ask(replace(keep_draft(visit), text=text))
    return at_case(visit, Done.TWO if found.other else Done.PUT_IN)


async def _choose(visit: Visit) -> Answer:
    chosen = ChooseDraft(visit.at.case, visit.field("base"), visit.number("choice", -1))
    try:
        await visit.ask(chosen)
    except BadInput as error:
        return await case_page(visit, error=error.say)
    return visit.done(f"/cases/{chosen.case}#text", Done.CHOSEN)


async def preview(visit: Visit) -> Answer:
    """Exactly what would be sent, or the case with what is wrong with it."""
    number = visit.at.case
    try:
        found = await visit.ask(Preview(number))
    except (BadInput, NotYet, SetAside) as error:
        return await case_page(visit, error=say(fault_of(error)))
    except DeskRefused:
        raise
    except Exception as error:
        return unkept_page(visit, error)
    return visit.page("preview.html", preview=found, number=number, done=visit.told())


async def _send(visit: Visit) -> Answer:
    number = visit.at.case
    reference, officer = visit.field("authorisation").strip(), visit.field("officer").strip()
    read = visit.field("read") == "yes"
    if not is_whole(reference, officer):
        return visit.done(f"/cases/{number}/preview", Done.NOT_AUTHORISED)
    asked = Reply(number, once=visit.field("once"), authorisation=reference, officer=officer, read_marks=read)
    try:
        found = await visit.ask(asked)
    except (CaseMoved, TaskingRefused, MarksUnread) as error:
        return visit.done(f"/cases/{number}/preview", _NOT_SENT[type(error)])
    except (BadInput, NotYet, SetAside) as error:
        return await case_page(visit, error=say(fault_of(error)))
    return visit.done(f"/cases/{number}", Done.AGAIN if found.state == "again" else Done.SENT)


def is_whole(reference: str, officer: str) -> bool:
    """Whether an authorisation has both of its lines, or neither. The verb says the same; this says it on the page that
    has the boxes."""
    fits = len(reference) <= LONGEST_REFERENCE and len(officer) <= LONGEST_OFFICER
    return bool(reference) == bool(officer) and fits and (reference + officer).isprintable()
