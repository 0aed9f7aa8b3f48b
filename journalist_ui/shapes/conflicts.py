# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether anything keeps a member from a case."""

from dataclasses import dataclass, field

from .asked import Asked, CaseNumber


@dataclass(frozen=True)
class Declared:
    """``opens``: the case is open to the member."""

    case: int
    opens: bool


@dataclass(frozen=True)
class Declare(Asked[Declared], verb="declare"):
    """What the member says before they see anything of a case: ``conflict`` is none, or yes; then it closes to them."""

    case: CaseNumber
    conflict: str


@dataclass(frozen=True)
class Excluded:
    """Who opens the case no more, nor anything that comes to it."""

    case: int
    member: str


@dataclass(frozen=True)
class Exclude(Asked[Excluded], verb="exclude"):
    """Let a member go of a case, with the reason, which stands among the notes; their sessions end."""

    case: CaseNumber
    member: str
    reason: str = field(repr=False)


@dataclass(frozen=True)
class Kept:
    """A member from whom the case is kept: ``why`` is named (in a message), declared (a conflict), excluded."""

    member: str
    why: str


@dataclass(frozen=True)
class KeptFrom:
    """In order of name; and who opens the case."""

    case: int
    kept: tuple[Kept, ...]
    open_to: tuple[str, ...]


@dataclass(frozen=True)
class WhoIsKept(Asked[KeptFrom], verb="kept-from"):
    """From whom a case is kept."""

    case: CaseNumber
