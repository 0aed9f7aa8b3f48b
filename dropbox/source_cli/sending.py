# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading and sending from a terminal: the visits that a message's flow asks for, the pauses, and progress in words."""

import secrets
import time

from dropbox.flows.drive import Flow, Result, at_once, drive, nobody
from dropbox.flows.source.attached import Attached
from dropbox.flows.source.message import (
    Ended,
    Learnt,
    MakeVisit,
    MessageRequest,
    Pause,
    Sent,
    send_message,
    visit_patiently,
)
from dropbox.flows.source.visit import Contact, Part, Visited
from dropbox.flows.trust import Warned
from dropbox.protocol.constants import MESSAGE_ID

from . import terminal
from .advice import unread_text
from .progress import Show
from .service import Service, Stop

PAUSE = 5.0
"""Seconds before a visit is made again."""


def read_patiently(service: Service, stretched: bytes, show: Show | None = None) -> tuple[Visited, tuple[Warned, ...]]:
    """A visit that only reads, and its warnings; ``show`` is given what was read before that. Raises Stop,
    KeyboardInterrupt."""
    ended = _run(service, stretched, visit_patiently(None), show)
    if isinstance(ended.reason, KeyboardInterrupt):
        raise ended.reason
    if ended.visited is None:
        raise Stop(unread_text(ended.reason or ConnectionError()))
    warnings = ended.visited.judged.warnings
    return ended.visited, warnings if ended.reason is None else (*warnings, Warned("not-acknowledged"))


def send(
    service: Service,
    stretched: bytes,
    slug: str,
    pieces: tuple[bytes, ...],
    force: str = "",
    attached: Attached | None = None,
    contact: Contact | None = None,
) -> Sent:
    """Every part under one message_id, until one has no receipt; its files before the first."""
    message_id = secrets.token_bytes(MESSAGE_ID)
    return _run(service, stretched, send_message(slug, message_id, pieces, force, None, attached, contact))


def _run(service: Service, stretched: bytes, flow: Flow[MessageRequest, Result], show: Show | None = None) -> Result:
    announced = 0

    async def person(request: MessageRequest) -> Ended | BaseException | None:
        nonlocal announced
        match request:
            case MakeVisit(part):
                announced = _announce(part, announced)
                return service.visit(stretched, part, show)
            case Pause():
                return _pause()
            case Learnt(1, warnings):
                terminal.show_warnings(warnings)
        return None

    return at_once(drive(flow, nobody, person))


def _announce(part: Part | None, announced: int) -> int:
    """Say that a part of several leaves, once however often it is tried; the number of the part."""
    if part is None:
        return 0
    if part.parts > 1 and part.part != announced:
        terminal.say(f"Sending part {part.part} of {part.parts}, a visit of its own.")
    return part.part


def _pause() -> BaseException | None:
    terminal.say(terminal.TRYING_AGAIN)
    try:
        time.sleep(PAUSE)
    except KeyboardInterrupt as stopped:
        return stopped
    return None
