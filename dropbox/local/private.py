# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one rule for what others on this machine must not use: a folder, a key, a database."""

import os
import stat
import tempfile
from pathlib import Path

OTHERS = stat.S_IRWXG | stat.S_IRWXO


class OpenToOthers(Exception):
    """Other users of this machine may read or change ``path``; ``say`` is one line with the mend."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.say = f"Other users of this machine may use {path}. Run: chmod go= {path}"
        super().__init__(self.say)


def refuse_open_to_others(*paths: Path) -> None:
    """Each folder and file that exists is its owner's alone: no right of group or others. Raises OpenToOthers, OSError.

    What is not there is no matter of this rule. A name that leads elsewhere is judged by what it leads to.
    """
    for path in paths:
        try:
            mode = path.stat().st_mode
        except FileNotFoundError:
            continue
        if mode & OTHERS:
            raise OpenToOthers(path)


def keeps_permissions(folder: Path) -> bool:
    """Whether the file system of ``folder`` can keep a file for its owner alone: FAT and exFAT, as on many memory
    sticks, cannot. Found by making a file there and removing it. Raises OSError."""
    handle, name = tempfile.mkstemp(dir=folder, prefix=".new-")
    try:
        os.fchmod(handle, stat.S_IRUSR | stat.S_IWUSR)
        return not os.fstat(handle).st_mode & OTHERS
    except PermissionError:
        # Some refuse what they cannot keep, others pretend.
        return False
    finally:
        os.close(handle)
        os.unlink(name)
