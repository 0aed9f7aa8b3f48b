# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether a folder can be written to from where this process runs: its sandbox may forbid what its owner may."""

import os
import tempfile
from pathlib import Path


def try_to_write(folder: Path) -> None:
    """Make a file of one block there, have it reach the disk, and remove it. Raises OSError."""
    handle, name = tempfile.mkstemp(dir=folder, prefix=".try-")
    try:
        os.write(handle, bytes(4_096))
        os.fsync(handle)
    finally:
        os.close(handle)
        os.unlink(name)
