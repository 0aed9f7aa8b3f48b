# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who belongs to the desk."""

from dropbox.protocol.passphrase import composed
from journalist_ui.refusals import BadInput, NotAllowed
from journalist_ui.shapes.members import ROLES, AddMember, AskRemoval, Members, RemoveMember
from journalist_ui.shapes.sharing import WhoLacks
from journalist_ui.web.answers import Answer
from journalist_ui.web.site import Visit
from journalist_ui.web.words.done import Done
from journalist_ui.web.words.signing_in import Why

NOT_ALIKE = "The two passphrases are not the same. Type them again."
NO_ROLE = "A member needs a role, or several."


async def members(visit: Visit) -> Answer:
    return await members_page(visit, done=visit.told())


async def members_page(visit: Visit, *, done: str = "", error: str = "") -> Answer:
    found = (await visit.ask(Members())).members
    roles = [role for role in ROLES if role in visit.form.get("role", [])]
    lacking = (await visit.ask(WhoLacks())).members if visit.me.writes else ()
    return visit.page(
        "members.html",
        422 if error else 200,
        members=found,
        lacking={one.name: one.cases for one in lacking},
        done=done,
        error=error,
        name=visit.field("name"),
        roles=roles,
        known=ROLES,
    )


def _administers(visit: Visit) -> None:
    """Raises NotAllowed. The verbs say the same; this says it before anything is asked."""
    if not visit.me.administers:
        raise NotAllowed("Only an administrator may do this. Ask one.")


async def add(visit: Visit) -> Answer:
    _administers(visit)
    roles, first = visit.form.get("role", []), visit.field("passphrase")
    if not roles:
        return await members_page(visit, error=NO_ROLE)
    if composed(first) != composed(visit.field("again")):
        return await members_page(visit, error=NOT_ALIKE)
    try:
        await visit.ask(AddMember(visit.field("name").strip(), first, tuple(roles)))
    except BadInput as error:
        return await members_page(visit, error=error.say)
    return visit.done("/members", Done.ADDED)


async def remove(visit: Visit) -> Answer:
    """Asks first, with what goes; acts when the answer comes back."""
    _administers(visit)
    name = visit.field("name")
    if visit.field("sure") != "yes":
        return visit.page("member_remove.html", asked=await visit.ask(AskRemoval(name)))
    try:
        await visit.ask(RemoveMember(name))
    except BadInput as error:
        return await members_page(visit, error=error.say)
    if name == visit.me.name:
        return visit.to_sign_in(Why.LOCKED)
    return visit.done("/members", Done.REMOVED)
