# SPDX-License-Identifier: AGPL-3.0-or-later
"""A folder for as long as a block runs. What an end from outside left of one is removed by the next."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def scratch(prefix: str, parent: Path | None = None) -> Iterator[Path]:
    """A new folder for its owner alone, in ``parent`` or where temporary files go; gone when the block ends."""
    parent = parent or Path(tempfile.gettempdir())
    _sweep(parent, prefix)
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        # Whoever sweeps sees by this that it is in use.
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def _sweep(parent: Path, prefix: str) -> None:
    for old in parent.glob(f"{prefix}*"):
        with suppress(OSError):
            if old.is_symlink() or old.stat().st_uid != os.geteuid():
                continue
            handle = os.open(old, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NOFOLLOW)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(old, ignore_errors=True)
            finally:
                os.close(handle)
