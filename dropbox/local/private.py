# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one rule for what others on this machine must not use: a folder, a key, a database."""

import stat
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
