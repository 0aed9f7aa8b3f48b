# SPDX-License-Identifier: AGPL-3.0-or-later
"""What these rooms refuse."""


class InputRefused(Exception):
    """Something that a person gave, or the place where the answer goes, cannot be used. ``say`` is one line: what
    happened and what to do. It never holds what was given."""

    def __init__(self, say: str) -> None:
        super().__init__(say)
        self.say = say


class OutputLost(InputRefused):
    """Nobody can have seen what was printed: standard output is full, closed, or its reader has gone."""
