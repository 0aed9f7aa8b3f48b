# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is signed in to the running desk. A session is a token in memory; it dies with lock, idleness and process."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from dropbox.flows.desk.notice import Notice
from dropbox.protocol.primitives import sha256
from journalist_ui.people.members import read_member, spelled
from journalist_ui.people.session import Session
from journalist_ui.people.sign_in import Attempts, Unlocked, accept_sign_in, prove, store_attempts
from journalist_ui.refusals import NotSignedIn, SignInRefused
from journalist_ui.vault import audit
from journalist_ui.vault.database import Vault

from .notice_log import remember_notices

MOST_WAITING = 8
MOST_STRANGERS = 10_000
OVER = "You are not signed in, or the desk locked itself. Sign in with `dropbox-desk login`."


_REMEMBERED = 12 * 3600.0
"""Seconds for which a page of an ended session may still hand over what was written in it."""


def since_boot() -> float:
    """Seconds since this machine started, those that it slept included: no setting of the clock moves it."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def asleep() -> float:
    """Seconds that this machine has slept since it started."""
    return since_boot() - time.monotonic()


SLEPT = 2.0
"""Seconds of sleep from which on a machine was put to sleep, and not only slow."""


def _hidden(name: str) -> bytes:
    """What stands for a name that was tried."""
    return sha256(name.encode("utf-8", "surrogatepass"))


@dataclass
class _Open:
    """``used`` is when it was last used, by the steady clock and by the wall clock."""

    session: Session
    used: tuple[float, float]
    form: str


class SessionBook:
    """The open sessions. ``now`` gives unix seconds for one-time codes; ``idle`` gives steady seconds and ``wall`` unix
    seconds for locking, ``slept`` the seconds that the machine has slept.

    A session is idle, and a wait is over, when either clock says so: one of them may stand still or be put back.
    """

    def __init__(
        self,
        vault: Vault,
        idle_seconds: float,
        now: Callable[[], float] = time.time,
        idle: Callable[[], float] = since_boot,
        wall: Callable[[], float] = time.time,
        slept: Callable[[], float] = asleep,
    ) -> None:
        self._vault = vault
        self._idle_seconds = idle_seconds
        self._now = now
        self._idle = idle
        self._wall = wall
        self._slept = slept
        self._asleep = slept()
        self._started = idle()
        self._open: dict[bytes, _Open] = {}
        self._ended: dict[str, tuple[str, float]] = {}
        # One stretch at a time: guessing in parallel gains nothing, and memory stays bounded.
        self._stretching = asyncio.Lock()
        self._waiting = 0
        # Failures and waits of names that are no member's, so that a wait does not tell who is one.
        self._strangers: dict[bytes, Attempts] = {}
        # When a name was last tried, by the steady clock.
        self._tried: dict[bytes, float] = {}

    async def sign_in(self, name: str, passphrase: str, code: str) -> str:
        """A new session's token, 64 hexadecimal digits. Raises SignInRefused."""
        if self._waiting >= MOST_WAITING:
            raise SignInRefused("Too many people sign in at this moment. Wait a few seconds and try again.")
        self._waiting += 1
        try:
            async with self._stretching:
                # In a thread: neither the stretch nor the vault keeps anybody else waiting.
                unlocked = await asyncio.to_thread(self._prove, name, passphrase, code)
        finally:
            self._waiting -= 1
        token = secrets.token_hex(32)
        opened = _Open(Session.of(unlocked), self._present(), secrets.token_hex(32))
        self._open[sha256(token.encode())] = opened
        return token

    def _prove(self, name: str, passphrase: str, code: str) -> Unlocked:
        now = self._now()
        day = int(now // 86_400)
        with self._vault.writing() as connection:
            name = spelled(connection, name)
            # A failure is counted before the passphrase is tried: killing the desk in between wins no attempt.
            row = read_member(connection, name)
            if row is not None:
                before = Attempts(row.failures, row.not_before)
                store_attempts(connection, name, self._count(name, before, now))
        if row is None:
            self._stranger(name, now)
        try:
            unlocked, step = prove(row, passphrase, code, now)
            with self._vault.writing() as connection:
                accept_sign_in(connection, name, row.salt if row else b"", step)
                audit.record(connection, day, name, "login")
                if unlocked.altered:
                    remember_notices(connection, [Notice("member-key-altered", {"member": name})], day)
            self._tried.pop(_hidden(name), None)
        except SignInRefused:
            if row is not None:
                with self._vault.writing() as connection:
                    audit.record(connection, day, name, "login refused")
            raise
        return unlocked

    def _stranger(self, name: str, now: float) -> None:
        """Count an attempt at a name that is nobody's; the one longest untried is forgotten first. Raises
        SignInRefused while a member would have to wait."""
        key = _hidden(name)
        counted = self._count(name, self._strangers.get(key, Attempts()), now)
        self._strangers.pop(key, None)
        self._strangers[key] = counted
        if len(self._strangers) > MOST_STRANGERS:
            forgotten = next(iter(self._strangers))
            del self._strangers[forgotten]
            self._tried.pop(forgotten, None)

    def _count(self, name: str, before: Attempts, now: float) -> Attempts:
        """With this attempt. What an earlier run of the desk stored counts from when this one began, at the latest: a
        clock that was ahead then makes no wait longer. Raises SignInRefused while it is too early."""
        key, steady = _hidden(name), self._idle()
        left = before.left(now, steady - self._tried.get(key, self._started))
        if left > 0:
            raise SignInRefused(f"Too many wrong attempts. Wait {int(left) + 1} seconds and try again.")
        self._tried[key] = steady
        return before.another(now)

    def _present(self) -> tuple[float, float]:
        return self._idle(), self._wall()

    def _since(self, moment: tuple[float, float]) -> float:
        """Seconds since a moment by that clock by which more have passed."""
        return max(present - then for present, then in zip(self._present(), moment, strict=True))

    def now(self) -> float:
        """Unix seconds, by which codes are judged."""
        return self._now()

    def is_open(self, token: str) -> bool:
        """Whether a token names a session that is not over. It does not count as used."""
        self.lock_idle()
        return sha256(token.encode("utf-8", "surrogatepass")) in self._open

    def find(self, token: str) -> Session:
        """The session of a token, which counts as used now. Raises NotSignedIn."""
        self.lock_idle()
        found = self._open.get(sha256(token.encode()))
        if found is None:
            raise NotSignedIn(OVER)
        found.used = self._present()
        return found.session

    @asynccontextmanager
    async def alone(self, session: Session) -> AsyncIterator[None]:
        """No other passphrase is stretched meanwhile. Raises NotSignedIn when the session was ended before its turn."""
        async with self._stretching:
            if all(one.session is not session for one in self._open.values()):
                raise NotSignedIn(OVER)
            yield

    def form_of(self, session: Session) -> str:
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
        """End what was not used for too long, and everything when the machine has slept."""
        if self._slept() - self._asleep > SLEPT:
            self._asleep = self._slept()
            self.lock_all()
        self._end({key for key, one in self._open.items() if self._since(one.used) > self._idle_seconds})

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
