# SPDX-License-Identifier: AGPL-3.0-or-later
"""Recovery sheets: putting them in force, and what two of them did."""

from dataclasses import dataclass, field

from .asked import Asked


@dataclass(frozen=True)
class SheetsMade:
    """Of which ``kind``: people or cases. ``proposal`` and ``alone`` as of a member who is added."""

    kind: str
    proposal: int = 0
    alone: bool = False


@dataclass(frozen=True)
class MakeSheets(Asked[SheetsMade], verb="recovery-sheets"):
    """Put new sheets in force, by the ``public`` key of their secret, hexadecimal. Those of before open nothing."""

    kind: str
    public: str
    reason: str = ""


@dataclass(frozen=True)
class RecoveryUsed:
    """``member`` is a new administrator. With sheets for cases they read so many ``cases``."""

    member: str
    roles: tuple[str, ...]
    cases: int
    totp_secret: str = field(repr=False)
