# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether a text is so long that a page shows its beginning until it is asked for the rest."""

from dropbox.protocol.inert import inert

LINES, WIDEST = 10, 95
"""Lines that are shown (desk.css), and letters that stand in the widest of them."""


def folds(text: str) -> bool:
    """Whether it takes more lines than that at the widest; then it does on every screen."""
    return sum(max(1, -(-len(line) // WIDEST)) for line in inert(text).split("\n")) > LINES
