# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ports for processes that are started later: each is this test process's alone from before it is chosen."""

import fcntl
import os
import random
import socket
import tempfile
from pathlib import Path

# Below the range from which the system takes ports for connections, so that none of those can be there first.
FIRST, LAST = 20_000, 32_000
_FOLDER = Path(tempfile.gettempdir()) / f"codename-dropbox-ports-{os.getuid()}"
_HELD: list[int] = []


def free_port() -> int:
    """A port of the loopback that nobody listens on and no other test process is given while this one lives."""
    _FOLDER.mkdir(mode=0o700, exist_ok=True)
    for _ in range(LAST - FIRST):
        port = random.randrange(FIRST, LAST)  # noqa: S311  # any will do, and to shuffle them all takes long
        lock = os.open(_FOLDER / str(port), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with socket.socket() as one:
                one.bind(("127.0.0.1", port))
        except OSError:
            os.close(lock)
            continue
        _HELD.append(lock)
        return port
    raise AssertionError("no port is free")
