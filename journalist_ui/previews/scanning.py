# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asking the ClamAV daemon of this machine about a file, by its socket: bytes go there, a line comes back.

The daemon is a program of its own with a user of its own; nothing is started here, and its word is bounded.
"""

import re
import socket
import struct
import time
from contextlib import closing

from .faults import NotAnswered
from .lines import reader

SECONDS = 30
_PIECE = 1 << 20
_LONGEST = 512
_FOUND = re.compile(rb"stream: ([ -~]{1,200}) FOUND\0")
_CLEAN = b"stream: OK\0"
_NOT_LOOKED_INTO = re.compile(r"Heuristics\.(?:Limits|Encrypted)\..*")
"""Names that stand for no finding: the daemon stopped at one of its bounds, or could not read what is encrypted."""


class NotScanned(Exception):
    """The daemon is not there, does not answer in time, or did not look through all of it."""


def scan(path: str, data: bytes) -> str:
    """What is found, by ClamAV's name; "" for nothing. Raises NotScanned."""
    try:
        with closing(socket.socket(socket.AF_UNIX)) as line:
            line.settimeout(SECONDS)
            line.connect(path)
            line.sendall(b"zINSTREAM\0")
            for at in range(0, len(data), _PIECE):
                piece = data[at : at + _PIECE]
                line.sendall(struct.pack(">I", len(piece)) + piece)
            line.sendall(bytes(4))
            told = _read_line(line)
    except (OSError, NotAnswered):
        raise NotScanned from None
    if told == _CLEAN:
        return ""
    found = _FOUND.fullmatch(told)
    name = found[1].decode("ascii") if found else ""
    if not name or _NOT_LOOKED_INTO.fullmatch(name):
        raise NotScanned
    return name


def _read_line(line: socket.socket) -> bytes:
    read = reader(line.fileno(), time.monotonic() + SECONDS)
    told = b""
    while not told.endswith(b"\0"):
        if len(told) >= _LONGEST:
            raise NotAnswered
        told += read(1)
    return told
