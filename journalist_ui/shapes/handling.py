# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is done with cases beside reading and writing: urgent or not, put away, given to somebody."""

from dataclasses import dataclass, field

from .asked import Asked, CaseNumber


@dataclass(frozen=True)
class Urgency:
    """Whether the case stands among those in which somebody is at risk."""

    case: int
    urgent: bool


@dataclass(frozen=True)
class SetUrgent(Asked[Urgency], verb="urgent"):
    """What a person says of it, for all members, with the reason, which stands among the notes; "" may be said for
    urgent alone."""

    case: CaseNumber
    urgent: bool
    reason: str = field(repr=False)


@dataclass(frozen=True)
class Unfinished:
    """Of the cases that were asked about, those that have no outcome, and those in which nobody has decided whether
    they are referred."""

    without_outcome: tuple[int, ...]
    undecided: tuple[int, ...] = ()


@dataclass(frozen=True)
class AskClose(Asked[Unfinished], verb="ask-close"):
    """What is not finished in cases that are to be closed; nothing is done."""

    cases: tuple[CaseNumber, ...]


@dataclass(frozen=True)
class Shelved:
    """Where these cases are now: "" the inbox, junk, closed."""

    cases: tuple[int, ...]
    shelf: str


@dataclass(frozen=True)
class Shelve(Asked[Shelved], verb="shelve"):
    """Put cases away, or back into the inbox, for all members. One that was closed is in the inbox again when its
    source writes; one that was set aside is not."""

    cases: tuple[CaseNumber, ...]
    shelf: str


@dataclass(frozen=True)
class Muted:
    """Whether the case counts where the desk says that something waits."""

    case: int
    muted: bool


@dataclass(frozen=True)
class Mute(Asked[Muted], verb="mute"):
    """For all members."""

    case: CaseNumber
    muted: bool


@dataclass(frozen=True)
class Assigned:
    """Whose case it is."""

    case: int
    assigned: tuple[str, ...]


@dataclass(frozen=True)
class Assign(Asked[Assigned], verb="assign"):
    """Make it the case of exactly these members; one who cannot open it yet gets its keys."""

    case: CaseNumber
    to: tuple[str, ...]
