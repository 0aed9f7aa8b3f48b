# SPDX-License-Identifier: AGPL-3.0-or-later
"""Members: who belongs to the desk, and one's own passphrase."""

import segno
from markupsafe import Markup

from journalist_ui.refusals import BadInput, NotAllowed, SignInRefused

from .answers import Answer, to
from .site import Visit

ROLES = ("investigator", "administrator")
NOT_ALIKE = "The two passphrases are not the same. Type them again."
NO_ROLE = "A member needs a role: investigator, administrator, or both."


async def member_page(visit: Visit) -> Answer:
    return await _members(visit, done=visit.told())


async def _members(visit: Visit, *, done: str = "", error: str = "") -> Answer:
    found = (await visit.ask("member-list"))["members"]
    roles = [role for role in ROLES if role in visit.form.get("role", [])]
    investigates = "investigator" in visit.who["roles"]
    lacking = (await visit.ask("member-share-with"))["members"] if investigates else []
    return visit.page(
        "members.html",
        422 if error else 200,
        members=found,
        lacking={one["name"]: one["cases"] for one in lacking},
        done=done,
        error=error,
        name=visit.field("name"),
        roles=roles,
    )


def _administers(visit: Visit) -> None:
    """Raises NotAllowed. The verbs say the same; this says it before anything is asked."""
    if "administrator" not in visit.who["roles"]:
        raise NotAllowed("Only an administrator may do this. Ask one.")


def _square(unit: str, name: str, secret: str) -> Markup:
    """What an authenticator app reads, drawn. No text stands in the drawing."""
    code = segno.make_qr(f"otpauth://totp/{unit}:{name}?secret={secret}")
    return Markup(code.svg_inline(border=4, svgclass="qr", lineclass=None, omitsize=True))  # noqa: S704  # see above


async def add(visit: Visit) -> Answer:
    _administers(visit)
    roles, first = visit.form.get("role", []), visit.field("passphrase")
    if not roles:
        return await _members(visit, error=NO_ROLE)
    if first != visit.field("again"):
        return await _members(visit, error=NOT_ALIKE)
    try:
        await visit.ask("member-add", name=visit.field("name").strip(), roles=roles, passphrase=first)
    except BadInput as error:
        return await _members(visit, error=error.say)
    return visit.done("/members", "added")


async def share(visit: Visit) -> Answer:
    """All cases, or the ``case`` whose page asks. Asks first, with the number; acts when the answer comes back."""
    name, case = visit.field("name"), _number(visit.field("case"))
    which = {"name": name} | ({"cases": [case]} if case else {})
    try:
        if visit.field("sure") != "yes":
            found = await visit.ask("member-share-ask", **which)
            return visit.page("member_share.html", asked=found, case=case)
        agreed = visit.field("agreed")
        given = {"agreed": _number(agreed)} if agreed else {}
        found = await visit.ask("member-share", **which, **given)
    except BadInput as error:
        return await _members(visit, error=error.say)
    done = "shared-one" if case else "partly" if found["cases_not_opened"] else "shared"
    return visit.done(f"/cases/{case}" if case else "/members", done)


def _number(field: str) -> int:
    """A number of a form; 0 for none."""
    return int(field) if field.isascii() and field.isdigit() and len(field) < 10 else 0


async def remove(visit: Visit) -> Answer:
    """Asks first, with what goes; acts when the answer comes back."""
    _administers(visit)
    name = visit.field("name")
    if visit.field("sure") != "yes":
        return visit.page("member_remove.html", asked=await visit.ask("member-remove-ask", name=name))
    try:
        await visit.ask("member-remove", name=name)
    except BadInput as error:
        return await _members(visit, error=error.say)
    if name == visit.who["name"]:
        return to("/sign-in?why=locked", visit.site.set_cookie(""))
    return visit.done("/members", "removed")


async def passphrase_page(visit: Visit) -> Answer:
    return visit.page("passphrase.html", error="")


async def passphrase(visit: Visit) -> Answer:
    """A change ends every session of the member, and so does a wrong guess at the present one. New codes are confirmed
    on a page of their own before anything changes."""
    if visit.field("new") != visit.field("again"):
        return visit.page("passphrase.html", 422, error=NOT_ALIKE)
    try:
        made = await visit.ask(
            "member-passphrase",
            old=visit.field("old"),
            new=visit.field("new"),
            new_code=visit.field("new_code") == "yes",
        )
    except BadInput as error:
        return visit.page("passphrase.html", 422, error=error.say)
    except SignInRefused:
        return to("/sign-in?why=refused", visit.site.set_cookie(""))
    if made["in_force"]:
        return to("/sign-in?why=passphrase", visit.site.set_cookie(""))
    return to("/passphrase/codes")


async def codes_page(visit: Visit) -> Answer:
    """The secret that waits to be confirmed, as often as the page is asked for."""
    return await _codes(visit)


async def _codes(visit: Visit, error: str = "") -> Answer:
    secret = (await visit.ask("member-codes"))["totp_secret"]
    if secret is None:
        return to("/passphrase")
    unit = (await visit.ask("status"))["unit"]
    square = _square(unit or "desk", visit.who["name"], secret)
    spaced = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return visit.page("code_secret.html", 422 if error else 200, secret=spaced, square=square, error=error)


async def confirm(visit: Visit) -> Answer:
    """A code of the new secret puts passphrase and codes in force, and ends every session of the member."""
    try:
        await visit.ask("member-confirm", code=visit.field("code"))
    except BadInput as error:
        return await _codes(visit, error.say)
    except SignInRefused:
        return to("/sign-in?why=refused", visit.site.set_cookie(""))
    return to("/sign-in?why=passphrase", visit.site.set_cookie(""))
