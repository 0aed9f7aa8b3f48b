# SPDX-License-Identifier: AGPL-3.0-or-later
"""The log of what was done at a desk, and whether it is the one that was published."""

from dataclasses import dataclass

from .asked import Asked, CaseNumber, Page


@dataclass(frozen=True)
class AuditLine:
    """What was done on a ``day``, at a ``time`` (HH:MM in UTC, "" where only the day is known), by a ``member``, "" for
    the desk itself, in a ``case``, 0 for none. ``open`` is false where its detail is sealed to others: then the day is
    all that is said."""

    day: str
    time: str
    member: str
    act: str
    about: str
    case: int
    open: bool


@dataclass(frozen=True)
class AuditLines:
    """Newest first: all for page 0, else one of so many ``pages``. ``desk``: what was done about the desk is among
    them."""

    lines: tuple[AuditLine, ...]
    desk: bool
    page: int
    pages: int


@dataclass(frozen=True)
class Audit(Asked[AuditLines], verb="audit"):
    """What was done in the cases that are open to the member, or in one of them, and, for whoever administers the desk,
    about the desk. That it was asked is itself noted, once a day and session."""

    case: CaseNumber | None = None
    page: Page = 0


@dataclass(frozen=True)
class AuditVerified:
    """Whether the log ``holds``, and through which day. Days are YYYY-MM-DD, "" where there is none.

    ``row`` is the number of the first row that is not what this desk wrote, 0 for none, and ``row_day`` its day by what
    stands there; ``head`` the day of the first batch that told of another log. ``batches`` counts those that the log
    leads to, of the days from ``first`` to ``last``; ``board``: the newest of them is the board's, else the newest that
    the keyring knows. ``known`` is the day from which on a row that is not the desk's own is named. A backup was put in
    the vault's place on ``restored``, and what ``gone`` batches told before that cannot be compared."""

    holds: bool
    through: str
    row: int
    row_day: str
    head: str
    batches: int
    first: str
    last: str
    board: bool
    known: str
    restored: str
    gone: int


@dataclass(frozen=True)
class VerifyAudit(Asked[AuditVerified], verb="verify-audit"):
    """Whether the log is the one that the desk wrote and that its batches told of, by the board that it saw last."""
