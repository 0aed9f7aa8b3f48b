# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading exactly so many bytes from a pipe or a socket before a moment that does not move."""

import os
import select
import time
from collections.abc import Callable

from .faults import NotAnswered

_AT_ONCE = 1 << 20


class TooLong(NotAnswered):
    """The moment has come."""


def reader(handle: int, until: float) -> Callable[[int], bytes]:
    """Until that moment of the monotonic clock. It raises NotAnswered at the end of what comes."""

    # Not select(), which knows no handle beyond 1,023.
    waiting = select.poll()
    waiting.register(handle, select.POLLIN)

    def read(count: int) -> bytes:
        found = bytearray()
        while len(found) < count:
            left = until - time.monotonic()
            if left <= 0 or not waiting.poll(left * 1_000):
                raise TooLong
            piece = os.read(handle, min(count - len(found), _AT_ONCE))
            if not piece:
                raise NotAnswered
            found += piece
        return bytes(found)

    return read
