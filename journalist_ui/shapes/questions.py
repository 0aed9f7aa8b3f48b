# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a unit asks its sources: sets that it keeps ready, asking, and what was answered."""

from dataclasses import dataclass, field

from .asked import Asked, CaseNumber, Place
from .canned import Version
from .reply_marks import ReplyMark

LONGEST_SET_TITLE = 80
"""Letters."""
Answer = str | tuple[str, ...] | None


@dataclass(frozen=True)
class OptionLine:
    """One answer that can be chosen."""

    id: str
    label: str


@dataclass(frozen=True)
class QuestionLine:
    """``kind`` is text, yes-no or choice; only a choice has ``options``, of which several may be chosen."""

    id: str
    ask: str
    kind: str
    options: tuple[OptionLine, ...] = ()


@dataclass(frozen=True)
class QuestionSet:
    """One version of a set. ``category`` is the one that it is for, "" for any. ``by`` wrote it on ``day``, both "" as
    it is ``shipped`` with the program. ``gone``: this version is that it was removed."""

    slug: str
    version: int
    title: str
    category: str
    questions: tuple[QuestionLine, ...]
    by: str
    day: str
    shipped: bool
    gone: bool = False


@dataclass(frozen=True)
class SetList:
    """The newest version of each that was not removed, by its short name."""

    sets: tuple[QuestionSet, ...]


@dataclass(frozen=True)
class QuestionSets(Asked[SetList], verb="questions"):
    """Every set that is offered."""


@dataclass(frozen=True)
class SetVersions:
    """The newest first."""

    versions: tuple[QuestionSet, ...]


@dataclass(frozen=True)
class ShowSet(Asked[SetVersions], verb="questions-show"):
    """Every version of one, also of one that was removed."""

    slug: str


@dataclass(frozen=True)
class SetKept:
    """``version`` is what it is now."""

    slug: str
    version: int


@dataclass(frozen=True)
class KeepSet(Asked[SetKept], verb="questions-edit"):
    """A new version of a set, or a new set. ``base`` is the version that its writer saw, 0 where they do not say, -1
    where there is to be none: it is never written over one that they did not see."""

    slug: str
    title: str
    questions: tuple[QuestionLine, ...]
    category: str = ""
    base: int = 0


@dataclass(frozen=True)
class SetRemoved:
    """It is offered no more; its versions stay."""

    slug: str


@dataclass(frozen=True)
class RemoveSet(Asked[SetRemoved], verb="questions-remove"):
    """Offer it no more."""

    slug: str


@dataclass(frozen=True)
class AskPreviewed:
    """How questions would leave, in so many ``parts``; ``words`` are all that is looked through, in which the ``marks``
    are: what the source reads, ids, and options that promise something as requests. ``newest`` is the place of what was
    added last; ``ahead``: they ask about what is to come."""

    case: int
    questions: tuple[QuestionLine, ...]
    words: str
    parts: int
    next_batch: str
    newest: int
    marks: tuple[ReplyMark, ...] = ()
    ahead: bool = False


@dataclass(frozen=True)
class PreviewAsk(Asked[AskPreviewed], verb="ask-preview"):
    """The questions of the set ``slug``, or these, as they would leave; nothing is stored."""

    case: CaseNumber
    slug: str = ""
    questions: tuple[QuestionLine, ...] = ()


@dataclass(frozen=True)
class SourceAsked:
    """``leaves`` is when the batch does with which they can be read, UTC to the minute."""

    case: int
    questions: int
    parts: int
    leaves: str


@dataclass(frozen=True)
class AskSource(Asked[SourceAsked], verb="ask"):
    """Send the questions of the set ``slug`` as it is in that ``version`` (0: whatever it is), or these. Refused where
    something was added behind the place ``newest``, or without one where its sender does not know all that stands in
    the case, unless ``again`` is true.

    Questions with marks, and those that task the source, go as a reply does."""

    case: CaseNumber
    slug: str = ""
    questions: tuple[QuestionLine, ...] = ()
    version: Version = 0
    newest: Place | None = None
    again: bool = False
    authorisation: str = ""
    officer: str = ""
    read_marks: bool = False


@dataclass(frozen=True)
class AskedLine:
    """One question of a text of the unit and what became of it. ``id`` is that of its answer (q-, the text's number, 0
    before it has one, and the question's own id); ``state`` open, answered, skipped, would-identify; ``answer`` the
    source's own words or the ids that it chose, ``message`` the number of that which brought it, 0 for none."""

    number: int
    id: str
    ask: str
    kind: str
    state: str
    options: tuple[OptionLine, ...] = ()
    answer: Answer = field(default=None, repr=False)
    message: int = 0
