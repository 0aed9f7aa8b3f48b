# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signing in and locking."""

from journalist_ui.refusals import SignInRefused

from . import words
from .answers import Answer, to
from .site import Visit


async def sign_in_page(visit: Visit) -> Answer:
    """Never looks at the session: a page left open must not keep one alive."""
    return visit.page("sign_in.html", why=words.WHY.get(visit.query.get("why", ""), ""), error="", member="")


async def sign_in(visit: Visit) -> Answer:
    """The token goes into the cookie; whatever session the browser had before ends."""
    member = visit.field("member").strip()
    try:
        found = await visit.ask("login", member=member, passphrase=visit.field("passphrase"), code=visit.field("code"))
    except SignInRefused as error:
        return visit.page("sign_in.html", error.status, why="", error=error.say, member=member)
    await visit.ask("lock", token=visit.token)
    return to("/", visit.site.set_cookie(found["token"]))


async def lock(visit: Visit) -> Answer:
    """Asks for no token of the form: a page of an earlier session locks the present one too."""
    return await lock_now(visit, "idle" if visit.field("why") == "idle" else "locked")


async def lock_now(visit: Visit, why: str) -> Answer:
    """End the session; the browser forgets its copies of pages too."""
    await visit.ask("lock", token=visit.token)
    visit.site.done.pop(visit.token, None)
    return to(f"/sign-in?why={why}", visit.site.set_cookie(""), ("clear-site-data", '"cache"'))
