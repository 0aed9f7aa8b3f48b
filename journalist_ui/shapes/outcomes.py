# SPDX-License-Identifier: AGPL-3.0-or-later
"""What becomes of a case: set by members, changed by setting it anew."""

from dataclasses import dataclass, field
from typing import Annotated

from .asked import Asked, CaseNumber, Place, Whole
from .reply_marks import ReplyMark

Setting = Annotated[int, Whole("A setting of the outcome is a whole number.", 0, 1 << 31)]
"""Of a case, counted from 1."""


@dataclass(frozen=True)
class OutcomeLine:
    """One setting. ``kinds`` are investigation, safeguarding, recorded, not-for-us, none where the outcome was taken
    back; ``by`` is "" where the row does not open; ``day`` YYYY-MM-DD; ``say`` is what the source is to
    be told with them, "" for nothing; ``released`` the day on which that was sent, "" for not."""

    kinds: tuple[str, ...]
    by: str
    day: str
    reason: str = field(repr=False)
    say: str = field(repr=False)
    released: str = ""


@dataclass(frozen=True)
class OutcomeSet:
    """What the case's outcomes are now."""

    case: int
    state: str
    outcomes: tuple[str, ...]


@dataclass(frozen=True)
class SetOutcome(Asked[OutcomeSet], verb="outcome"):
    """Set it, for all members, also in place of an earlier one, which stays in the case's history. Of ``kinds``
    several may hold together, but not-for-us stands alone. ``say`` is what the source is to be told with it; it is
    kept, and not sent before it is released."""

    case: CaseNumber
    kinds: tuple[str, ...]
    reason: str = field(default="", repr=False)
    say: str = field(default="", repr=False)


@dataclass(frozen=True)
class OutcomePreviewed:
    """What a release would send: the ``kinds`` that hold by the case's ``setting`` of that number, with the words
    ``say``, in so many ``parts``. ``marks`` are in those words; ``newest`` is the place of what was added last;
    ``released`` whether it was sent before."""

    case: int
    setting: int
    kinds: tuple[str, ...]
    say: str = field(repr=False)
    parts: int
    next_batch: str
    newest: int
    marks: tuple[ReplyMark, ...] = ()
    released: bool = False


@dataclass(frozen=True)
class PreviewOutcome(Asked[OutcomePreviewed], verb="outcome-preview"):
    """What a release would send, and what is marked in it; nothing is stored."""

    case: CaseNumber


@dataclass(frozen=True)
class OutcomeReleased:
    """``outcomes`` go to the source in so many ``parts``; ``leaves`` is when the batch does with which it can be read,
    UTC to the minute."""

    case: int
    outcomes: tuple[str, ...]
    released: bool
    parts: int
    leaves: str


@dataclass(frozen=True)
class ReleaseOutcome(Asked[OutcomeReleased], verb="outcome-release"):
    """Send the outcome that holds to the source, once. Refused where another than ``setting`` holds by now (0: whatever
    does), and where something was added behind the place ``newest``, or without one where its sender does not know all
    that stands in the case, unless ``again`` is true.

    Words with marks, and words that task the source, go as those of a reply."""

    case: CaseNumber
    setting: Setting = 0
    newest: Place | None = None
    again: bool = False
    authorisation: str = ""
    officer: str = ""
    read_marks: bool = False
