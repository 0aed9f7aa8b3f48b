# SPDX-License-Identifier: AGPL-3.0-or-later
"""A file that is written whole or not at all: a full disk, an end or a power cut in between leaves what was there."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, data: bytes, mode: int = 0o600, stamp: int | None = None) -> None:
    """In place of whatever has that name, and on the disk when this returns; with ``stamp`` it bears that time and not
    the present one. Raises OSError, with nothing changed."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            # A file system without permissions may refuse them.
            with suppress(PermissionError):
                os.fchmod(handle, mode)
            file.write(data)
            file.flush()
            if stamp is not None:
                os.utime(handle, (stamp, stamp))
            os.fsync(handle)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        # Some file systems, of memory sticks above all, cannot wait for a folder.
        with suppress(OSError):
            os.fsync(folder)
    finally:
        os.close(folder)
