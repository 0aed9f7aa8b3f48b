# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the verbs share: the pinned anchor, one visit over the network, and a text read whole."""

import asyncio
import secrets
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from dropbox.command_line.addresses import parse_proxy
from dropbox.command_line.inputs import STANDARD_INPUT, read_bytes, read_text as read_file, without_mark
from dropbox.flows.drive import drive
from dropbox.flows.source.message import Ended
from dropbox.flows.source.requests import ConfirmClock, NotTaken, PassGone, PostEnvelope, ServerRequest
from dropbox.flows.source.visit import Part, Visited, visit
from dropbox.protocol.anchor_file import parse_anchor_file
from dropbox.protocol.anchors import Anchor
from dropbox.protocol.constants import BODY_PART, KEY, MAX_BODY, MAX_PARTS
from dropbox.protocol.errors import ProtocolError, TooLong
from dropbox.transport.errors import ProxyFailed, TransportFailed
from dropbox.transport.source import SourceConnection

from . import terminal
from .progress import Progress, Show

_LARGEST_ANCHOR = 64 * 1024
_LARGEST_TEXT = 4 << 20
Command = TypeVar("Command", bound=Callable[..., Any])


AFTER_BOARD = 1.0
"""Seconds between board and envelope, or a whole multiple: here reading takes a few hundredths of a second at most."""


class Stop(Exception):
    """The command ends with exit 1 and this one line, ``say``."""

    def __init__(self, say: str) -> None:
        super().__init__(say)
        self.say = say


@dataclass(frozen=True)
class Service:
    """Where the service is and what is pinned; ``socks`` is HOST:PORT. ``aloud``: whether progress is told."""

    url: str
    anchor: Anchor
    socks: str | None
    despite_clock: bool
    aloud: bool = False

    def visit(self, stretched: bytes, part: Part | None, show: Show | None = None) -> Ended:
        """One burst, and how it ended. Where directory or board cannot be had or believed nothing has left; at Ctrl-C
        the reason is a KeyboardInterrupt, and the part may be stored once its envelope was on the way. ``show`` is
        given what was read while the receipt is waited for."""
        posted = False
        progress = Progress(self.aloud, show)

        async def person(_: ConfirmClock) -> bool:
            return self.despite_clock or (terminal.interactive() and terminal.confirm_clock())

        async def run() -> Visited:
            async with SourceConnection(self.url, self.socks, after_board=AFTER_BOARD, watcher=progress) as connection:

                async def network(request: ServerRequest) -> bytes | NotTaken | PassGone | None:
                    nonlocal posted
                    if isinstance(request, PostEnvelope):
                        posted, progress.reading = True, request.reading
                    return await connection.answer(request)

                flow = visit(self.anchor, stretched, part, int(time.time()), secrets.token_bytes)
                visited = await drive(flow, network, person)
                await progress.shown()
                return visited

        try:
            visited = asyncio.run(run())
        except (KeyboardInterrupt, click.Abort):
            return Ended(None, KeyboardInterrupt(), posted)
        except (ProtocolError, TransportFailed) as failed:
            return Ended(None, failed, False, may_pass(failed))
        finally:
            progress.end_line()
        fault = visited.fault
        # A receipt that is none is an answer that is none: made again like one that did not come.
        no_receipt = fault is not None and fault.perhaps and isinstance(fault.reason, ProtocolError)
        reason = fault.reason if fault else None
        return Ended(visited, reason, visited.perhaps, no_receipt or may_pass(reason))


def may_pass(reason: Exception | None) -> bool:
    """Whether the connection broke. A proxy that leads nowhere is this machine's own matter: nothing has reached the
    network."""
    return isinstance(reason, TransportFailed) and not isinstance(reason, ProxyFailed)


def service_options(command: Command) -> Command:
    """The options that every command has."""
    for option in (
        click.option("--despite-clock", is_flag=True, help="Go on although the device's date seems wrong."),
        click.option("--tor", "socks", metavar="HOST:PORT", help="SOCKS 5 proxy, for instance 127.0.0.1:9050."),
        click.option(
            "--anchor", "anchor_file", required=True, type=click.Path(path_type=Path), help="The pinned anchor file."
        ),
        click.option("--service", required=True, metavar="URL", help="The service's address."),
    ):
        command = option(command)
    return command


def open_service(
    service: str, anchor_file: Path, socks: str | None, despite_clock: bool, as_json: bool = False
) -> Service:
    """The address is looked at before anything is asked. Progress is told to a terminal, and not beside JSON. Raises
    InputRefused, ProtocolError, TransportFailed."""
    data = without_mark(read_bytes(anchor_file, _LARGEST_ANCHOR, "anchor file given with --anchor"))
    anchor = parse_anchor_file(data).anchor
    proxy = parse_proxy(socks, "--tor") or None
    SourceConnection(service, proxy)
    return Service(service.strip(), anchor, proxy, despite_clock, terminal.is_seen() and not as_json)


def read_text(path: str) -> str:
    """The text file, or standard input for ``-``: strict UTF-8, whole. Raises InputRefused, Stop, TooLong."""
    if path == STANDARD_INPUT and sys.stdin.isatty():
        terminal.say(terminal.TYPE_TEXT)
    text = read_file(path, _LARGEST_TEXT, "text file given with --text-file")
    size = len(text.encode())
    if size > MAX_BODY:
        raise TooLong("text", -(-size // BODY_PART), MAX_PARTS)
    if not text.strip():
        raise Stop(terminal.NO_TEXT)
    return text


def decoy_secret() -> bytes:
    """In place of a stretched codename, for a visit that has none: nothing on the board belongs to it."""
    return secrets.token_bytes(KEY)
