# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who belongs to the desk."""

import asyncio

from journalist_ui.casework.sharing import held_cases
from journalist_ui.people import members as people
from journalist_ui.people.session import Session
from journalist_ui.shapes.members import (
    AddMember,
    AskRemoval,
    Leaving,
    MemberAdded,
    MemberLine,
    MemberList,
    Members,
    RemoveMember,
)
from journalist_ui.vault import audit
from journalist_ui.vault.arriving import new_case_takers
from journalist_ui.vault.case_keys import make_turn, plan_turns, store_turns

from .desk import Desk
from .notices import tell_members


def list_members(desk: Desk, session: Session, asked: Members) -> MemberList:
    with desk.engine.vault.reading() as connection:
        found = people.list_members(connection)
    return MemberList(tuple(MemberLine(one.name, tuple(sorted(one.roles)), one.provisional) for one in found))


async def add(desk: Desk, session: Session, asked: AddMember) -> MemberAdded:
    """Raises BadInput, NotSignedIn where the session ends before its turn."""
    # One stretch at a time, each of which takes 64 MiB.
    async with desk.sessions.alone(session):
        return await asyncio.to_thread(_add, desk, session, asked)


def _add(desk: Desk, session: Session, asked: AddMember) -> MemberAdded:
    engine, name = desk.engine, asked.name
    roles = people.parse_roles(asked.roles)
    # The stretch comes before the transaction: nobody else waits for it.
    new = people.prepare_member(name, roles, asked.passphrase, engine.vault.random)
    with engine.vault.writing() as connection:
        people.require_role(connection, session.member.name, people.Role.ADMINISTRATOR)
        people.store_member(connection, new, engine.day, told=told_on(desk))
        audit.record(connection, engine.day, session.member.name, "member add", name)
        shown = ", ".join(sorted(roles))
        tell_members(desk, connection, "member-added", member=name, by=session.member.name, roles=shown)
    return MemberAdded(name, tuple(sorted(roles)))


def told_on(desk: Desk) -> int:
    """The day from which a role that is given now counts as told: in a demo so long ago that it may be tried."""
    return desk.engine.day - (people.TOLD_DAYS if desk.demo else 0)


def ask_removal(desk: Desk, session: Session, asked: AskRemoval) -> Leaving:
    """Raises NoSuchMember."""
    with desk.engine.vault.reading() as connection:
        people.find_member(connection, asked.name)
        cases, closed = held_cases(connection, asked.name)
    return Leaving(asked.name, cases, closed)


async def remove(desk: Desk, session: Session, asked: RemoveMember) -> Leaving:
    """Raises NoSuchMember, BadInput, NotAllowed where who asks has been removed meanwhile."""
    left = await asyncio.to_thread(_remove, desk, asked.name, session.member.name)
    desk.sessions.forget_member(asked.name)
    await asyncio.to_thread(_forget, desk, asked.name)
    return left


def _remove(desk: Desk, name: str, by: str) -> Leaving:
    engine = desk.engine
    random = engine.vault.random
    with engine.vault.reading() as connection:
        planned = plan_turns(connection, name, otherwise=new_case_takers(connection))
    # New keys of thousands of cases take seconds: nobody else waits for them.
    made = {one.number: make_turn(one, random) for one in planned}
    with engine.vault.writing() as connection:
        people.require_role(connection, by, people.Role.ADMINISTRATOR)
        cases, closed = held_cases(connection, name)
        store_turns(connection, plan_turns(connection, name, otherwise=new_case_takers(connection)), made, random)
        people.remove_member(connection, name)
        audit.record(connection, engine.day, by, "member remove", name)
        tell_members(desk, connection, "member-removed", member=name, by=by)
    return Leaving(name, cases, closed)


def _forget(desk: Desk, name: str) -> None:
    """What is left of somebody who is no member any more."""
    desk.drafts.forget_member(name)
    desk.engine.vault.truncate_wal()
