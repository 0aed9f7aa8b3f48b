# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signing in, and who is signed in."""

from dataclasses import dataclass, field

from .asked import Asked, Nothing
from .members import OPENERS, WRITERS

SHARED = "shared"


@dataclass(frozen=True)
class SignedIn:
    """``token`` stands for the session, 64 hexadecimal digits. ``provisional``: all that it may do is to change the
    passphrase. ``browser`` is what the browser is to hold and be known by, 64 hexadecimal digits, "" where none asked.
    ``tries`` at the member's name were wrong since their last sign-in, the first of them on the day ``since``.
    ``recovery_codes_left`` is said after a sign-in with one, None else."""

    token: str = field(repr=False)
    provisional: bool
    browser: str = field(default="", repr=False)
    tries: int = 0
    since: str = ""
    recovery_codes_left: int | None = None


@dataclass(frozen=True)
class Login(Asked[SignedIn], verb="login"):
    """``code`` is empty with a first passphrase. ``browsers`` is all that the browser holds of earlier sign-ins.
    ``peer`` is who asks, as far as the pages can tell one from another (SHARED where they cannot), "" at the desk's
    socket. ``key`` is what a security key has signed in place of a code, JSON, at the page of that host and origin."""

    member: str
    passphrase: str = field(repr=False)
    code: str = field(repr=False)
    browsers: tuple[str, ...] = field(default=(), repr=False)
    peer: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    key_host: str = ""
    key_origin: str = ""


@dataclass(frozen=True)
class Lock(Asked[Nothing], verb="lock"):
    """End the session of a token; one that is over already stays so."""

    token: str = field(repr=False)


@dataclass(frozen=True)
class Me:
    """The member of a session. It locks after ``idle_seconds``; ``form`` is what every form of its pages carries."""

    name: str
    roles: tuple[str, ...]
    provisional: bool
    idle_seconds: float
    form: str = field(repr=False)

    @property
    def opens(self) -> bool:
        """Whether the member may open cases."""
        return not OPENERS.isdisjoint(self.roles)

    @property
    def writes(self) -> bool:
        """Whether the member may write in them and share them."""
        return not WRITERS.isdisjoint(self.roles)

    @property
    def administers(self) -> bool:
        return "administrator" in self.roles


@dataclass(frozen=True)
class Whoami(Asked[Me], verb="whoami"):
    """Who is signed in."""
