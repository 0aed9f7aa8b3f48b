# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signing in, locking, and who is signed in."""

from journalist_ui.daemon.notice_log import iso_day
from journalist_ui.daemon.sign_ins import SignIn
from journalist_ui.daemon.turns import SOCKET, Kind, Lane
from journalist_ui.people.security_keys import KeySite
from journalist_ui.people.session import Session
from journalist_ui.shapes.asked import Nothing
from journalist_ui.shapes.sessions import SHARED, Lock, Login, Me, SignedIn, Whoami

from .desk import Desk
from .moments import DAY


async def login(desk: Desk, asked: Login) -> SignedIn:
    """Raises SignInRefused."""
    lane = SOCKET
    if asked.peer:
        lane = Lane(Kind.SHARED) if asked.peer == SHARED else Lane(Kind.PEER, asked.peer)
    site = KeySite(asked.key_host, asked.key_origin) if asked.key else None
    given = SignIn(asked.member, asked.passphrase, asked.code, lane, asked.browsers, asked.key, site)
    made = await desk.sessions.sign_in(given)
    proved, tried = made.proved, made.proved.tried
    since = iso_day(tried.day, DAY) if tried.count else ""
    provisional, left = proved.unlocked.member.provisional, proved.spares_left
    return SignedIn(made.token, provisional, proved.browser, tried.count, since, left)


async def lock(desk: Desk, asked: Lock) -> Nothing:
    desk.sessions.lock(asked.token)
    return Nothing()


async def whoami(desk: Desk, session: Session, asked: Whoami) -> Me:
    member = session.member
    form = desk.sessions.form_of(session)
    return Me(member.name, tuple(sorted(member.roles)), member.provisional, desk.sessions.idle_seconds, form)
