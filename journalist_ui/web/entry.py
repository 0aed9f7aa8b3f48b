# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signing in and locking."""

from typing import Any

from journalist_ui.desk.faults import fault_of
from journalist_ui.refusals import NotSignedIn, SignInRefused

from . import words
from .answers import Answer, to
from .site import Visit


async def sign_in_page(visit: Visit) -> Answer:
    """Never looks at the session: a page left open must not keep one alive."""
    return visit.page("sign_in.html", why=words.WHY.get(visit.query.get("why", ""), ""), error="", member="")


async def sign_in(visit: Visit) -> Answer:
    """The token goes into the cookie; whatever session the browser had before ends. Whoever was writing lands there."""
    member = visit.field("member").strip()
    try:
        found = await visit.ask("login", member=member, passphrase=visit.field("passphrase"), code=visit.field("code"))
    except SignInRefused as error:
        return visit.page("sign_in.html", error.status, why="", error=error.say, member=member)
    await visit.ask("lock", token=visit.token)
    visit.token = found["token"]
    cookie = visit.site.set_cookie(found["token"])
    who = await visit.ask("whoami")
    if who["provisional"]:
        return to("/", cookie)
    carried = visit.site.carried.look(visit.ticket)
    if carried:
        return await _hand_over(visit, who["name"], carried, cookie)
    number = visit.site.landing.pop(who["name"], 0)
    return to(f"/cases/{number}#text" if number and await _has_draft(visit, number) else "/", cookie)


async def _hand_over(visit: Visit, name: str, carried: dict[str, Any], cookie: tuple[str, str]) -> Answer:
    """What was carried through the sign-in becomes the draft of whose page it was, and nobody else sees a word of it.
    What cannot be kept now waits on."""
    if carried["writer"] != name:
        return visit.done("/", "carried-not-yours", cookie)
    try:
        kept = await visit.ask("draft-keep", **carried)
    except Exception as error:
        fault_of(error, "draft-keep")
        return visit.done("/", "carried-not-kept", cookie)
    visit.site.carried.let_go(visit.ticket)
    done = "two" if kept["other"] else "carried"
    return visit.done(f"/cases/{carried['case']}#text", done, cookie, visit.site.set_ticket(""))


async def _has_draft(visit: Visit, number: int) -> bool:
    try:
        return bool((await visit.ask("draft", case=number))["texts"])
    except Exception as error:
        fault_of(error, "draft")
        return False


async def lock(visit: Visit) -> Answer:
    """Asks for no token of the form: a page of an earlier session locks the present one too. ``case`` is where its
    writer has a draft."""
    why, case = "idle" if visit.field("why") == "idle" else "locked", visit.field("case")
    if case.isascii() and case.isdigit() and len(case) < 10:
        try:
            visit.site.landing[await _whose(visit)] = int(case)
            why = "kept"
        except NotSignedIn:
            pass
    return await lock_now(visit, why)


async def _whose(visit: Visit) -> str:
    """Of the session, or, where it is over, of the page that locks. Raises NotSignedIn."""
    try:
        return str((await visit.ask("whoami"))["name"])
    except NotSignedIn:
        return visit.site.desk.sessions.writer(visit.field("csrf"))


async def lock_now(visit: Visit, why: str, *more: tuple[str, str]) -> Answer:
    """End the session; the browser forgets its copies of pages too."""
    await visit.ask("lock", token=visit.token)
    visit.site.done.pop(visit.token, None)
    return to(f"/sign-in?why={why}", visit.site.set_cookie(""), ("clear-site-data", '"cache"'), *more)
