# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writing to the source. What is posted is kept as a draft first; then its preview is a page to be asked for, so that
no browser holds a text that was posted; and exactly the draft of a preview is sent, once however often it is asked."""

from typing import Any

from journalist_ui.desk.faults import fault_of
from journalist_ui.refusals import BadInput, CaseMoved, DeskRefused, NotSignedIn, NotYet

from .answers import HTML, Answer, to
from .cases import case_page
from .entry import lock_now
from .site import Visit
from .words import say


async def reply(visit: Visit) -> Answer:
    """The button that was pressed says what to do. Whatever goes wrong, the words stay in a box."""
    try:
        match visit.field("act"):
            case "send":
                return await _send(visit)
            case "lock":
                return await _keep_and_lock(visit, "draft-keep")
            case "keep":
                return await _keep_by_itself(visit)
            case "choose":
                return await _choose(visit)
            case _:
                return _kept(visit, await visit.ask("draft-keep", **_written(visit)))
    except NotSignedIn:
        raise
    except Exception as error:
        return _failed(visit, error)


async def _keep_by_itself(visit: Visit) -> Answer:
    """From the script of a page that stays: the caret of whoever is typing must not move. The page is told the version
    that it has kept, and 409 where another page has kept one that this one does not know."""
    found = await visit.ask("draft-keep", **_written(visit), alone=True)
    return Answer(b"", HTML, 409 if found["other"] else 200, (("draft-version", found["version"]),))


async def _choose(visit: Visit) -> Answer:
    number, choice = visit.numbers[0], visit.field("choice")
    wanted = int(choice) if choice.isascii() and choice.isdigit() and len(choice) < 3 else -1
    try:
        await visit.ask("draft-choose", case=number, version=visit.field("base"), choice=wanted)
    except BadInput as error:
        return await case_page(visit, error=error.say)
    return visit.done(f"/cases/{number}#text", "chosen")


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
    return visit.page("preview.html", preview=found, number=number, done=visit.told())


async def late(visit: Visit) -> Answer:
    """From a page of a session that is over: nothing is opened or sent, and the words are kept for who wrote them."""
    if visit.field("act") == "lock":
        return await _keep_and_lock(visit, "draft-late")
    try:
        writer = (await visit.ask("draft-late", **_written(visit)))["member"]
        visit.site.landing[writer] = visit.numbers[0]
    except Exception as error:
        fault_of(error, "draft-late")
        return await _unknown(visit)
    if not visit.who:
        return to("/sign-in?why=late", visit.site.set_cookie(""))
    if writer == visit.who["name"]:
        return to(f"/cases/{visit.numbers[0]}/preview") if visit.field("act") != "draft" else _at_case(visit, "draft")
    return _not_yours(visit, f" Its text is kept as a draft of {writer}.")


async def _unknown(visit: Visit) -> Answer:
    """A desk that was started again does not know whose page this was; the page says it, and the sign-in proves it."""
    writer = visit.field("writer")
    if visit.who and visit.who["name"] == writer and not visit.who["provisional"] and visit.text():
        try:
            return _kept(visit, await visit.ask("draft-keep", **({"base": ""} | _written(visit))))
        except Exception as error:
            return _failed(visit, error)
    ticket = _carry(visit)
    if not visit.who:
        why = "carried" if ticket else "lost" if visit.text() else "over"
        return to(f"/sign-in?why={why}", visit.site.set_cookie(""), *ticket)
    return _not_yours(visit, f" Its text waits for {writer} to sign in in this browser." if ticket else "", *ticket)


def _carry(visit: Visit) -> tuple[tuple[str, str], ...]:
    """The cookie by which the browser takes the posted text through the sign-in; nothing where nobody could get it, or
    where the page asks again by itself."""
    if not visit.field("writer") or not visit.text() or visit.field("act") in ("keep", "send", "choose"):
        return ()
    ticket = visit.site.carried.take_in({"base": ""} | _written(visit) | {"writer": visit.field("writer")})
    return (visit.site.set_ticket(ticket),) if ticket else ()


def _not_yours(visit: Visit, kept: str, *more: tuple[str, str]) -> Answer:
    told = f"This form is not of your present session.{kept} Load its page again."
    return visit.page("fault.html", 403, more, title="Not sent", say=told)


def _written(visit: Visit) -> dict[str, Any]:
    seen = visit.field("seen")
    base = {"base": visit.field("base")} if "base" in visit.form else {}
    return {
        "case": visit.numbers[0],
        "text": visit.text(),
        "seen": int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else 0,
        "form": visit.field("csrf"),
    } | base


def _at_case(visit: Visit, what: str) -> Answer:
    return visit.done(f"/cases/{visit.numbers[0]}#text", what)


def _kept(visit: Visit, found: dict[str, Any]) -> Answer:
    if found["other"]:
        return _at_case(visit, "two" if visit.text() else "newer")
    if visit.field("act") == "draft":
        return _at_case(visit, "draft" if visit.text() else "emptied")
    return to(f"/cases/{visit.numbers[0]}/preview")


async def _keep_and_lock(visit: Visit, verb: str) -> Answer:
    """It locks, whether or not the text could be kept."""
    ticket: tuple[tuple[str, str], ...] = ()
    try:
        found = await visit.ask(verb, **_written(visit))
        visit.site.landing[found.get("member") or visit.who["name"]] = visit.numbers[0]
        why = "kept"
    except Exception as error:
        fault_of(error, verb)
        ticket = _carry(visit)
        why = "carried" if ticket else "unkept"
    return await lock_now(visit, why if visit.text() else "locked", *ticket)


async def _send(visit: Visit) -> Answer:
    number = visit.numbers[0]
    try:
        found = await visit.ask("reply", case=number, once=visit.field("once"))
    except CaseMoved:
        return visit.done(f"/cases/{number}/preview", "added-since")
    except (BadInput, NotYet) as error:
        return await case_page(visit, error=say(fault_of(error, "reply")))
    return visit.done(f"/cases/{number}", "again" if found["state"] == "again" else "sent")


def _failed(visit: Visit, error: Exception) -> Answer:
    """A page for which nothing is asked of the desk."""
    fault = fault_of(error, "reply")
    written = {"base": ""} | _written(visit) | {"number": visit.numbers[0]}
    return visit.page("unkept.html", fault.status, error=say(fault), **written)
