# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is signed in to the running desk. A session is a token in memory; it dies with lock, idleness and process."""

import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from dropbox.protocol.primitives import sha256
from journalist_ui.people.changes import CHANGED_MEANWHILE
from journalist_ui.people.session import Session
from journalist_ui.refusals import NotSignedIn, SignInRefused
from journalist_ui.vault.database import Vault

from .sign_ins import Proved, SignIn, SignIns
from .turns import Kind, Lane, Turns

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


@dataclass
class _Open:
    """``used`` is when it was last used, by the steady clock and by the wall clock."""

    session: Session
    used: tuple[float, float]
    form: str


@dataclass(frozen=True)
class SignedIn:
    """``token`` stands for a session, 64 hexadecimal digits."""

    token: str = field(repr=False)
    proved: Proved


class SessionBook:
    """The open sessions. ``now`` gives unix seconds for one-time codes; ``idle`` gives steady seconds and ``wall`` unix
    seconds for locking, ``slept`` the seconds that the machine has slept.

    A session is idle when either clock says so: one of them may stand still or be put back.
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
        self._idle_seconds = idle_seconds
        self._now = now
        self._idle = idle
        self._wall = wall
        self._slept = slept
        self._asleep = slept()
        self._open: dict[bytes, _Open] = {}
        self._ended: dict[str, tuple[str, float]] = {}
        # How often a member was removed or changed passphrase in this run.
        self._forgotten: Counter[str] = Counter()
        self._turns = Turns()
        self.sign_ins = SignIns(vault, self._turns, now, idle)

    async def sign_in(self, asked: SignIn) -> SignedIn:
        """A new session. Raises SignInRefused."""
        forgotten = self._forgotten.copy()
        proved = await self.sign_ins.prove(asked)
        name = proved.unlocked.member.name
        if forgotten[name] != self._forgotten[name]:
            # Between the proof and this moment.
            raise SignInRefused(CHANGED_MEANWHILE)
        token = secrets.token_hex(32)
        opened = _Open(Session.of(proved.unlocked), self._present(), secrets.token_hex(32))
        self._open[sha256(token.encode())] = opened
        return SignedIn(token, proved)

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

    def sessions(self) -> list[Session]:
        """Those that are open. They do not count as used."""
        return [one.session for one in list(self._open.values())]

    def is_session(self, session: Session) -> bool:
        """Whether it is not over. It does not count as used."""
        return any(one.session is session for one in list(self._open.values()))

    def find(self, token: str) -> Session:
        """The session of a token, which counts as used now. Raises NotSignedIn."""
        self.lock_idle()
        found = self._open.get(sha256(token.encode()))
        if found is None:
            raise NotSignedIn(OVER)
        found.used = self._present()
        return found.session

    def look(self, token: str) -> Session:
        """The same, and it does not count as used. Raises NotSignedIn."""
        self.lock_idle()
        found = self._open.get(sha256(token.encode("utf-8", "surrogatepass")))
        if found is None:
            raise NotSignedIn(OVER)
        return found.session

    @asynccontextmanager
    async def alone(self, session: Session) -> AsyncIterator[None]:
        """A turn for a stretch, and no other of the same session meanwhile. Raises NotSignedIn when the session was
        ended before it."""
        async with self._turns.turn(Lane(Kind.SESSION, str(id(session)))):
            if not self.is_session(session):
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
        self._forgotten[name] += 1
        self.lock_member(name)
        self._ended = {form: one for form, one in self._ended.items() if one[0] != name}

    def lock_all(self) -> None:
        self._end(set(self._open))

    def close(self) -> None:
        """The desk ends."""
        self._turns.close()
        self.lock_all()

    @property
    def idle_seconds(self) -> float:
        return self._idle_seconds

    @property
    def count(self) -> int:
        return len(self._open)
