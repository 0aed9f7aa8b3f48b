# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether lists show a member the beginnings of reports."""

from dataclasses import dataclass

from .asked import Asked


@dataclass(frozen=True)
class Excerpts:
    """In the member's own lists, on every machine."""

    excerpts: bool


@dataclass(frozen=True)
class ShowExcerpts(Asked[Excerpts], verb="excerpts"):
    """As the member has it."""


@dataclass(frozen=True)
class SetExcerpts(Asked[Excerpts], verb="excerpts-set"):
    """From now on."""

    excerpts: bool
