# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who belongs to the desk."""

from dropbox.protocol.passphrase import composed
from journalist_ui.refusals import BadInput, NotAllowed, ProposalOver
from journalist_ui.shapes.members import (
    ROLES,
    SHEETS,
    AddMember,
    AskRecovery,
    AskRemoval,
    Members,
    RecoverMember,
    RemoveMember,
    SetRoles,
)
from journalist_ui.shapes.sharing import WhoLacks
from journalist_ui.web.answers import Answer
from journalist_ui.web.site import Visit
from journalist_ui.web.words.done import Done
from journalist_ui.web.words.signing_in import Why
from journalist_ui.words.proposals import CLOSES

NOT_ALIKE = "The two passphrases are not the same. Type them again."
NO_ROLE = "A member needs a role, or several."


async def members(visit: Visit) -> Answer:
    return await members_page(visit, done=visit.told())


async def members_page(visit: Visit, *, done: str = "", error: str = "") -> Answer:
    found = await visit.ask(Members())
    roles = [role for role in ROLES if role in visit.form.get("role", [])]
    lacking = (await visit.ask(WhoLacks())).members if visit.me.writes else ()
    return visit.page(
        "members.html",
        422 if error else 200,
        members=found.members,
        sheets=found.sheets,
        sheets_day=found.sheets_day,
        holder=SHEETS,
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
        made = await visit.ask(AddMember(visit.field("name").strip(), first, tuple(roles), visit.field("reason")))
    except BadInput as error:
        return await members_page(visit, error=error.say)
    return visit.done("/members", _done(made.proposal, alone=made.alone, otherwise=Done.ADDED))


def _done(proposal: int, *, alone: bool, otherwise: Done) -> Done:
    return Done.ASKED if proposal else Done.ALONE if alone else otherwise


async def role(visit: Visit) -> Answer:
    """Asks which roles; acts when they come back."""
    _administers(visit)
    name, roles = visit.field("name"), visit.form.get("role", [])
    if visit.field("sure") != "yes":
        held = [one.roles for one in (await visit.ask(Members())).members if one.name == name]
        return _role_page(visit, held[0] if held else ())
    if not roles:
        return _role_page(visit, (), NO_ROLE)
    try:
        made = await visit.ask(SetRoles(name, tuple(roles), visit.field("reason")))
    except (BadInput, ProposalOver) as error:
        return _role_page(visit, tuple(roles), error.say)
    if name == visit.me.name and not made.proposal:
        return visit.to_sign_in(Why.ROLES)
    return visit.done("/members", _done(made.proposal, alone=made.alone, otherwise=Done.ROLES))


def _role_page(visit: Visit, roles: tuple[str, ...], error: str = "") -> Answer:
    return visit.page(
        "member_role.html",
        422 if error else 200,
        name=visit.field("name"),
        roles=roles,
        known=ROLES,
        reason=visit.field("reason"),
        error=error,
    )


async def recover(visit: Visit) -> Answer:
    """Asks first, with what closes; acts when a first passphrase comes back."""
    _administers(visit)
    name, first = visit.field("name"), visit.field("passphrase")
    if visit.field("sure") != "yes":
        return await _recover_page(visit)
    if composed(first) != composed(visit.field("again")):
        return await _recover_page(visit, NOT_ALIKE)
    try:
        made = await visit.ask(RecoverMember(name, first, visit.field("reason")))
    except BadInput as error:
        return await _recover_page(visit, error.say)
    return visit.done("/members", _done(made.proposal, alone=made.alone, otherwise=Done.ALONE))


async def _recover_page(visit: Visit, error: str = "") -> Answer:
    return visit.page(
        "member_recover.html",
        422 if error else 200,
        asked=await visit.ask(AskRecovery(visit.field("name"))),
        closes=CLOSES,
        reason=visit.field("reason"),
        error=error,
    )


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
