# SPDX-License-Identifier: AGPL-3.0-or-later
"""The service that makes sandboxes for a desk that may make none itself: one file, from standard input to standard
output. systemd starts it for each connection to its socket (deploy/systemd/preview.socket) and it ends with that."""

import sys
import time
from contextlib import suppress

from .asking import look
from .faults import NotAnswered
from .frames import to_bytes
from .lines import reader
from .renderer import wire
from .renderer.wire import Purpose

_WITHIN = 10.0
"""Seconds for the file to come."""


def main() -> int:
    """What is no question gets no answer."""
    read = reader(sys.stdin.fileno(), time.monotonic() + _WITHIN)
    try:
        head = read(len(wire.MAGIC) + wire.ASK.size)
        purpose, first, length = wire.ASK.unpack(head[len(wire.MAGIC) :])
        if not head.startswith(wire.MAGIC) or purpose not in frozenset(Purpose) or length > wire.MOST_BYTES:
            return 1
        data = read(length)
    except NotAnswered:
        return 1
    with suppress(BrokenPipeError):
        for frame in look(data, Purpose(purpose), first):
            for piece in to_bytes(frame):
                sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
