# SPDX-License-Identifier: AGPL-3.0-or-later
"""What happened in a case, in its order."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TimelineLine:
    """On a ``day`` (YYYY-MM-DD), at a ``time`` (HH:MM in UTC) where a member acted and it is known, else "". ``who`` is
    member, source or desk; ``by`` the member's name. ``act`` and ``about`` are as in the audit log; ``what`` is the
    sentence without its end."""

    day: str
    time: str
    who: str
    by: str
    act: str
    about: str
    what: str


@dataclass(frozen=True)
class Timeline:
    """Oldest first. Not ``whole``: what is older stands in the record."""

    lines: tuple[TimelineLine, ...] = ()
    whole: bool = True
