# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signing in and locking."""

from journalist_ui.refusals import NotSignedIn, SignInRefused
from journalist_ui.shapes.drafts import Draft, KeepDraft
from journalist_ui.shapes.security_keys import AskKeySignIn
from journalist_ui.shapes.sessions import Lock, Login, Whoami
from journalist_ui.verbs.faults import log_fault
from journalist_ui.web.answers import Answer, to
from journalist_ui.web.carried import CarriedText
from journalist_ui.web.site import Visit
from journalist_ui.web.words import dates
from journalist_ui.web.words.done import Done
from journalist_ui.web.words.security_keys import takes_keys
from journalist_ui.web.words.signing_in import Why
from journalist_ui.words.spares import used
from journalist_ui.words.tries import wrong_tries


async def sign_in_page(visit: Visit) -> Answer:
    """Never looks at the session: a page left open must not keep one alive."""
    return await _page(visit, why=_why(visit))


async def _page(visit: Visit, status: int = 200, *, why: str = "", error: str = "", member: str = "") -> Answer:
    options = (await visit.ask(AskKeySignIn(visit.host, visit.origin))).options if takes_keys(visit.host) else ""
    return visit.page("sign_in.html", status, why=why, error=error, member=member, key_options=options)


def _why(visit: Visit) -> str:
    asked = visit.query.get("why", "")
    return next((one.value for one in Why if one.code == asked), "")


async def sign_in(visit: Visit) -> Answer:
    """The token goes into the cookie; whatever session the browser had before ends. Whoever was writing lands there."""
    member = visit.field("member").strip()
    try:
        key = (visit.field("key"), visit.host, visit.origin)
        asked = Login(member, visit.field("passphrase"), visit.field("code"), visit.browsers, visit.peer, *key)
        found = await visit.ask(asked)
    except SignInRefused as error:
        return await _page(visit, error.status, error=error.say, member=member)
    await visit.ask(Lock(visit.token))
    visit.token = found.token
    told = [wrong_tries(found.tries, dates.day(found.since))]
    told += [used(found.recovery_codes_left)] if found.recovery_codes_left is not None else []
    visit.site.done.note_tries(found.token, " ".join(told).strip())
    cookies = (visit.site.set_cookie(found.token), visit.site.set_browser(found.browser, visit.browsers))
    who = await visit.ask(Whoami())
    if who.provisional:
        return to("/", *cookies)
    carried = visit.site.carried.look(visit.ticket)
    if carried:
        return await _hand_over(visit, who.name, carried, *cookies)
    number = visit.site.landing.pop(who.name, 0)
    return to(f"/cases/{number}#text" if number and await _has_draft(visit, number) else "/", *cookies)


async def _hand_over(visit: Visit, name: str, carried: CarriedText, *cookies: tuple[str, str]) -> Answer:
    """What was carried through the sign-in becomes the draft of whose page it was, and nobody else sees a word of it.
    What cannot be kept now waits on."""
    if carried.writer != name:
        return visit.done("/", Done.CARRIED_NOT_YOURS, *cookies)
    try:
        kept = await visit.ask(KeepDraft(carried.case, carried.text, carried.seen, carried.base))
    except Exception as error:
        log_fault(error, KeepDraft.verb)
        return visit.done("/", Done.CARRIED_NOT_KEPT, *cookies)
    visit.site.carried.let_go(visit.ticket)
    done = Done.TWO if kept.other else Done.CARRIED
    return visit.done(f"/cases/{carried.case}#text", done, *cookies, visit.site.set_ticket(""))


async def _has_draft(visit: Visit, number: int) -> bool:
    try:
        return bool((await visit.ask(Draft(number))).texts)
    except Exception as error:
        log_fault(error, Draft.verb)
        return False


async def lock(visit: Visit) -> Answer:
    """Asks for no token of the form: a page of an earlier session locks the present one too. ``case`` is where its
    writer has a draft."""
    why, case = Why.IDLE if visit.field("why") == "idle" else Why.LOCKED, visit.number("case")
    if case:
        try:
            visit.site.landing[await _whose(visit)] = case
            why = Why.KEPT
        except NotSignedIn:
            pass
    return await lock_now(visit, why)


async def _whose(visit: Visit) -> str:
    """Of the session, or, where it is over, of the page that locks. Raises NotSignedIn."""
    try:
        return (await visit.ask(Whoami())).name
    except NotSignedIn:
        return visit.site.desk.writer_of(visit.field("csrf"))


async def lock_now(visit: Visit, why: Why, *more: tuple[str, str]) -> Answer:
    """End the session; the browser forgets its copies of pages too."""
    await visit.ask(Lock(visit.token))
    visit.site.done.forget(visit.token)
    return visit.to_sign_in(why, ("clear-site-data", '"cache"'), *more)
