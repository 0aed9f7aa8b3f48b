# SPDX-License-Identifier: AGPL-3.0-or-later
"""A member's security keys: registered on the desk's pages, listed, removed."""

import asyncio

from sqlalchemy import Connection

from journalist_ui.daemon.notice_log import iso_day
from journalist_ui.people import security_keys
from journalist_ui.people.members import read_member
from journalist_ui.people.passphrases import open_secrets
from journalist_ui.people.security_keys import KeySite
from journalist_ui.people.session import Session
from journalist_ui.refusals import SignInRefused
from journalist_ui.shapes.security_keys import (
    AddKey,
    AskKey,
    AskKeySignIn,
    KeyLine,
    KeyList,
    KeyOptions,
    Keys,
    RemoveKey,
)
from journalist_ui.vault import audit

from .desk import Desk
from .moments import DAY
from .passphrases import refused


async def ask_sign_in(desk: Desk, asked: AskKeySignIn) -> KeyOptions:
    challenge = desk.sessions.sign_ins.challenges.new()
    return KeyOptions(security_keys.sign_in_options(KeySite(asked.host, asked.origin), challenge))


def ask_key(desk: Desk, session: Session, asked: AskKey) -> KeyOptions:
    name = session.member.name
    with desk.engine.vault.reading() as connection:
        keys = security_keys.read_keys(connection, name)
    site, challenge = KeySite(asked.host, asked.origin), desk.sessions.sign_ins.challenges.new()
    return KeyOptions(security_keys.registration_options(site, desk.name, name, keys, challenge))


def _listed(connection: Connection, name: str) -> KeyList:
    found = security_keys.list_keys(connection, name)
    return KeyList(tuple(KeyLine(one.number, one.label, iso_day(one.day, DAY)) for one in found))


def list_keys(desk: Desk, session: Session, asked: Keys) -> KeyList:
    with desk.engine.vault.reading() as connection:
        return _listed(connection, session.member.name)


async def add(desk: Desk, session: Session, asked: AddKey) -> KeyList:
    """Raises BadInput, and SignInRefused, which ends the session: whoever holds one that is not theirs guesses once."""
    async with desk.sessions.alone(session):
        try:
            return await asyncio.to_thread(_add, desk, session.member.name, asked)
        except SignInRefused:
            await refused(desk, session.member.name)
            raise


def _add(desk: Desk, name: str, asked: AddKey) -> KeyList:
    engine = desk.engine
    with engine.vault.reading() as connection:
        row = read_member(connection, name)
    if row is None or open_secrets(row.name, row.salt, row.sealed, asked.passphrase) is None:
        raise SignInRefused("The passphrase is wrong. Nothing was changed.")
    site = KeySite(asked.host, asked.origin)
    new = security_keys.read_registration(asked.made, site, asked.label, desk.sessions.sign_ins.challenges.use)
    with engine.vault.writing() as connection:
        security_keys.store_key(connection, name, new, engine.day)
        audit.record(connection, engine.day, name, "member key added", name)
        return _listed(connection, name)


def remove(desk: Desk, session: Session, asked: RemoveKey) -> KeyList:
    """Raises BadInput."""
    engine, name = desk.engine, session.member.name
    with engine.vault.writing() as connection:
        security_keys.remove_key(connection, name, asked.number)
        audit.record(connection, engine.day, name, "member key removed", name)
        return _listed(connection, name)
