# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signing in, and who is signed in."""

from dataclasses import dataclass, field

from .asked import Asked, Nothing


@dataclass(frozen=True)
class SignedIn:
    """``token`` stands for the session, 64 hexadecimal digits. ``provisional``: all that it may do is to change the
    passphrase."""

    token: str = field(repr=False)
    provisional: bool


@dataclass(frozen=True)
class Login(Asked[SignedIn], verb="login"):
    """``code`` is empty with a first passphrase."""

    member: str
    passphrase: str = field(repr=False)
    code: str = field(repr=False)


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
    def investigates(self) -> bool:
        return "investigator" in self.roles

    @property
    def administers(self) -> bool:
        return "administrator" in self.roles


@dataclass(frozen=True)
class Whoami(Asked[Me], verb="whoami"):
    """Who is signed in."""
