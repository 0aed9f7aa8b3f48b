# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signing in, locking, and who is signed in."""

from journalist_ui.people.session import Session
from journalist_ui.shapes.asked import Nothing
from journalist_ui.shapes.sessions import Lock, Login, Me, SignedIn, Whoami

from .desk import Desk


async def login(desk: Desk, asked: Login) -> SignedIn:
    """Raises SignInRefused."""
    token = await desk.sessions.sign_in(asked.member, asked.passphrase, asked.code)
    return SignedIn(token, desk.sessions.find(token).member.provisional)


async def lock(desk: Desk, asked: Lock) -> Nothing:
    desk.sessions.lock(asked.token)
    return Nothing()


async def whoami(desk: Desk, session: Session, asked: Whoami) -> Me:
    member = session.member
    form = desk.sessions.form_of(session)
    return Me(member.name, tuple(sorted(member.roles)), member.provisional, desk.sessions.idle_seconds, form)
