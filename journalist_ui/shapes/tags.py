# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tags by which members find cases again."""

from dataclasses import dataclass, field

from .asked import Asked, CaseNumber


@dataclass(frozen=True)
class Tagged:
    """All tags that the case has now, in order."""

    case: int
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Tag(Asked[Tagged], verb="tag"):
    """Add tags and take others away, for all members."""

    case: CaseNumber
    add: tuple[str, ...] = field(default=(), repr=False)
    remove: tuple[str, ...] = field(default=(), repr=False)
