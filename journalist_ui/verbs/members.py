# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who belongs to the desk."""

import asyncio

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
from journalist_ui.vault import members as vault
from journalist_ui.vault.session import MemberSession
from journalist_ui.vault.sharing import held_cases

from .desk import Desk
from .notices import tell_members


def list_members(desk: Desk, session: MemberSession, asked: Members) -> MemberList:
    with desk.engine.vault.reading() as connection:
        found = vault.list_members(connection)
    return MemberList(tuple(MemberLine(one.name, tuple(sorted(one.roles)), one.provisional) for one in found))


def add(desk: Desk, session: MemberSession, asked: AddMember) -> MemberAdded:
    """Raises BadInput."""
    engine, name = desk.engine, asked.name
    roles = vault.parse_roles(asked.roles)
    # The stretch comes before the transaction: nobody else waits for it.
    new = vault.prepare_member(name, roles, asked.passphrase, engine.vault.random)
    with engine.vault.writing() as connection:
        vault.store_member(connection, new, engine.day)
        audit.record(connection, engine.day, session.member.name, "member add", name)
        shown = ", ".join(sorted(roles))
        tell_members(desk, connection, "member-added", member=name, by=session.member.name, roles=shown)
    return MemberAdded(name, tuple(sorted(roles)))


def ask_removal(desk: Desk, session: MemberSession, asked: AskRemoval) -> Leaving:
    """Raises NoSuchMember."""
    with desk.engine.vault.reading() as connection:
        cases, closed = held_cases(connection, asked.name)
    return Leaving(asked.name, cases, closed)


async def remove(desk: Desk, session: MemberSession, asked: RemoveMember) -> Leaving:
    """Their sessions end. Raises NoSuchMember, BadInput."""
    gone = await asyncio.to_thread(_remove, desk, session, asked.name)
    desk.sessions.forget_member(asked.name)
    return gone


def _remove(desk: Desk, session: MemberSession, name: str) -> Leaving:
    engine = desk.engine
    with engine.vault.writing() as connection:
        cases, closed = held_cases(connection, name)
        vault.remove_member(connection, name)
        audit.record(connection, engine.day, session.member.name, "member remove", name)
        tell_members(desk, connection, "member-removed", member=name, by=session.member.name)
    desk.drafts.drop_member(name)
    engine.vault.truncate_wal()
    return Leaving(name, cases, closed)
