# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sending one message: each part is a whole visit, one after another, with progress."""

import secrets
import time
from dataclasses import dataclass

from dropbox.flows.visit import Part, Visited
from dropbox.protocol.body import Report, encode_body
from dropbox.protocol.constants import MESSAGE_ID
from dropbox.protocol.envelope_format import split_body
from dropbox.protocol.errors import ProtocolError
from dropbox.protocol.wire import Receipt
from dropbox.transport.errors import ProxyFailed, TransportFailed

from . import terminal
from .service import PerhapsStored, Service, Stop

TRIES = 3
"""Visits for one part, or to read: under the same message_id the unit takes a part once, however often it comes."""
PAUSE = 5.0


@dataclass(frozen=True)
class Sent:
    """The unit that the message went to, and the receipt of its last part."""

    slug: str
    receipt: Receipt


class Interrupted(Exception):
    """A part failed after an earlier one, or this one, may have been stored; ``reason`` is why."""

    def __init__(self, reason: ProtocolError | TransportFailed) -> None:
        super().__init__(str(reason))
        self.reason = reason


def parts_of(report: Report) -> tuple[bytes, ...]:
    """The body in parts. Raises TooLong with the number, BadBody, BadText."""
    return split_body(encode_body(report))


def visit_patiently(service: Service, stretched: bytes, part: Part | None) -> Visited:
    """A visit, made again when the connection fails, whatever it sends: what broke it must not learn what it was for.

    Raises ProtocolError or TransportFailed when nothing can have been stored, PerhapsStored otherwise; so also for a
    part that is refused after an earlier try may have stored it.
    """
    perhaps = False
    for left in range(TRIES - 1, -1, -1):
        try:
            visited = service.visit(stretched, part)
            if perhaps and visited.refused is not None:
                raise PerhapsStored(visited.refused)
            return visited
        except PerhapsStored as failed:
            perhaps, reason = True, failed.reason
        except TransportFailed as failed:
            reason = failed
        except ProtocolError as failed:
            if perhaps:
                raise PerhapsStored(failed) from None
            raise
        # A proxy that leads nowhere is this machine's own matter: nothing has reached the network.
        if not left or not isinstance(reason, TransportFailed) or isinstance(reason, ProxyFailed):
            break
        terminal.say(terminal.TRYING_AGAIN)
        time.sleep(PAUSE)
    if perhaps:
        raise PerhapsStored(reason)
    raise reason


def send(service: Service, stretched: bytes, slug: str, pieces: tuple[bytes, ...], force: str = "") -> Sent:
    """Every part under one message_id. Raises Stop, ProtocolError, TransportFailed before anything may be stored,
    Interrupted afterwards."""
    message_id = secrets.token_bytes(MESSAGE_ID)
    visited: Visited | None = None
    for place, piece in enumerate(pieces, start=1):
        if len(pieces) > 1:
            terminal.say(f"Sending part {place} of {len(pieces)}, a visit of its own.")
        try:
            visited = visit_patiently(service, stretched, Part(slug, message_id, place, len(pieces), piece, force))
        except PerhapsStored as failed:
            raise Interrupted(failed.reason) from None
        except (ProtocolError, TransportFailed) as error:
            if place == 1:
                raise
            raise Interrupted(error) from None
        if place == 1:
            terminal.show_warnings(visited.judged)
        if visited.refused is not None:
            if place == 1:
                raise Stop(terminal.refused_text(visited.refused))
            raise Interrupted(visited.refused)
        slug = visited.slug
    if visited is None or visited.receipt is None:
        raise Stop(terminal.NO_TEXT)
    return Sent(slug, visited.receipt)
