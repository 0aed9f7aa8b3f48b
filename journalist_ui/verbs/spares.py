# SPDX-License-Identifier: AGPL-3.0-or-later
"""A member's recovery codes: new ones, and how many are left."""

import asyncio

from journalist_ui.people import spares
from journalist_ui.people.members import read_member
from journalist_ui.people.passphrases import open_secrets
from journalist_ui.people.session import Session
from journalist_ui.refusals import SignInRefused
from journalist_ui.shapes.spares import CountSpares, MakeSpares, SpareCount, SparesMade
from journalist_ui.vault import audit

from .desk import Desk
from .passphrases import refused


async def make(desk: Desk, session: Session, asked: MakeSpares) -> SparesMade:
    """Raises SignInRefused, which ends the session: whoever holds one that is not theirs guesses once."""
    async with desk.sessions.alone(session):
        try:
            return SparesMade(await asyncio.to_thread(_make, desk, session.member.name, asked.passphrase))
        except SignInRefused:
            await refused(desk, session.member.name)
            raise


def _make(desk: Desk, name: str, passphrase: str) -> tuple[str, ...]:
    vault = desk.engine.vault
    with vault.reading() as connection:
        row = read_member(connection, name)
    if row is None or open_secrets(row.name, row.salt, row.sealed, passphrase) is None:
        raise SignInRefused("The passphrase is wrong. Nothing was changed.")
    made = spares.draw_spares(vault.random)
    with vault.writing() as connection:
        spares.store_spares(connection, name, made)
        audit.record(connection, desk.engine.day, name, "member recovery codes", name)
    vault.truncate_wal()
    return made


def left(desk: Desk, session: Session, asked: CountSpares) -> SpareCount:
    with desk.engine.vault.reading() as connection:
        return SpareCount(spares.count_spares(connection, session.member.name))
