# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writing to the source: draft, preview, and the act itself, which happens once however often the form is sent."""

from journalist_ui.desk.faults import fault_of
from journalist_ui.refusals import BadInput, NotYet

from .answers import Answer, to
from .cases import case_page, new_act
from .entry import lock_now
from .site import Visit
from .words import say


async def reply(visit: Visit) -> Answer:
    """The button that was pressed says what to do; the text comes along every time, so that none is lost."""
    act = visit.field("act")
    if act in ("draft", "lock"):
        return await _keep(visit, lock=act == "lock")
    if act == "send":
        return await _send(visit)
    if act == "edit":
        return await case_page(visit, text=visit.text())
    return await _preview(visit)


async def _keep(visit: Visit, *, lock: bool) -> Answer:
    number, text = visit.numbers[0], visit.text()
    try:
        await visit.ask("draft-keep", case=number, text=text)
    except BadInput as error:
        return await case_page(visit, error=error.say, text=text)
    if lock:
        return await lock_now(visit, "kept")
    return to(f"/cases/{number}?done={'draft' if text else 'emptied'}#text")


async def _preview(visit: Visit) -> Answer:
    number, text = visit.numbers[0], visit.text()
    try:
        found = await visit.ask("preview", case=number, text=text)
    except (BadInput, NotYet) as error:
        return await case_page(visit, error=say(fault_of(error, "preview")), text=text)
    return visit.page("preview.html", preview=found, text=text, once=new_act(), number=number)


async def _send(visit: Visit) -> Answer:
    number, text, once = visit.numbers[0], visit.text(), visit.field("once")
    sessions = visit.site.desk.sessions
    if not sessions.first_time(visit.token, once):
        return to(f"/cases/{number}?done=again")
    try:
        await visit.ask("reply", case=number, text=text)
    except Exception as error:
        # Whatever went wrong, the words stay in the box.
        sessions.forget(visit.token, once)
        return await case_page(visit, error=say(fault_of(error, "reply")), text=text)
    return to(f"/cases/{number}?done=sent")
