# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a member has begun to write to a source."""

from dataclasses import dataclass, field

from .asked import Asked, CaseNumber, Place

LONGEST_DRAFT = 14_000
"""Letters that the reply box takes, that a draft keeps, and that are carried through a sign-in: about twice what can be
sent, so that nothing is lost before it is shortened."""


@dataclass(frozen=True)
class DraftShown:
    """``text`` is empty if there is none, or if there is more than one of the ``texts``; ``version`` is what a page
    that shows it hands back, "" for none. ``writing`` are other members who have begun to."""

    case: int
    text: str
    texts: tuple[str, ...]
    version: str
    writing: tuple[str, ...]


@dataclass(frozen=True)
class Draft(Asked[DraftShown], verb="draft"):
    """What the member has begun to write in a case."""

    case: CaseNumber


@dataclass(frozen=True)
class DraftKept:
    """The draft's ``version`` now, "" where it is gone. ``other``: there is a draft that the page did not know of."""

    case: int
    version: str
    other: bool


@dataclass(frozen=True)
class KeepDraft(Asked[DraftKept], verb="draft-keep"):
    """Keep what was begun until it is sent; an empty text drops it. ``seen`` is the place up to which its writer had
    read, ``base`` the version that the page was drawn with, "" for none, None where it does not say. A draft that
    the page did not know of is never replaced: the text is kept beside it, or, with ``alone``, not kept."""

    case: CaseNumber
    text: str
    seen: Place = 0
    base: str | None = None
    alone: bool = False


@dataclass(frozen=True)
class LateDraftKept:
    """Whose page it was: ``member``."""

    case: int
    member: str
    other: bool


@dataclass(frozen=True)
class KeepLateDraft(Asked[LateDraftKept], verb="draft-late"):
    """The same from a page of a session that is over, known by its ``form``. It opens nothing and drops nothing."""

    form: str = field(repr=False)
    case: CaseNumber
    text: str
    seen: Place = 0
    base: str | None = None


@dataclass(frozen=True)
class DraftChosen:
    """The draft of the case is one text now."""

    case: int


@dataclass(frozen=True)
class ChooseDraft(Asked[DraftChosen], verb="draft-choose"):
    """Of several texts of one draft keep that of number ``choice``, from 0, and let the others go, as a page of
    ``version`` showed them; the number after the last puts them one under the other."""

    case: CaseNumber
    version: str
    choice: int
