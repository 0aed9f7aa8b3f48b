# SPDX-License-Identifier: AGPL-3.0-or-later
"""What becomes of a case: set by members, changed by setting it anew."""

from dataclasses import dataclass, field

from .asked import Asked, CaseNumber


@dataclass(frozen=True)
class OutcomeLine:
    """One setting. ``kinds`` are investigation, safeguarding, recorded, not-for-us, none where the outcome was taken
    back; ``by`` is "" where the row does not open; ``day`` YYYY-MM-DD; ``say`` is what the source is to
    be told, "" for nothing yet."""

    kinds: tuple[str, ...]
    by: str
    day: str
    reason: str = field(repr=False)
    say: str = field(repr=False)


@dataclass(frozen=True)
class OutcomeSet:
    """What the case's outcomes are now."""

    case: int
    state: str
    outcomes: tuple[str, ...]


@dataclass(frozen=True)
class SetOutcome(Asked[OutcomeSet], verb="outcome"):
    """Set it, for all members, also in place of an earlier one, which stays in the case's history. Of ``kinds``
    several may hold together, but not-for-us stands alone. ``say`` is a draft of what the source is to be told; it is
    kept, and not sent."""

    case: CaseNumber
    kinds: tuple[str, ...]
    reason: str = field(default="", repr=False)
    say: str = field(default="", repr=False)
