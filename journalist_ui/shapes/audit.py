# SPDX-License-Identifier: AGPL-3.0-or-later
"""The log of what was done at a desk, and whether it is the one that was published."""

from dataclasses import dataclass

from .asked import Asked


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
