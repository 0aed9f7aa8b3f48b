# SPDX-License-Identifier: AGPL-3.0-or-later
"""A member's security keys, which sign in in place of a one-time code."""

from dataclasses import dataclass, field
from typing import Annotated

from .asked import Asked, Whole

KeyNumber = Annotated[int, Whole("A key is a whole number. `dropbox-desk member keys` lists yours.", 1, 1 << 31)]


@dataclass(frozen=True)
class KeyOptions:
    """What the browser's own interface takes, as JSON."""

    options: str


@dataclass(frozen=True)
class AskKeySignIn(Asked[KeyOptions], verb="key-sign-in"):
    """What a key is to sign at the sign-in page: the same for everybody. ``host`` and ``origin`` are those of the page,
    by which the desk's pages were reached."""

    host: str
    origin: str


@dataclass(frozen=True)
class AskKey(Asked[KeyOptions], verb="member-key-ask"):
    """What a key is to be made with, for the session's own member."""

    host: str
    origin: str


@dataclass(frozen=True)
class KeyLine:
    """``day`` is when it was registered, an ISO date."""

    number: int
    label: str
    day: str


@dataclass(frozen=True)
class KeyList:
    """In order of their numbers."""

    keys: tuple[KeyLine, ...]


@dataclass(frozen=True)
class Keys(Asked[KeyList], verb="member-keys"):
    """Those of the session's own member."""


@dataclass(frozen=True)
class AddKey(Asked[KeyList], verb="member-key-add"):
    """Register what the browser made; the member gives the passphrase again. ``made`` is JSON."""

    host: str
    origin: str
    made: str = field(repr=False)
    label: str
    passphrase: str = field(repr=False)


@dataclass(frozen=True)
class RemoveKey(Asked[KeyList], verb="member-key-remove"):
    """It signs in no more."""

    number: KeyNumber
