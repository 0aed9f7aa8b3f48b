# SPDX-License-Identifier: AGPL-3.0-or-later
"""A member changes passphrase, key and codes. A new code secret, and all that is changed with it, is in force only once
a code of it was typed back: until then the old ones work, and the secret can be shown again."""

import asyncio

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from journalist_ui.daemon.notice_log import take_notice
from journalist_ui.log import log
from journalist_ui.people import changes, members
from journalist_ui.people.changes import Change, Wanted
from journalist_ui.people.session import Session
from journalist_ui.refusals import BadInput, SignInRefused
from journalist_ui.shapes.passphrases import (
    ChangePassphrase,
    CodesConfirmed,
    ConfirmCodes,
    PassphraseChanged,
    ShowCodes,
    WaitingCodes,
)
from journalist_ui.vault import audit

from .desk import Desk
from .notices import tell_members

NO_CODES = "There are no new codes to confirm. Ask for them first: `dropbox-desk member passphrase --new-code`."


def _tell_joined(desk: Desk, connection: Connection, name: str) -> None:
    """In place of the notice that they were added."""
    added = take_notice(connection, "member-added", name)
    by = str(added.values["by"]) if added else "an administrator"
    roles = ", ".join(sorted(members.find_member(connection, name)[0].roles))
    tell_members(desk, connection, "member-joined", member=name, by=by, roles=roles)


async def change(desk: Desk, session: Session, asked: ChangePassphrase) -> PassphraseChanged:
    """Raises SignInRefused, which ends the session: whoever holds one that is not theirs guesses once. BadInput."""
    name = session.member.name
    async with desk.sessions.alone(session):
        try:
            prepared = await asyncio.to_thread(_change, desk, Wanted(name, asked.old, asked.new, asked.new_code))
        except SignInRefused:
            await refused(desk, name)
            raise
        if prepared.secret is None:
            desk.sessions.forget_member(name)
    if prepared.secret is not None:
        session.pending = prepared
    return PassphraseChanged(name, prepared.secret, prepared.secret is None)


def _change(desk: Desk, wanted: Wanted) -> Change:
    """Stored where no new codes have to be confirmed first. Raises SignInRefused, BadInput."""
    vault = desk.engine.vault
    with vault.reading() as connection:
        present = changes.read_present(connection, wanted.name)
    prepared = changes.prepare_change(present, wanted, vault.random)
    if prepared.secret is None:
        _apply(desk, prepared)
    return prepared


async def codes(desk: Desk, session: Session, asked: ShowCodes) -> WaitingCodes:
    return WaitingCodes(session.pending.secret if session.pending else None)


async def confirm(desk: Desk, session: Session, asked: ConfirmCodes) -> CodesConfirmed:
    """Raises SignInRefused, BadInput."""
    if session.pending is None:
        raise BadInput(NO_CODES)
    confirmed = changes.confirm_change(session.pending, asked.code, desk.sessions.now())
    async with desk.sessions.alone(session):
        try:
            await asyncio.to_thread(_apply, desk, confirmed)
        except SignInRefused:
            await refused(desk, confirmed.name)
            raise
        desk.sessions.forget_member(confirmed.name)
    return CodesConfirmed(session.member.name, in_force=True, recovery_codes=confirmed.spares)


def _apply(desk: Desk, prepared: Change) -> None:
    engine, name = desk.engine, prepared.name
    with engine.vault.writing() as connection:
        changes.apply_change(connection, prepared, engine.day)
        audit.record(connection, engine.day, name, "member passphrase", name)
        if prepared.first:
            _tell_joined(desk, connection, name)
    _empty_log(desk)


async def refused(desk: Desk, name: str) -> None:
    """Whoever holds a session that is not theirs guesses once."""
    desk.sessions.lock_member(name)
    await asyncio.to_thread(_record_refused, desk, name)


def _record_refused(desk: Desk, name: str) -> None:
    with desk.engine.vault.writing() as connection:
        audit.record(connection, desk.engine.day, name, "member passphrase refused", name)


def _empty_log(desk: Desk) -> None:
    try:
        desk.engine.vault.truncate_wal()
    except (OSError, SQLAlchemyError) as error:
        # What is changed is changed, and must be said; the next start empties the log.
        log("error", "member-passphrase", type(error).__name__)
