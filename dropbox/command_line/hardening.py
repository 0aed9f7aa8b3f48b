# SPDX-License-Identifier: AGPL-3.0-or-later
"""How each command's process keeps what it knows to itself."""

import ctypes
import os
import sys
from contextlib import suppress

_SET_DUMPABLE = 4  # PR_SET_DUMPABLE of prctl(2)


def harden() -> bool:
    """Files for this user alone; no core, so that a crash leaves no memory on disk; and no other process of this user
    looks into this one's memory, where the system knows how to forbid it. False where cores could not be turned off."""
    os.umask(0o077)
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_SET_DUMPABLE, 0, 0, 0, 0)
    try:
        import resource
    except ImportError:
        # A system without that limit.
        return True
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (OSError, ValueError):
        # A sandbox may forbid the call and set the limit itself.
        return resource.getrlimit(resource.RLIMIT_CORE)[0] == 0
    return True
