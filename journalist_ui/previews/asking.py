# SPDX-License-Identifier: AGPL-3.0-or-later
"""Having a file looked at: here, in a sandbox of our own, or by the service of this machine that makes them.

Either way what comes ends with one End, which says why no more does.
"""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing

from . import sandbox
from .faults import NoSandbox, NotAnswered
from .frames import End, Frame, Seen, read_frames
from .lines import TooLong, reader
from .renderer import wire
from .renderer.wire import Kind, Purpose, Why

_MORE = 5
"""Seconds that a service has beside those of its sandbox."""
Look = Callable[[bytes, Purpose, int], Iterator[Frame]]
"""A file's bytes, what for, and the first page wanted, from 1."""


def ask_bytes(data: bytes, purpose: Purpose, first: int) -> bytes:
    """As it goes to the renderer and to the service alike."""
    return wire.MAGIC + wire.ASK.pack(purpose, first, len(data)) + data


def look(data: bytes, purpose: Purpose, first: int) -> Iterator[Frame]:
    """In a sandbox of our own."""
    until = time.monotonic() + sandbox.SECONDS
    told = False
    try:
        if len(data) > wire.MOST_BYTES:
            raise NotAnswered
        with sandbox.started(data, ask_bytes(data, purpose, first)) as answer:
            for frame in read_frames(reader(answer, until), purpose):
                told = True
                yield frame
        return
    except NoSandbox:
        why = Why.NO_SANDBOX
    except TooLong:
        why = Why.LONG
    except NotAnswered:
        why = Why.STOPPED
    if not told:
        if why is Why.STOPPED and not sandbox.works():
            why = Why.NO_SANDBOX
        yield Seen(Kind.UNKNOWN, 0)
    yield End(why)


def by_service(path: str) -> Look:
    """By what listens at that socket."""

    def asked(data: bytes, purpose: Purpose, first: int) -> Iterator[Frame]:
        until = time.monotonic() + sandbox.SECONDS + _MORE
        told = False
        why = Why.STOPPED
        try:
            with closing(socket.socket(socket.AF_UNIX)) as line:
                line.settimeout(_MORE)
                line.connect(path)
                line.sendall(ask_bytes(data, purpose, first))
                for frame in read_frames(reader(line.fileno(), until), purpose):
                    told = True
                    yield frame
            return
        except (FileNotFoundError, ConnectionRefusedError, PermissionError):
            why = Why.NO_SANDBOX
        except TooLong:
            why = Why.LONG
        except (NotAnswered, OSError):
            why = Why.STOPPED
        if not told:
            yield Seen(Kind.UNKNOWN, 0)
        yield End(why)

    return asked


def looking(path: str) -> Look:
    """By the service at that path, or in a sandbox of our own where none is named."""
    return by_service(path) if path else look
