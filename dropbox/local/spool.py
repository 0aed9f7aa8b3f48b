# SPDX-License-Identifier: AGPL-3.0-or-later
"""A file without a name, for what is too large to hold and may not stay: it is gone with its process, however."""

import os
import tempfile
from pathlib import Path


class Spool:
    """Bytes put aside on the disk of ``folder``, for this user alone. Raises OSError where the disk takes no more."""

    def __init__(self, folder: Path) -> None:
        self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115  # closed by close
        self._descriptor = self._file.fileno()

    def empty(self) -> None:
        """Begin anew."""
        self._file.seek(0)
        self._file.truncate()

    @property
    def size(self) -> int:
        """Bytes that were written since it was empty."""
        return self._file.tell()

    def write(self, data: bytes) -> None:
        """All of it, at the end."""
        view = memoryview(data)
        while view:
            view = view[os.write(self._descriptor, view) :]

    def read(self, start: int, size: int) -> bytes:
        """``size`` bytes from byte ``start``, fewer at the end. Where it is written does not move."""
        return os.pread(self._descriptor, size, start)

    def close(self) -> None:
        """It takes its disk space with it."""
        self._file.close()
