# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writing to the source. What is posted is kept as a draft first; then its preview is a page to be asked for, so that
no browser holds a text that was posted; and exactly the draft of a preview is sent, once however often it is asked."""

from typing import Any

from journalist_ui.desk.faults import fault_of
from journalist_ui.refusals import BadInput, DeskRefused, NotSignedIn, NotYet

from .answers import Answer, to
from .cases import case_page
from .entry import lock_now
from .site import Visit
from .words import say


async def reply(visit: Visit) -> Answer:
    """The button that was pressed says what to do. Whatever goes wrong, the words stay in a box."""
    try:
        if visit.field("act") == "send":
            return await _send(visit)
        if visit.field("act") == "lock":
            return await _keep_and_lock(visit, "draft-keep")
        await visit.ask("draft-keep", **_written(visit))
        # From the script of a page that stays: the caret of whoever is typing must not move.
        return Answer(b"") if visit.field("act") == "keep" else _kept(visit)
    except NotSignedIn:
        raise
    except Exception as error:
        return _failed(visit, error)


async def preview(visit: Visit) -> Answer:
    """Exactly what would be sent, or the case with what is wrong with it."""
    number = visit.numbers[0]
    try:
        found = await visit.ask("preview", case=number)
    except (BadInput, NotYet) as error:
        return await case_page(visit, error=say(fault_of(error, "preview")))
    except DeskRefused:
        raise
    except Exception as error:
        return _failed(visit, error)
    return visit.page("preview.html", preview=found, number=number)


async def late(visit: Visit) -> Answer:
    """From a page of a session that is over: nothing is opened or sent, and the words are kept for who wrote them."""
    if visit.field("act") == "lock":
        return await _keep_and_lock(visit, "draft-late")
    try:
        writer = (await visit.ask("draft-late", **_written(visit)))["member"]
    except Exception as error:
        # A desk that was started again does not know whose page this was.
        fault_of(error, "draft-late")
        writer = ""
    if not visit.who:
        why = "late" if writer else "lost" if visit.text() else "over"
        return to(f"/sign-in?why={why}", visit.site.set_cookie(""))
    if writer == visit.who["name"]:
        return _kept(visit)
    kept = f" Its text is kept as a draft of {writer}." if writer else ""
    told = f"This form is not of your present session.{kept} Load its page again."
    return visit.page("fault.html", 403, title="Not sent", say=told)


def _written(visit: Visit) -> dict[str, Any]:
    seen = visit.field("seen")
    return {
        "case": visit.numbers[0],
        "text": visit.text(),
        "seen": int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else 0,
        "form": visit.field("csrf"),
    }


def _kept(visit: Visit) -> Answer:
    path = f"/cases/{visit.numbers[0]}"
    if visit.field("act") == "draft":
        return visit.done(f"{path}#text", "draft" if visit.text() else "emptied")
    return to(f"{path}/preview")


async def _keep_and_lock(visit: Visit, verb: str) -> Answer:
    """It locks, whether or not the text could be kept."""
    try:
        await visit.ask(verb, **_written(visit))
        why = "kept"
    except Exception as error:
        fault_of(error, verb)
        why = "unkept"
    return await lock_now(visit, why if visit.text() else "locked")


async def _send(visit: Visit) -> Answer:
    number = visit.numbers[0]
    try:
        found = await visit.ask("reply", case=number, once=visit.field("once"))
    except (BadInput, NotYet) as error:
        return await case_page(visit, error=say(fault_of(error, "reply")))
    return visit.done(f"/cases/{number}", "again" if found["state"] == "again" else "sent")


def _failed(visit: Visit, error: Exception) -> Answer:
    """A page for which nothing is asked of the desk."""
    fault = fault_of(error, "reply")
    written = _written(visit) | {"number": visit.numbers[0]}
    return visit.page("unkept.html", fault.status, error=say(fault), **written)
