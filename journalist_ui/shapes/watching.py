# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an open page asks again and again while nobody does anything."""

from dataclasses import dataclass

from .asked import Asked, CaseNumber


@dataclass(frozen=True)
class Watched:
    """``unread`` is how many of the member's cases have messages that they were not shown, 0 where the desk's titles
    count none. Of the case that was asked about: ``writers`` are other members who have begun to write, ``newest`` is
    the place of what was added last."""

    unread: int
    writers: tuple[str, ...] = ()
    newest: int = 0


@dataclass(frozen=True)
class Watch(Asked[Watched], verb="watch"):
    """How it stands now. It keeps no session open. ``typing``: the member is, in the case, this moment."""

    case: CaseNumber | None = None
    typing: bool = False
