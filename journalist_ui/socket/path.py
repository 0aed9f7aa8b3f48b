# SPDX-License-Identifier: AGPL-3.0-or-later
"""The desk's Unix socket: in the vault folder, whatever the length of its path.

The system takes at most 107 bytes for such a path. A longer one is reached through the open folder's short name under
/proc/self/fd, on both sides.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SOCKET_FILE = "desk.sock"
LONGEST = 100


@contextmanager
def short_path(path: Path) -> Iterator[str]:
    """A path to the same socket that is short enough to bind or connect to while the block runs. Raises OSError."""
    plain = os.fspath(path)
    if len(os.fsencode(plain)) <= LONGEST:
        yield plain
        return
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{descriptor}/{path.name}"
    finally:
        os.close(descriptor)
