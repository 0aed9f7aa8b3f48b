# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sending one message: each part is a whole visit, one after another, with progress."""

import secrets
from dataclasses import dataclass

from dropbox.flows.visit import Part, Visited
from dropbox.protocol.body import Report, encode_body
from dropbox.protocol.constants import MESSAGE_ID
from dropbox.protocol.envelope_format import split_body
from dropbox.protocol.errors import ProtocolError
from dropbox.protocol.wire import Receipt
from dropbox.transport.errors import TransportFailed

from . import terminal
from .service import Service, Stop


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


def send(service: Service, stretched: bytes, slug: str, pieces: tuple[bytes, ...], force: str = "") -> Sent:
    """Every part under one message_id. Raises Stop, ProtocolError, TransportFailed before anything may be stored,
    Interrupted afterwards."""
    message_id = secrets.token_bytes(MESSAGE_ID)
    visited: Visited | None = None
    for place, piece in enumerate(pieces, start=1):
        if len(pieces) > 1:
            terminal.say(f"Sending part {place} of {len(pieces)}, a visit of its own.")
        part = Part(slug, message_id, place, len(pieces), piece, force)
        try:
            visited = service.visit(stretched, part)
        except (ProtocolError, TransportFailed) as error:
            if place == 1 and isinstance(error, ProtocolError):
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
