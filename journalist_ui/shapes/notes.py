# SPDX-License-Identifier: AGPL-3.0-or-later
"""What members note in a case, for each other."""

from dataclasses import dataclass, field

from .asked import Asked, CaseNumber


@dataclass(frozen=True)
class NoteLine:
    """``day`` is YYYY-MM-DD; ``corrects`` the number of the note that it corrects, 0 for none."""

    note: int
    by: str
    day: str
    corrects: int
    text: str = field(repr=False)


@dataclass(frozen=True)
class Noted:
    """The number of the new note."""

    case: int
    note: int


@dataclass(frozen=True)
class AddNote(Asked[Noted], verb="note"):
    """Add a note, which nobody changes or takes away; ``corrects`` names an earlier one, 0 for none."""

    case: CaseNumber
    text: str = field(repr=False)
    corrects: int = 0
