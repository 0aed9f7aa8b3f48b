# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is signed in to the running desk. A session is a token in memory; it dies with lock, idleness and process."""

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from dropbox.protocol.primitives import sha256
from journalist_ui.refusals import NotSignedIn, SignInRefused
from journalist_ui.vault import audit, members
from journalist_ui.vault.database import Vault
from journalist_ui.vault.session import MemberSession

OVER = "You are not signed in, or the desk locked itself. Sign in with `dropbox-desk login`."


@dataclass
class _Open:
    session: MemberSession
    used: float
    done: set[str] = field(default_factory=set)


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
        # One stretch at a time: guessing in parallel gains nothing, and memory stays bounded.
        self._stretching = asyncio.Lock()

    async def sign_in(self, name: str, passphrase: str, code: str) -> str:
        """A new session's token, 64 hexadecimal digits. Raises SignInRefused."""
        async with self._stretching:
            now = self._now()
            day = int(now // 86_400)
            with self._vault.transaction() as connection:
                row = members.read_for_sign_in(connection, name, now)
            try:
                unlocked, step = await asyncio.to_thread(members.prove, row, passphrase, code, now)
                with self._vault.transaction() as connection:
                    members.accept_sign_in(connection, name, step)
                    audit.record(connection, day, name, "login")
            except SignInRefused:
                if row is not None:
                    with self._vault.transaction() as connection:
                        audit.record(connection, day, name, "login refused")
                raise
        token = secrets.token_hex(32)
        self._open[sha256(token.encode())] = _Open(MemberSession(self._vault, unlocked), self._idle())
        return token

    def find(self, token: str) -> MemberSession:
        """The session of a token, which counts as used now. Raises NotSignedIn."""
        self.lock_idle()
        found = self._open.get(sha256(token.encode()))
        if found is None:
            raise NotSignedIn(OVER)
        found.used = self._idle()
        return found.session

    def first_time(self, token: str, act: str) -> bool:
        """Whether the session does this act now and did not before: a form that is sent twice acts once."""
        found = self._open.get(sha256(token.encode()))
        if found is None or act in found.done:
            return False
        found.done.add(act)
        return True

    def forget(self, token: str, act: str) -> None:
        """The act failed and may be tried again."""
        if found := self._open.get(sha256(token.encode())):
            found.done.discard(act)

    def lock(self, token: str) -> None:
        """End one session; one that is over already stays so."""
        self._open.pop(sha256(token.encode()), None)

    def lock_idle(self) -> None:
        """End what was not used for too long."""
        oldest = self._idle() - self._idle_seconds
        self._open = {key: one for key, one in self._open.items() if one.used >= oldest}

    def lock_member(self, name: str) -> None:
        """End every session of a member: removed, or with another passphrase."""
        self._open = {key: one for key, one in self._open.items() if one.session.member.name != name}

    def lock_all(self) -> None:
        self._open = {}

    @property
    def idle_seconds(self) -> float:
        return self._idle_seconds

    @property
    def count(self) -> int:
        return len(self._open)
