# SPDX-License-Identifier: AGPL-3.0-or-later
"""A member changes passphrase, key and codes. A new code secret, and all that is changed with it, is in force only once
a code of it was typed back: until then the old ones work, and the secret can be shown again."""

import asyncio

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from journalist_ui.desk.notice_log import take_notice
from journalist_ui.log import log
from journalist_ui.refusals import BadInput, SignInRefused
from journalist_ui.shapes.passphrases import (
    ChangePassphrase,
    CodesConfirmed,
    ConfirmCodes,
    PassphraseChanged,
    ShowCodes,
    WaitingCodes,
)
from journalist_ui.vault import audit, members
from journalist_ui.vault.members import Change
from journalist_ui.vault.session import MemberSession

from .desk import Desk
from .notices import tell_members

NO_CODES = "There are no new codes to confirm. Ask for them first: `dropbox-desk member passphrase --new-code`."


def _tell_joined(desk: Desk, connection: Connection, name: str) -> None:
    """In place of the notice that they were added."""
    added = take_notice(connection, "member-added", name)
    by = str(added.values["by"]) if added else "an administrator"
    roles = ", ".join(sorted(members.find_member(connection, name)[0].roles))
    tell_members(desk, connection, "member-joined", member=name, by=by, roles=roles)


async def change(desk: Desk, session: MemberSession, asked: ChangePassphrase) -> PassphraseChanged:
    """Raises SignInRefused, which ends the session: whoever holds one that is not theirs guesses once. BadInput."""
    name = session.member.name
    async with desk.sessions.alone(session):
        prepared = await _prepare(desk, name, asked)
        if prepared.secret is None:
            await _apply(desk, prepared)
    if prepared.secret is not None:
        session.pending = prepared
    return PassphraseChanged(name, prepared.secret, prepared.secret is None)


async def codes(desk: Desk, session: MemberSession, asked: ShowCodes) -> WaitingCodes:
    return WaitingCodes(session.pending.secret if session.pending else None)


async def confirm(desk: Desk, session: MemberSession, asked: ConfirmCodes) -> CodesConfirmed:
    """Raises SignInRefused, BadInput."""
    if session.pending is None:
        raise BadInput(NO_CODES)
    confirmed = members.confirm_change(session.pending, asked.code, desk.sessions.now())
    async with desk.sessions.alone(session):
        await _apply(desk, confirmed)
    return CodesConfirmed(session.member.name, in_force=True)


async def _prepare(desk: Desk, name: str, asked: ChangePassphrase) -> Change:
    vault, new_code = desk.engine.vault, asked.new_code
    try:
        # In a thread, with no transaction open: the desk goes on meanwhile.
        return await asyncio.to_thread(members.prepare_change, vault, name, asked.old, asked.new, new_code=new_code)
    except SignInRefused:
        await _refused(desk, name)
        raise


async def _apply(desk: Desk, prepared: Change) -> None:
    """Every session of the member ends with it."""
    try:
        await asyncio.to_thread(_store, desk, prepared)
    except SignInRefused:
        await _refused(desk, prepared.name)
        raise
    desk.sessions.forget_member(prepared.name)
    await asyncio.to_thread(_empty_log, desk)


def _store(desk: Desk, prepared: Change) -> None:
    engine, name = desk.engine, prepared.name
    with engine.vault.writing() as connection:
        members.apply_change(connection, prepared, engine.day)
        audit.record(connection, engine.day, name, "member passphrase", name)
        if prepared.first:
            _tell_joined(desk, connection, name)


async def _refused(desk: Desk, name: str) -> None:
    """Whoever holds a session that is not theirs guesses once."""
    desk.sessions.lock_member(name)
    await asyncio.to_thread(_record_refusal, desk, name)


def _record_refusal(desk: Desk, name: str) -> None:
    with desk.engine.vault.writing() as connection:
        audit.record(connection, desk.engine.day, name, "member passphrase refused", name)


def _empty_log(desk: Desk) -> None:
    try:
        desk.engine.vault.truncate_wal()
    except (OSError, SQLAlchemyError) as error:
        # What is changed is changed, and must be said; the next start empties the log.
        log("error", "member-passphrase", type(error).__name__)
