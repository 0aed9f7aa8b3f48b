# SPDX-License-Identifier: AGPL-3.0-or-later
"""One process at a time works on a vault: an advisory lock that dies with the process, however it dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from journalist_ui.refusals import DeskBusy

LOCK_FILE = "lock"


@contextmanager
def hold_vault(folder: Path) -> Iterator[None]:
    """Hold the folder's lock while the block runs. Raises DeskBusy at once when another process holds it."""
    descriptor = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DeskBusy("A desk already runs on this vault. Stop it first, or use it.") from None
        yield
    finally:
        os.close(descriptor)
