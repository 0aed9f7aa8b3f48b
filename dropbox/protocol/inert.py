# SPDX-License-Identifier: AGPL-3.0-or-later
"""Text of the other side made harmless: nothing in it acts on a terminal or a page, and nothing is hidden."""

import re
import unicodedata
from collections.abc import Iterator

MARGIN = "    | "
_KEPT = "\n\t"
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINER = "\u200d"
_SELECTORS = "\ufe0e\ufe0f"
_EMOJI = re.compile(
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u27bf\u2934\u2935"
    "\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
_KEYS = "#*0123456789"
_KEYCAP = "\u20e3"
_BLANKS = "\u115f\u1160\u3164\uffa0\u2800\U0001d159"
"""Letters that are drawn as nothing."""
_MARKS = re.compile("[\u034f\u17b4\u17b5\u180b-\u180d\u180f\ufe00-\ufe0d\U00016fe4\U000e0100-\U000e01ef]")
"""Combining marks that are drawn as nothing: a hidden message would fit into them."""


def numbered(letter: str) -> str:
    """A letter as its number, as in ⟦U+202E⟧."""
    return f"\u27e6U+{ord(letter):04X}\u27e7"


def _hides(letter: str) -> bool:
    """Whether nobody could see that it is there, or what it does to its neighbours."""
    return unicodedata.category(letter) in _HIDDEN or letter in _BLANKS or _MARKS.match(letter) is not None


def _joins(text: str, at: int) -> bool:
    """Whether the joiner or selector at this place belongs to an emoji sequence; elsewhere it is shown."""
    before, after = text[at - 1 : at] or " ", text[at + 1 : at + 2] or " "
    if text[at] == _JOINER:
        joined = _joins(text, at - 1) if before in _SELECTORS else _EMOJI.match(before) is not None
        return joined and _EMOJI.match(after) is not None
    return _EMOJI.match(before) is not None or (before in _KEYS and after == _KEYCAP)


def inert(text: str) -> str:
    """``text`` with every control, bidirectional, zero-width, unassigned or private character shown as its number.

    Line feeds and tabs stay; a carriage return before a line feed is dropped. Right-to-left letters stay as they are.
    """
    clean: list[str] = []
    plain = text.replace("\r\n", "\n")
    for at, letter in enumerate(plain):
        if letter == _JOINER or letter in _SELECTORS:
            clean.append(letter if _joins(plain, at) else numbered(letter))
        elif letter not in _KEPT and _hides(letter):
            clean.append(numbered(letter))
        else:
            clean.append(letter)
    return "".join(clean)


def inert_line(text: str) -> str:
    """The same for one line: line feeds and tabs are shown too."""
    return "".join(numbered(letter) if letter in _KEPT else letter for letter in inert(text))


def _columns(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def wrapped(line: str, width: int) -> Iterator[str]:
    """Pieces of at most ``width`` columns, so that no terminal breaks the line itself, where no margin would stand.
    They end after a blank where there is one; joined they are the line."""
    piece, used = "", 0
    for letter in line:
        wide = _columns(letter)
        while piece and used + wide > width:
            cut = len(piece) if letter == " " else piece.rfind(" ") + 1 or len(piece)
            yield piece[:cut]
            piece = piece[cut:]
            used = sum(map(_columns, piece))
        piece, used = piece + letter, used + wide
    yield piece


def margin(text: str, width: int, mark: str = MARGIN) -> list[str]:
    """Inert text as lines of at most ``width`` columns with a margin, so that none of it can pass for a line of the
    program's own. A tab is four spaces."""
    lines = inert(text).replace("\t", "    ").split("\n")
    return [mark + piece for line in lines for piece in wrapped(line, width - len(mark))]
