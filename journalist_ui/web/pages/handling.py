# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is done with cases beside reading and writing."""

from journalist_ui.refusals import BadInput
from journalist_ui.shapes.handling import AskClose, Assign, Mute, SetUrgent, Shelve
from journalist_ui.shapes.notes import AddNote
from journalist_ui.shapes.tags import Tag
from journalist_ui.web.answers import Answer
from journalist_ui.web.site import Undo, Visit
from journalist_ui.web.words.done import Done

from .conversation import case_page

_SHELVED = {"junk": Done.SET_ASIDE, "closed": Done.CLOSED, "": Done.IN_INBOX}


async def urgent(visit: Visit) -> Answer:
    try:
        done = await visit.ask(SetUrgent(visit.at.case, visit.field("urgent") == "yes", visit.field("reason")))
    except BadInput as error:
        return await case_page(visit, error=error.say)
    return visit.done(f"/cases/{done.case}", Done.URGENT if done.urgent else Done.NOT_URGENT)


async def shelve(visit: Visit) -> Answer:
    """The cases that were ticked in a list, or the one whose page asks; to close one without an outcome is asked about
    first. The next page offers to undo it."""
    numbers = tuple(int(one) for one in visit.form.get("case", []) if one.isascii() and one.isdigit() and len(one) < 10)
    if not numbers:
        return visit.done("/", Done.NOTHING_TICKED)
    to = visit.field("to")
    if to == "closed" and visit.field("sure") != "yes":
        left = await visit.ask(AskClose(numbers))
        if left.without_outcome or left.undecided:
            return visit.page("close.html", cases=numbers, left=left, shelf=visit.field("from"))
    done = await visit.ask(Shelve(numbers, to))
    visit.site.done.note_undo(visit.token, Undo(numbers, visit.field("from")))
    return visit.done("/", _SHELVED[done.shelf])


async def mute(visit: Visit) -> Answer:
    done = await visit.ask(Mute(visit.at.case, visit.field("muted") == "yes"))
    return visit.done(f"/cases/{done.case}", Done.MUTED if done.muted else Done.UNMUTED)


async def assign(visit: Visit) -> Answer:
    """To those who are ticked; to nobody where none is."""
    try:
        await visit.ask(Assign(visit.at.case, tuple(visit.form.get("to", []))))
    except BadInput as error:
        return await case_page(visit, error=error.say)
    return visit.done(f"/cases/{visit.at.case}", Done.ASSIGNED)


async def tag(visit: Visit) -> Answer:
    """One more, or one less."""
    add, remove = ((value,) if value else () for value in (visit.field("add").strip(), visit.field("remove")))
    try:
        await visit.ask(Tag(visit.at.case, add, remove))
    except BadInput as error:
        return await case_page(visit, error=error.say)
    return visit.done(f"/cases/{visit.at.case}", Done.TAGGED)


async def note(visit: Visit) -> Answer:
    text = visit.field("note").replace("\r\n", "\n")
    try:
        await visit.ask(AddNote(visit.at.case, text, visit.number("corrects")))
    except BadInput as error:
        return await case_page(visit, error=error.say, note=text)
    return visit.done(f"/cases/{visit.at.case}#notes", Done.NOTED)
