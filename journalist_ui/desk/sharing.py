# SPDX-License-Identifier: AGPL-3.0-or-later
"""The verbs by which members let others open cases; each can be asked first what it would do."""

import asyncio

from journalist_ui.refusals import BadInput
from journalist_ui.vault.members import Role
from journalist_ui.vault.session import MemberSession
from journalist_ui.vault.sharing import held_cases, missing_cases

from .running import Body, Desk, case_of, text_of


def _cases(body: Body) -> list[int] | None:
    """The cases that are named; None for all. Raises BadInput."""
    named = body.get("cases")
    if named is None:
        return None
    if not isinstance(named, list) or not named:
        raise BadInput("Name the cases to share by their numbers.")
    return [case_of({"case": one}) for one in named]


async def share_with(desk: Desk, session: MemberSession, body: Body) -> Body:
    """Which other investigators cannot open all of the member's cases, or ``case``, and how many each lacks."""
    session.require(Role.INVESTIGATOR)
    case = case_of(body) if "case" in body else None
    with desk.engine.vault.transaction() as connection:
        found = missing_cases(connection, session.member.name, case)
    return {"members": [{"name": name, "cases": count} for name, count in found.items()]}


async def share_ask(desk: Desk, session: MemberSession, body: Body) -> Body:
    """What sharing with ``name`` would do: ``cases`` more would open to them, and ``left`` stay closed."""
    plan = session.sharing(text_of(body, "name"), _cases(body))
    return {"name": plan.other, "cases": len(plan.missing), "left": plan.left}


async def share(desk: Desk, session: MemberSession, body: Body) -> Body:
    """Of all cases that the member can open, or of ``cases``. ``agreed`` is how many whoever asks was told of."""
    session.require(Role.INVESTIGATOR)
    name, cases, agreed = text_of(body, "name"), _cases(body), body.get("agreed")
    count = len(session.sharing(name, cases).missing)
    if agreed is not None and agreed != count:
        raise BadInput("There are more or fewer cases to share than a moment ago. Nothing was shared: look again.")
    opened, closed = await asyncio.to_thread(session.share, name, desk.engine.day, cases)
    return {"name": name, "cases_shared": count, "cases_opened": opened, "cases_not_opened": closed}


async def remove_ask(desk: Desk, session: MemberSession, body: Body) -> Body:
    """What goes with a member: ``cases`` that they can open, of which ``closed`` nobody else can."""
    session.require(Role.ADMINISTRATOR)
    name = text_of(body, "name")
    with desk.engine.vault.transaction() as connection:
        cases, closed = held_cases(connection, name)
    return {"name": name, "cases": cases, "closed": closed}
