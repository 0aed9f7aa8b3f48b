# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who belongs to the desk."""

import asyncio

from journalist_ui.casework.sharing import held_cases
from journalist_ui.daemon.notice_log import iso_day
from journalist_ui.people import members as people, steps
from journalist_ui.people.proposals import close_of
from journalist_ui.people.session import Session
from journalist_ui.refusals import BadInput
from journalist_ui.shapes.members import (
    AddMember,
    AskRecovery,
    AskRemoval,
    Leaving,
    MemberAdded,
    MemberLine,
    MemberList,
    Members,
    Recovered,
    RecoverMember,
    RemoveMember,
    RolesSet,
    SetRoles,
)
from journalist_ui.vault import audit
from journalist_ui.vault.case_keys import make_turn
from journalist_ui.vault.leaving import plan_leaving, take_all_keys

from . import proposals
from .desk import Desk
from .moments import DAY
from .notices import tell_members


def list_members(desk: Desk, session: Session, asked: Members) -> MemberList:
    with desk.engine.vault.reading() as connection:
        found, sheets = people.list_members(connection), steps.find_sheets(connection)
    lines = tuple(MemberLine(one.name, tuple(sorted(one.roles)), one.provisional) for one in found)
    return MemberList(lines, sheets.kind, iso_day(sheets.day, DAY)) if sheets else MemberList(lines)


async def add(desk: Desk, session: Session, asked: AddMember) -> MemberAdded:
    """Raises BadInput, NotSignedIn where the session ends before its turn."""
    # One stretch at a time, each of which takes 64 MiB.
    async with desk.sessions.alone(session):
        return await asyncio.to_thread(_add, desk, session, asked)


def _add(desk: Desk, session: Session, asked: AddMember) -> MemberAdded:
    engine, name, by = desk.engine, asked.name, session.member.name
    roles = people.parse_roles(asked.roles)
    # The stretch comes before the transaction: nobody else waits for it.
    new = people.prepare_member(name, roles, asked.passphrase, engine.vault.random)
    shown = tuple(sorted(roles))
    with engine.vault.writing() as connection:
        people.require_role(connection, by, people.Role.ADMINISTRATOR)
        people.refuse_taken(connection, name)
        if kind := steps.kind_of_adding(roles):
            made = proposals.ask(desk, connection, session, kind, name, steps.adding(new), asked.reason)
            return MemberAdded(name, shown, made.number, made.alone)
        people.store_member(connection, new, engine.day, told=proposals.told_on(desk))
        audit.record(connection, engine.day, by, "member add", name)
        tell_members(desk, connection, "member-added", member=name, by=by, roles=", ".join(shown))
    return MemberAdded(name, shown)


async def set_roles(desk: Desk, session: Session, asked: SetRoles) -> RolesSet:
    """To take roles away is one administrator's act; to give any takes two. Raises NoSuchMember, BadInput."""
    made = await asyncio.to_thread(_set_roles, desk, session, asked)
    if not made.proposal:
        await proposals.settle(desk, steps.Kind.ROLE, asked.name)
    return made


def _set_roles(desk: Desk, session: Session, asked: SetRoles) -> RolesSet:
    engine, by, roles = desk.engine, session.member.name, people.parse_roles(asked.roles)
    shown = tuple(sorted(roles))
    with engine.vault.writing() as connection:
        people.require_role(connection, by, people.Role.ADMINISTRATOR)
        step = steps.changing(connection, asked.name, roles)
        if not roles <= {people.Role(role) for role in step.before}:
            made = proposals.ask(desk, connection, session, steps.Kind.ROLE, asked.name, step, asked.reason)
            return RolesSet(asked.name, shown, made.number, made.alone)
        steps.change_roles(connection, asked.name, step, engine.day, engine.day)
        audit.record(connection, engine.day, by, "member role", asked.name)
        tell_members(desk, connection, "member-roles", member=asked.name, by=by, roles=", ".join(shown))
    return RolesSet(asked.name, shown)


def ask_recovery(desk: Desk, session: Session, asked: AskRecovery) -> Leaving:
    """Raises NoSuchMember."""
    return ask_removal(desk, session, AskRemoval(asked.name))


async def recover(desk: Desk, session: Session, asked: RecoverMember) -> Recovered:
    """Raises NoSuchMember, BadInput, NotSignedIn where the session ends before its turn."""
    async with desk.sessions.alone(session):
        made = await asyncio.to_thread(_recover, desk, session, asked)
    if not made.proposal:
        await proposals.settle(desk, steps.Kind.RECOVER, asked.name)
    return made


def _recover(desk: Desk, session: Session, asked: RecoverMember) -> Recovered:
    if asked.name == session.member.name:
        raise BadInput("You are signed in: change your own passphrase, with new codes if you need them.")
    with desk.engine.vault.reading() as connection:
        steps.require_somebody(connection, asked.name)
    step = steps.recovering(asked.name, asked.passphrase, desk.engine.vault.random)
    with desk.engine.vault.writing() as connection:
        cases, closed = held_cases(connection, asked.name)
        made = proposals.ask(desk, connection, session, steps.Kind.RECOVER, asked.name, step, asked.reason)
    return Recovered(asked.name, cases, closed, made.number, made.alone)


def ask_removal(desk: Desk, session: Session, asked: AskRemoval) -> Leaving:
    """Raises NoSuchMember."""
    with desk.engine.vault.reading() as connection:
        cases, closed = held_cases(connection, asked.name)
    return Leaving(asked.name, cases, closed)


async def remove(desk: Desk, session: Session, asked: RemoveMember) -> Leaving:
    """Raises NoSuchMember, BadInput, NotAllowed where who asks has been removed meanwhile."""
    left = await asyncio.to_thread(_remove, desk, asked.name, session.member.name)
    desk.sessions.forget_member(asked.name)
    await asyncio.to_thread(proposals.forget, desk, asked.name)
    return left


def _remove(desk: Desk, name: str, by: str) -> Leaving:
    engine = desk.engine
    with engine.vault.reading() as connection:
        planned = plan_leaving(connection, name)
    # New keys of thousands of cases take seconds: nobody else waits for them.
    made = {one.number: make_turn(one, engine.vault.random) for one in planned}
    with engine.vault.writing() as connection:
        people.require_role(connection, by, people.Role.ADMINISTRATOR)
        cases, closed = held_cases(connection, name)
        take_all_keys(connection, name, made)
        people.remove_member(connection, name)
        close_of(connection, name, engine.day)
        audit.record(connection, engine.day, by, "member remove", name)
        tell_members(desk, connection, "member-removed", member=name, by=by)
    return Leaving(name, cases, closed)
