# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a session keeps in memory of the cases that it has opened, so that they need not be opened again for a list or a
search. It is never written down, and dies with the session."""

from dataclasses import dataclass, field
from typing import NamedTuple


@dataclass(frozen=True)
class Glimpse:
    """What a list says of a case's content; ``sealed`` is what its tags were opened from."""

    categories: tuple[str, ...]
    excerpt: str = field(repr=False)
    tags: tuple[str, ...] = field(repr=False)
    sealed: bytes = field(repr=False)


class Mark(NamedTuple):
    """What tells whether a case has other words than before: the places of the newest message and text, how often its
    tags were changed, its newest note, outcome and decision."""

    newest: int
    answered: int
    tags: int
    note: int
    outcome: int
    decision: int


@dataclass(frozen=True, eq=False)
class CaseWords:
    """All that is written in a case at a mark, in small letters without accents."""

    mark: Mark
    words: str = field(repr=False)
