# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the verbs share: the pinned anchor, one visit over the network, and a text read whole."""

import asyncio
import secrets
import sys
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from dropbox.flows.requests import ConfirmClock, PostEnvelope, VisitRequest
from dropbox.flows.visit import Part, Visited, visit
from dropbox.protocol.anchors import Anchor, parse_signed_anchor, verify_first_anchor
from dropbox.protocol.armour import dearmour
from dropbox.protocol.constants import BODY_PART, KEY, MAX_BODY, MAX_PARTS
from dropbox.protocol.errors import BadText, ProtocolError, TooLong
from dropbox.transport.errors import TransportFailed
from dropbox.transport.http import HttpTransport

from . import terminal

_LARGEST_ANCHOR = 64 * 1024
_LARGEST_TEXT = 64 << 20
Command = TypeVar("Command", bound=Callable[..., Any])


AFTER_BOARD = 1.0
"""Seconds between board and envelope, or the next whole multiple: here no stretch takes long."""


class PerhapsStored(Exception):
    """Something failed after the envelope had left: it may be stored. ``reason`` is what failed."""

    def __init__(self, reason: ProtocolError | TransportFailed) -> None:
        super().__init__(str(reason))
        self.reason = reason


class Stop(Exception):
    """The command ends with exit 1 and this one line."""


@dataclass(frozen=True)
class Service:
    """Where the service is and what is pinned."""

    url: str
    anchor: Anchor
    socks: str | None
    despite_clock: bool

    async def _run(self, stretched: bytes, part: Part | None) -> Visited:
        async def handle(request: object) -> bool:
            if not isinstance(request, ConfirmClock):
                raise TypeError(type(request).__name__)
            return self.despite_clock or (terminal.interactive() and terminal.confirm_clock())

        posted = False

        def watched() -> Generator[VisitRequest, Any, Visited]:
            nonlocal posted
            flow = visit(self.anchor, stretched, part, int(time.time()), secrets.token_bytes)
            request = next(flow)
            while True:
                posted = posted or isinstance(request, PostEnvelope)
                answer = yield request
                try:
                    request = flow.send(answer)
                except StopIteration as done:
                    visited: Visited = done.value
                    return visited

        try:
            async with HttpTransport(self.url, self.socks, after_board=AFTER_BOARD) as transport:
                return await transport.drive(watched(), handle)
        except (ProtocolError, TransportFailed) as error:
            if posted:
                raise PerhapsStored(error) from None
            raise

    def visit(self, stretched: bytes, part: Part | None) -> Visited:
        """One burst. Raises ProtocolError and TransportFailed before, PerhapsStored after the envelope left."""
        return asyncio.run(self._run(stretched, part))


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


def open_service(service: str, anchor_file: Path, socks: str | None, despite_clock: bool) -> Service:
    """The address is looked at before anything is asked. Raises Stop, ProtocolError, TransportFailed."""
    try:
        with anchor_file.open("rb") as file:
            data = file.read(_LARGEST_ANCHOR)
    except OSError as error:
        raise Stop(f"The anchor file cannot be read ({error.strerror}). Check the path after --anchor.") from None
    anchor = verify_first_anchor(parse_signed_anchor(dearmour("ANCHOR", data)))
    HttpTransport(service, socks)
    return Service(service, anchor, socks, despite_clock)


def read_text(path: str) -> str:
    """The text file, or standard input for ``-``: strict UTF-8, whole. Raises Stop, BadText, TooLong."""
    try:
        if path == "-":
            data = sys.stdin.buffer.read(_LARGEST_TEXT)
        else:
            with Path(path).open("rb") as file:
                data = file.read(_LARGEST_TEXT)
    except OSError as error:
        raise Stop(f"The text file cannot be read ({error.strerror}). Check the path after --text-file.") from None
    if len(data) > MAX_BODY:
        raise TooLong("text", -(-len(data) // BODY_PART), MAX_PARTS)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadText("text file") from None
    if not text.strip():
        raise Stop(terminal.NO_TEXT)
    return text


def decoy_secret() -> bytes:
    """In place of a stretched codename, for a visit that has none: nothing on the board belongs to it."""
    return secrets.token_bytes(KEY)
