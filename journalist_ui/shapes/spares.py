# SPDX-License-Identifier: AGPL-3.0-or-later
"""A member's recovery codes, each of which signs in once in place of a one-time code."""

from dataclasses import dataclass, field

from .asked import Asked


@dataclass(frozen=True)
class SparesMade:
    """Ten, shown once. Those of before are good no more."""

    recovery_codes: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class MakeSpares(Asked[SparesMade], verb="member-recovery-codes"):
    """Ten new ones for the session's own member, who gives the passphrase again."""

    passphrase: str = field(repr=False)


@dataclass(frozen=True)
class SpareCount:
    """How many recovery codes are ``left``."""

    left: int


@dataclass(frozen=True)
class CountSpares(Asked[SpareCount], verb="member-recovery-codes-left"):
    """How many the session's own member has left."""
