# SPDX-License-Identifier: AGPL-3.0-or-later
"""A message is several visits, one a part under one message_id; and what may be stored when one of them breaks off.

Every visit is made as often whatever it sends, so that who breaks the connection does not learn what it was for. The
twin in the browser is ``client/flows/source/message.js``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from dropbox.flows.drive import Flow
from dropbox.flows.requests import LocalRequest
from dropbox.flows.trust import Judged, Warned
from dropbox.protocol.body import Report, encode_body
from dropbox.protocol.constants import CONTACT
from dropbox.protocol.contact import contact_bytes
from dropbox.protocol.envelope_format import split_body
from dropbox.protocol.errors import TooLong
from dropbox.protocol.wire import Receipt

from .attached import Attached
from .visit import Contact, Part, Shown, Visited

TRIES = 3
"""Visits for one part, or to read: under the same message_id the unit takes a part once, however often it comes."""
Stored = Literal["yes", "perhaps", "no"]


@dataclass(frozen=True)
class Ended:
    """What came of a visit, or of several for the same part. ``visited`` is the last one that read the board, None
    without one; ``reason`` why the last envelope has no receipt, None when it has one; ``perhaps`` whether the part may
    be stored although nothing shows it; ``again`` whether the connection broke, so that another try makes sense."""

    visited: Visited | None
    reason: BaseException | None
    perhaps: bool
    again: bool = False


@dataclass(frozen=True)
class MakeVisit(LocalRequest[Ended]):
    """Make one visit, over a connection of its own, with this part or to read. Whoever makes it catches what it raises,
    and the person who stops it."""

    part: Part | None


@dataclass(frozen=True)
class Pause(LocalRequest[BaseException | None]):
    """Wait before the same visit is made again; answered by None to go on, or by what stopped the wait."""


@dataclass(frozen=True)
class Learnt(LocalRequest[None]):
    """What the last visit for this part, counted from 1, has to warn of; asked for once a part."""

    part: int
    warnings: tuple[Warned, ...]


MessageRequest = MakeVisit | Pause | Learnt


@dataclass(frozen=True)
class Sent:
    """What became of a message. ``slug`` is the unit that it was for, ``receipt`` that of its last part; without one
    ``reason`` says why, ``judged`` is None when no board was read, and ``later`` whether a visit that only read would
    have succeeded, so that another one at once would show that this one did not only read."""

    slug: str
    stored: Stored
    receipt: Receipt | None = None
    reason: BaseException | None = None
    judged: Judged | None = None
    later: bool = False


def parts_of(report: Report) -> tuple[bytes, ...]:
    """The body in parts, of which one with files has one. Raises TooLong with the number, BadBody, BadText."""
    parts = split_body(encode_body(report))
    if report.files and len(parts) > 1:
        raise TooLong("text with files", parts=len(parts), allowed=1)
    return parts


def with_contact(report: Report, text: str) -> tuple[tuple[bytes, ...], Contact]:
    """The one part of a message with contact details, without them and as long as with, and what ``send_message`` seals
    into it. Raises TooLong with the number, BadBody, BadText, BadValue for details that say nothing or too much."""
    contact_bytes(text)
    parts = parts_of(replace(report, contact=bytes(CONTACT)))
    if len(parts) > 1:
        raise TooLong("text with contact details", parts=len(parts), allowed=1)
    return parts, Contact(report, text)


def visit_patiently(part: Part | None) -> Flow[MessageRequest, Ended]:
    """A visit, made again when the connection fails, with files within their hour. What was read is kept whatever
    becomes of the envelope, and what an earlier try may have left behind is not denied by a later one."""
    read: Visited | None = None
    perhaps = False
    for left in range(TRIES - 1, -1, -1):
        ended = yield from MakeVisit(part)
        read, perhaps = ended.visited or read, perhaps or ended.perhaps
        if not left or not ended.again or _is_over(part):
            break
        stopped = yield from Pause()
        if stopped is not None:
            return Ended(read, stopped, perhaps)
    return Ended(read, ended.reason, perhaps)


def _is_over(part: Part | None) -> bool:
    return part is not None and part.attached is not None and part.attached.over


def send_message(
    slug: str,
    message_id: bytes,
    pieces: Sequence[bytes],
    force: str = "",
    shown: Shown | None = None,
    attached: Attached | None = None,
    contact: Contact | None = None,
) -> Flow[MessageRequest, Sent]:
    """Every part, until one has no receipt. ``slug`` empty: the one unit that has answered; ``message_id`` 16 random
    bytes; ``pieces`` at least one, of ``parts_of``; ``force``, ``shown``, ``attached`` and ``contact`` as in Part. With
    files or contact details there is one piece."""
    sent = Sent(slug, "no")
    for place, piece in enumerate(pieces, start=1):
        first = (shown, attached, contact) if place == 1 else (None, None, None)
        part = Part(sent.slug, message_id, place, len(pieces), piece, force, *first)
        ended = yield from visit_patiently(part)
        visited = ended.visited
        if visited is not None:
            yield from Learnt(place, visited.judged.warnings)
        if visited is None or visited.receipt is None:
            return _unsent(sent, place, ended)
        sent = Sent(visited.slug, "yes", visited.receipt, judged=visited.judged)
    return sent


def _unsent(sent: Sent, place: int, ended: Ended) -> Sent:
    """A part, counted from 1, has no receipt: what is known of the whole message, and why."""
    visited = ended.visited
    stored: Stored = "perhaps" if ended.perhaps or place > 1 else "no"
    reason = (visited.refused if visited else None) or ended.reason
    judged = visited.judged if visited else sent.judged
    # Who only reads makes no second visit.
    return Sent(sent.slug, stored, None, reason, judged, visited is not None or place > 1)
