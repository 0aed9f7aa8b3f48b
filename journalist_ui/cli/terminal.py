# SPDX-License-Identifier: AGPL-3.0-or-later
"""How what a source wrote is kept inert on a terminal.

A source cannot move the cursor, reorder a line, hide a letter or fake a line of the desk's own: whatever is not plainly
visible stands as its code point, and each of its lines begins with a margin, also where the terminal would wrap it.
"""

import shutil

from dropbox.protocol import inert as inert_text
from dropbox.protocol.inert import MARGIN, margin, numbered

WIDEST = 100


def _strict(text: str) -> str:
    """Stricter than a page: terminals measure odd spaces, and joiners inside emoji, each in its own way."""
    return "".join(letter if letter.isprintable() or letter in "\n\t" else numbered(letter) for letter in text)


def inert(text: str) -> str:
    """One line of a source's text, with everything that is not plainly visible as ⟦U+XXXX⟧."""
    return _strict(inert_text.inert_line(text))


def quoted(text: str) -> list[str]:
    """A source's text as lines with a margin: line ends and tabs are kept, all else that is not visible is shown."""
    width = max(min(shutil.get_terminal_size().columns, WIDEST), 20 + len(MARGIN))
    return margin(_strict(inert_text.inert(text)), width)
