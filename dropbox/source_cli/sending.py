# SPDX-License-Identifier: AGPL-3.0-or-later
"""Visits made as often as it takes, and one message: each part is a whole visit, one after another, with progress."""

import secrets
import time
from dataclasses import dataclass
from typing import Literal

from dropbox.flows.trust import Judged, Warned
from dropbox.flows.visit import Part, Visited
from dropbox.protocol.body import Report, encode_body
from dropbox.protocol.constants import MESSAGE_ID
from dropbox.protocol.envelope_format import split_body
from dropbox.protocol.errors import ProtocolError
from dropbox.protocol.wire import Receipt
from dropbox.transport.errors import ProxyFailed, TransportFailed

from . import terminal
from .service import Service, Stopped

TRIES = 3
"""Visits for one part, or to read: under the same message_id the unit takes a part once, however often it comes."""
PAUSE = 5.0
Stored = Literal["yes", "perhaps", "no"]


@dataclass(frozen=True)
class Ended:
    """What came of a visit. ``visited`` is the last one that read the board, None without one; ``reason`` why the last
    envelope has no receipt, None when it has one; ``perhaps`` whether the part may be stored although nothing shows
    it."""

    visited: Visited | None
    reason: BaseException | None
    perhaps: bool


@dataclass(frozen=True)
class Sent:
    """What became of a message. ``slug`` is the unit that it was for, ``receipt`` that of its last part; without one
    ``reason`` says why, ``judged`` is None when no board was read, and ``later`` whether a visit that only read would
    have succeeded."""

    slug: str
    stored: Stored
    receipt: Receipt | None = None
    reason: BaseException | None = None
    judged: Judged | None = None
    later: bool = False


class Unread(Exception):
    """A visit that only reads had no board to read; ``reason`` says why, ``say`` in its own words."""

    def __init__(self, reason: BaseException) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.say = terminal.error_text(reason)


def parts_of(report: Report) -> tuple[bytes, ...]:
    """The body in parts. Raises TooLong with the number, BadBody, BadText."""
    return split_body(encode_body(report))


def visit_patiently(service: Service, stretched: bytes, part: Part | None) -> Ended:
    """A visit, made again when the connection fails, whatever it sends: what broke it must not learn what it was for.
    What was read is kept whatever becomes of the envelope."""
    read: Visited | None = None
    reason: BaseException | None = None
    perhaps = False
    for left in range(TRIES - 1, -1, -1):
        try:
            read = service.visit(stretched, part)
            reason = read.fault.reason if read.fault else None
            perhaps = perhaps or read.perhaps
        except (ProtocolError, TransportFailed) as failed:
            reason = failed
        except KeyboardInterrupt as stopped:
            return Ended(read, stopped, perhaps or not isinstance(stopped, Stopped) or stopped.posted)
        # A proxy that leads nowhere is this machine's own matter: nothing has reached the network.
        if not left or not isinstance(reason, TransportFailed) or isinstance(reason, ProxyFailed):
            break
        terminal.say(terminal.TRYING_AGAIN)
        try:
            time.sleep(PAUSE)
        except KeyboardInterrupt as stopped:
            return Ended(read, stopped, perhaps)
    return Ended(read, reason, perhaps)


def read_patiently(service: Service, stretched: bytes) -> tuple[Visited, tuple[Warned, ...]]:
    """A visit that only reads, and its warnings. Raises Unread, KeyboardInterrupt."""
    ended = visit_patiently(service, stretched, None)
    if isinstance(ended.reason, KeyboardInterrupt):
        raise ended.reason
    if ended.visited is None:
        raise Unread(ended.reason or ConnectionError())
    warnings = ended.visited.judged.warnings
    return ended.visited, warnings if ended.reason is None else (*warnings, Warned("not-acknowledged"))


def send(service: Service, stretched: bytes, slug: str, pieces: tuple[bytes, ...], force: str = "") -> Sent:
    """Every part under one message_id, until one has no receipt."""
    message_id = secrets.token_bytes(MESSAGE_ID)
    sent = Sent(slug, "no")
    for place, piece in enumerate(pieces, start=1):
        if len(pieces) > 1:
            terminal.say(f"Sending part {place} of {len(pieces)}, a visit of its own.")
        ended = visit_patiently(service, stretched, Part(sent.slug, message_id, place, len(pieces), piece, force))
        visited = ended.visited
        if visited is not None and place == 1:
            terminal.show_warnings(visited.judged.warnings)
        if visited is None or visited.receipt is None:
            refused = visited.refused if visited else None
            stored: Stored = "perhaps" if ended.perhaps or place > 1 else "no"
            judged = visited.judged if visited else sent.judged
            # Who only reads makes no second visit.
            later = visited is not None or place > 1
            return Sent(sent.slug, stored, None, refused or ended.reason, judged, later)
        sent = Sent(visited.slug, "yes", visited.receipt, judged=visited.judged)
    return sent
