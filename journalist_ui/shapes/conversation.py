# SPDX-License-Identifier: AGPL-3.0-or-later
"""A case as it is read: the report, and what both sides have written since."""

from dataclasses import dataclass

from .asked import Asked, CaseNumber, Page
from .closings import ClosingLine
from .decisions import DecisionLine
from .files import FileLine
from .links import LinkLine
from .notes import NoteLine
from .outcomes import OutcomeLine
from .questions import AskedLine, QuestionLine
from .referrals import AcceptsLine, ReferralLine, ReferredLine
from .timeline import TimelineLine

Answer = str | tuple[str, ...] | None
"""The source's own words, the ids of the options that it chose, or None: to answer would identify it."""


@dataclass(frozen=True)
class Message:
    """One message of either side. ``number`` counts the source's whole messages from 1; for ours it is the number that
    the source sees, 0 before it is given. ``sender`` is source, unit, or unproved: not shown to be either's. ``day`` is
    YYYY-MM-DD; ``state`` is collected, or where a text of ours is on its way: waiting, published, read, expired, or
    off-board: the newest batch had no room for it, or its source has not come for long. ``proof`` is before (stored
    before proofs were kept) or unproved, and "" where it is simply proved.

    Ours have an ``author``, and where somebody outside the desk authorised them the ``authorisation``'s reference and
    the ``officer`` who gave it. A source's that is no form of ours has ``form`` unreadable, and its ``text`` is what
    came, byte for byte; one after the report may have ``categories``, ``force`` and ``answers`` of its own. ``kind`` is
    text, outcome, closed, questions, referral-offer or contact-opened; of an outcome and of what answers a closing
    ``kinds`` are what the source is told, and ``text`` what is said with them; of questions ``text`` is all that the
    source reads.
    ``contact`` of a source's is left where it brought contact details, which stand nowhere here, and withdrawal where
    it takes back all that came up to its day. ``proof`` is erased where such details went, which the signature
    covers."""

    number: int
    sender: str
    text: str
    day: str
    state: str
    author: str | None = None
    authorisation: str = ""
    officer: str = ""
    proof: str = ""
    form: str = ""
    categories: tuple[str, ...] = ()
    force: str = ""
    answers: dict[str, Answer] | None = None
    kind: str = "text"
    kinds: tuple[str, ...] = ()
    questions: tuple[QuestionLine, ...] = ()
    contact: str = ""


@dataclass(frozen=True)
class Case:
    """A whole case, or one ``page`` of so many ``pages``; then both are above 0. ``categories``, ``force`` and
    ``answers`` are those of the report that opened it; ``flags``, ``shelf``, ``outcomes``, ``owed``, ``due`` and
    ``due_now`` as in the list. ``outcome_history`` has each setting, ``decisions`` each that was made, the oldest
    first; ``files`` are those that its messages brought; ``links`` are those to cases that are open to the member too;
    ``timeline`` is what happened, the oldest first; ``told``: the source was sent the outcome that holds; ``questions``
    is each that was asked, and what became of it by the messages that are here; ``closing`` that its source closes the
    conversation, None where it does not. ``contact``: whether its source has left contact details: none, left, opened
    (by two custodians) or withdrawn. ``referrals`` are those to other units, ``referred`` that it came from one,
    ``accepts`` that its source says to be the one of a referral."""

    case: int
    state: str
    categories: tuple[str, ...]
    force: str
    answers: dict[str, Answer]
    messages: tuple[Message, ...]
    files: tuple[FileLine, ...]
    flags: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    assigned: tuple[str, ...] = ()
    shelf: str = ""
    notes: tuple[NoteLine, ...] = ()
    outcomes: tuple[str, ...] = ()
    outcome_history: tuple[OutcomeLine, ...] = ()
    decisions: tuple[DecisionLine, ...] = ()
    links: tuple[LinkLine, ...] = ()
    timeline: tuple[TimelineLine, ...] = ()
    owed: tuple[str, ...] = ()
    due: dict[str, str] | None = None
    due_now: tuple[str, ...] = ()
    page: int = 0
    pages: int = 0
    told: bool = False
    questions: tuple[AskedLine, ...] = ()
    closing: ClosingLine | None = None
    contact: str = "none"
    referrals: tuple[ReferralLine, ...] = ()
    referred: ReferredLine | None = None
    accepts: AcceptsLine | None = None


@dataclass(frozen=True)
class Shown:
    """``seen`` is the place up to which this member has read. ``next_to_answer`` is another case of theirs whose source
    wrote last, of several the one that waits longest; 0 for none. ``newest`` is the place of what was added last. Not
    ``whole``: the timeline of a page begins in the middle."""

    case: Case
    seen: int
    next_to_answer: int = 0
    newest: int = 0
    whole: bool = True


@dataclass(frozen=True)
class Show(Asked[Shown], verb="show"):
    """The whole case, or from 1 on one ``page`` of it, of which the first is the newest."""

    case: CaseNumber
    page: Page = 0
