# SPDX-License-Identifier: AGPL-3.0-or-later
"""A text that goes to a source: its preview and its sending."""

from dataclasses import dataclass

from .asked import Asked, CaseNumber
from .conversation import Message
from .reply_marks import ReplyMark

LONGEST_REFERENCE, LONGEST_OFFICER = 60, 80
"""Letters of an authorisation's reference, and of the name and rank of the officer who gave it."""


@dataclass(frozen=True)
class Previewed:
    """How the member's draft would leave: in so many ``parts`` of together so many ``bytes``, with the batch that
    leaves at ``next_batch`` (UTC to the minute). ``once`` is for the reply: this text, in the case as it is now.
    ``added`` is what its writer had not seen; ``newer``: the source wrote some of it. ``repeated``: the unit wrote
    exactly this before. ``writing`` are other members who have begun to. ``marks`` are by their place. ``ahead``: it
    asks about what is to come, so that the case will ask for CHIS status to be considered.

    ``last`` is what the source wrote last, None where it is among ``added``, or where none is a draft's. ``batches``
    are those over which it arrives, with what the source has not read yet: one, or more where they are long."""

    case: int
    text: str
    once: str
    newer: bool
    added: tuple[Message, ...]
    repeated: bool
    writing: tuple[str, ...]
    parts: int
    bytes: int
    next_batch: str
    marks: tuple[ReplyMark, ...] = ()
    last: Message | None = None
    batches: int = 1
    ahead: bool = False


@dataclass(frozen=True)
class Preview(Asked[Previewed], verb="preview"):
    """The member's draft as it would leave, or a ``text`` in its place, of which it is only said how it would leave and
    what is marked in it; nothing is stored."""

    case: CaseNumber
    text: str | None = None


@dataclass(frozen=True)
class Replied:
    """``parts`` is how many board entries the text takes, 0 where it was stored before; ``state`` is waiting, or
    again. ``leaves`` is when the batch leaves with which it can be read, UTC to the minute. ``next_to_answer`` is
    another case of the member's whose source wrote last, of several the one that waits longest; 0 for none."""

    case: int
    parts: int
    state: str
    leaves: str = ""
    next_to_answer: int = 0


@dataclass(frozen=True)
class Reply(Asked[Replied], verb="reply"):
    """Send the draft that a preview named ``once``: exactly that, while the case is as it was then, and once however
    often it is asked. Or send ``text``: when its sender knows all that stands in the case and the unit has not
    written the same before, or ``again`` is true.

    A text with marks goes when its sender says that they have ``read_marks``; one that tasks the source, only with
    the reference of an ``authorisation`` from outside the desk, up to 60 letters, and name and rank of the ``officer``
    who gave it, up to 80. Both are kept with the text, sealed."""

    case: CaseNumber
    text: str | None = None
    again: bool = False
    once: str | None = None
    authorisation: str = ""
    officer: str = ""
    read_marks: bool = False
