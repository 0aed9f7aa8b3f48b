# SPDX-License-Identifier: AGPL-3.0-or-later
"""Verbs by which a member changes passphrase, key and codes. A new code secret, and all that is changed with it, is in
force only once a code of it was typed back: until then the old ones work, and the secret can be shown again."""

import asyncio
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from dropbox.flows.desk.notice import Notice
from journalist_ui.refusals import BadInput, SignInRefused
from journalist_ui.vault import audit, members
from journalist_ui.vault.members import Change
from journalist_ui.vault.session import MemberSession

from . import forms
from .log import log
from .notice_log import iso_day, remember_notices, take_notice

if TYPE_CHECKING:
    from .api import Desk

Body = dict[str, Any]
NO_CODES = "There are no new codes to confirm. Ask for them first: `dropbox-desk member passphrase --new-code`."


def _text(body: Body, key: str) -> str:
    """Raises BadInput."""
    value = body.get(key)
    if not isinstance(value, str):
        raise BadInput(f"{key} is missing.")
    return value


def tell_members(desk: "Desk", connection: Connection, code: str, **values: str) -> None:
    """Tell all members for two weeks what one of them did."""
    day = desk.engine.day
    remember_notices(connection, [Notice(code, {**values, "day": iso_day(day, forms.DAY)})], day)


def _tell_joined(desk: "Desk", connection: Connection, name: str) -> None:
    """In place of the notice that they were added."""
    added = take_notice(connection, "member-added", name)
    by = str(added.values["by"]) if added else "an administrator"
    roles = ", ".join(sorted(members.find_member(connection, name)[0].roles))
    tell_members(desk, connection, "member-joined", member=name, by=by, roles=roles)


async def change(desk: "Desk", session: MemberSession, body: Body) -> Body:
    """The session's own member changes the passphrase; every session of theirs ends. ``new_code`` asks for a new code
    secret, which a first change always makes: then ``totp_secret`` is that secret, nothing is changed yet
    (``in_force`` false), and ``confirm`` makes it so. Without one ``totp_secret`` is null."""
    name, old, new = session.member.name, _text(body, "old"), _text(body, "new")
    new_code = body.get("new_code") is True
    async with desk.sessions.alone(session):
        prepared = await _prepare(desk, name, old, new, new_code)
        if prepared.secret is None:
            _apply(desk, prepared)
    if prepared.secret is None:
        _empty_log(desk)
    else:
        session.pending = prepared
    return {"name": name, "totp_secret": prepared.secret, "in_force": prepared.secret is None}


async def codes(desk: "Desk", session: MemberSession, body: Body) -> Body:
    """The code secret that waits to be confirmed, null for none: it can be shown again until then."""
    return {"totp_secret": session.pending.secret if session.pending else None}


async def confirm(desk: "Desk", session: MemberSession, body: Body) -> Body:
    """A code of the new secret: only now passphrase, key and codes are the new ones. The member's sessions end."""
    if session.pending is None:
        raise BadInput(NO_CODES)
    confirmed = members.confirm_change(session.pending, _text(body, "code"), desk.sessions.now())
    async with desk.sessions.alone(session):
        _apply(desk, confirmed)
    _empty_log(desk)
    return {"name": session.member.name, "in_force": True}


async def _prepare(desk: "Desk", name: str, old: str, new: str, new_code: bool) -> Change:
    engine = desk.engine
    try:
        # In a thread, with no transaction open: the desk goes on meanwhile.
        return await asyncio.to_thread(members.prepare_change, engine.vault, name, old, new, new_code=new_code)
    except SignInRefused:
        _refused(desk, name)
        raise


def _apply(desk: "Desk", prepared: Change) -> None:
    engine, name = desk.engine, prepared.name
    try:
        with engine.vault.transaction() as connection:
            members.apply_change(connection, prepared, engine.day)
            audit.record(connection, engine.day, name, "member passphrase", name)
            if prepared.first:
                _tell_joined(desk, connection, name)
    except SignInRefused:
        _refused(desk, name)
        raise
    desk.sessions.forget_member(name)


def _refused(desk: "Desk", name: str) -> None:
    """Whoever holds a session that is not theirs guesses once."""
    desk.sessions.lock_member(name)
    with desk.engine.vault.transaction() as connection:
        audit.record(connection, desk.engine.day, name, "member passphrase refused", name)


def _empty_log(desk: "Desk") -> None:
    try:
        desk.engine.vault.truncate_wal()
    except (OSError, SQLAlchemyError) as error:
        # What is changed is changed, and must be said; the next start empties the log.
        log("error", "member-passphrase", type(error).__name__)
