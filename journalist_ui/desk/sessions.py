# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is signed in to the running desk. A session is a token in memory; it dies with lock, idleness and process."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from dropbox.protocol.primitives import sha256
from journalist_ui.refusals import NotSignedIn, SignInRefused
from journalist_ui.vault import audit, members
from journalist_ui.vault.database import Vault
from journalist_ui.vault.session import MemberSession

MOST_WAITING = 8
MOST_STRANGERS = 10_000
OVER = "You are not signed in, or the desk locked itself. Sign in with `dropbox-desk login`."


_REMEMBERED = 12 * 3600.0
"""Seconds for which a page of an ended session may still hand over what was written in it."""


@dataclass
class _Open:
    session: MemberSession
    used: float
    form: str


class SessionBook:
    """The open sessions. ``now`` gives unix seconds for one-time codes, ``idle`` steady seconds for locking."""

    def __init__(
        self,
        vault: Vault,
        idle_seconds: float,
        now: Callable[[], float] = time.time,
        idle: Callable[[], float] = time.monotonic,
    ) -> None:
        self._vault = vault
        self._idle_seconds = idle_seconds
        self._now = now
        self._idle = idle
        self._open: dict[bytes, _Open] = {}
        self._ended: dict[str, tuple[str, float]] = {}
        # One stretch at a time: guessing in parallel gains nothing, and memory stays bounded.
        self._stretching = asyncio.Lock()
        self._waiting = 0
        # Failures and waits of names that are no member's, so that a wait does not tell who is one.
        self._strangers: dict[bytes, tuple[int, int]] = {}

    async def sign_in(self, name: str, passphrase: str, code: str) -> str:
        """A new session's token, 64 hexadecimal digits. Raises SignInRefused."""
        if self._waiting >= MOST_WAITING:
            raise SignInRefused("Too many people sign in at this moment. Wait a few seconds and try again.")
        self._waiting += 1
        try:
            async with self._stretching:
                unlocked = await self._prove(name, passphrase, code)
        finally:
            self._waiting -= 1
        token = secrets.token_hex(32)
        opened = _Open(MemberSession(self._vault, unlocked), self._idle(), secrets.token_hex(32))
        self._open[sha256(token.encode())] = opened
        return token

    async def _prove(self, name: str, passphrase: str, code: str) -> members.Unlocked:
        now = self._now()
        day = int(now // 86_400)
        with self._vault.transaction() as connection:
            row = members.read_for_sign_in(connection, name, now)
        if row is None:
            self._count_stranger(name, now)
        try:
            unlocked, step = await asyncio.to_thread(members.prove, row, passphrase, code, now)
            with self._vault.transaction() as connection:
                members.accept_sign_in(connection, name, row.salt if row else b"", step)
                audit.record(connection, day, name, "login")
        except SignInRefused:
            if row is not None:
                with self._vault.transaction() as connection:
                    audit.record(connection, day, name, "login refused")
            raise
        return unlocked

    def _count_stranger(self, name: str, now: float) -> None:
        """Raises SignInRefused while a member would have to wait. The name longest untried is forgotten first."""
        key = sha256(name.encode("utf-8", "surrogatepass"))
        counted = members.count_attempt(*self._strangers.get(key, (0, 0)), now)
        self._strangers.pop(key, None)
        self._strangers[key] = counted
        if len(self._strangers) > MOST_STRANGERS:
            del self._strangers[next(iter(self._strangers))]

    def find(self, token: str) -> MemberSession:
        """The session of a token, which counts as used now. Raises NotSignedIn."""
        self.lock_idle()
        found = self._open.get(sha256(token.encode()))
        if found is None:
            raise NotSignedIn(OVER)
        found.used = self._idle()
        return found.session

    @asynccontextmanager
    async def alone(self, session: MemberSession) -> AsyncIterator[None]:
        """No other passphrase is stretched meanwhile. Raises NotSignedIn when the session was ended before its turn."""
        async with self._stretching:
            if all(one.session is not session for one in self._open.values()):
                raise NotSignedIn(OVER)
            yield

    def form_of(self, session: MemberSession) -> str:
        """What every form of an open session carries."""
        return next(one.form for one in self._open.values() if one.session is session)

    def writer(self, form: str) -> str:
        """Whose ended session a form is of. It lets nothing be read. Raises NotSignedIn."""
        self.lock_idle()
        if form not in self._ended:
            raise NotSignedIn(OVER)
        return self._ended[form][0]

    def _end(self, keys: set[bytes]) -> None:
        now = self._idle()
        self._ended = {form: one for form, one in self._ended.items() if one[1] >= now - _REMEMBERED}
        for key in keys:
            one = self._open.pop(key)
            self._ended[one.form] = (one.session.member.name, now)

    def lock(self, token: str) -> None:
        """End one session; one that is over already stays so."""
        self._end({sha256(token.encode())} & self._open.keys())

    def lock_idle(self) -> None:
        """End what was not used for too long."""
        oldest = self._idle() - self._idle_seconds
        self._end({key for key, one in self._open.items() if one.used < oldest})

    def lock_member(self, name: str) -> None:
        """End every session of a member."""
        self._end({key for key, one in self._open.items() if one.session.member.name == name})

    def forget_member(self, name: str) -> None:
        """Removed, or with another passphrase: no page of before hands anything over."""
        self.lock_member(name)
        self._ended = {form: one for form, one in self._ended.items() if one[0] != name}

    def lock_all(self) -> None:
        self._end(set(self._open))

    @property
    def idle_seconds(self) -> float:
        return self._idle_seconds

    @property
    def count(self) -> int:
        return len(self._open)
