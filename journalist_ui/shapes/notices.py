# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the officers must be told."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ToldNotice:
    """``code`` for programs, ``say`` for people."""

    code: str
    say: str
