# SPDX-License-Identifier: AGPL-3.0-or-later
"""A running desk, and how its verbs read what they are given."""

from dataclasses import dataclass, field
from typing import Any

from journalist_ui.refusals import BadInput

from .drafts import Drafts
from .engine import Engine
from .sessions import SessionBook

Body = dict[str, Any]


@dataclass
class Desk:
    """Its engine, who is signed in, and what they have begun to write."""

    engine: Engine
    sessions: SessionBook
    drafts: Drafts = field(init=False)

    def __post_init__(self) -> None:
        self.drafts = Drafts(self.engine.vault)


def text_of(body: Body, key: str) -> str:
    """Raises BadInput."""
    value = body.get(key)
    if not isinstance(value, str):
        raise BadInput(f"{key} is missing.")
    return value


def case_of(body: Body) -> int:
    """Raises BadInput."""
    value = body.get("case")
    if type(value) is not int or not 0 < value < 1 << 31:
        raise BadInput("A case is a whole number. `dropbox-desk cases` lists them.")
    return value
