# SPDX-License-Identifier: AGPL-3.0-or-later
"""How the desk itself is: its state, the epochs that it holds keys of, a run against the service, a backup."""

from dataclasses import dataclass

from .asked import Asked
from .notices import ToldNotice


@dataclass(frozen=True)
class DeskStatus:
    """The desk's state, and no word of any case. Days are YYYY-MM-DD, "" where there is none. ``unit`` is the slug, ""
    while the service does not list it; ``unit_id`` hexadecimal; ``next_batch`` UTC to the minute; ``texts`` how many of
    the unit's are in each state; ``unfinished`` how many messages lack parts; ``heads`` six words of the board;
    ``signed_in`` how many sessions; ``backup`` a folder or "none", ``backed_up`` the newest one's day.
    ``acknowledge_days`` and ``answer_days`` are the clocks that the unit has set, 0 for none; ``out_of_hours`` who is
    on duty then, "" for nobody."""

    name: str
    unit: str
    unit_id: str
    service: str
    listed: bool
    published: str
    processed: str
    next_batch: str
    texts: dict[str, int]
    unfinished: int
    heads: str
    signed_in: int
    backup: str
    backed_up: str
    notices: tuple[ToldNotice, ...]
    acknowledge_days: int = 0
    answer_days: int = 0
    out_of_hours: str = ""


@dataclass(frozen=True)
class Status(Asked[DeskStatus], verb="status"):
    """How the desk is. Needs no sign-in."""


@dataclass(frozen=True)
class EpochLine:
    """An epoch whose secret is held, never the secret. ``state`` is past, present or next."""

    epoch: int
    first: str
    last: str
    state: str


@dataclass(frozen=True)
class EpochList:
    """In order."""

    epochs: tuple[EpochLine, ...]


@dataclass(frozen=True)
class Epochs(Asked[EpochList], verb="epoch"):
    """The epochs whose secrets are held. Needs no sign-in."""


@dataclass(frozen=True)
class Synced:
    """``new`` messages became whole; ``published``: a batch reached the service."""

    new: int
    published: bool
    notices: tuple[ToldNotice, ...]


@dataclass(frozen=True)
class Sync(Asked[Synced], verb="sync"):
    """Fetch, open and acknowledge now; publish what is due."""


@dataclass(frozen=True)
class BackedUp:
    """``file`` is the backup's path."""

    file: str


@dataclass(frozen=True)
class Backup(Asked[BackedUp], verb="backup"):
    """Write a backup now. Needs no sign-in."""
