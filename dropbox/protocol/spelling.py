# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pieces of a codename as people and devices write them down (docs/protocol.md, step 4.2).

Every set of characters is spelled out, so that the answer depends on no version of the Unicode tables.
"""

import re
import unicodedata
from collections.abc import Container, Sequence

from .constants import LONGEST_WORD

_WEAK = re.compile(
    "['`\u00b4\u02b9-\u02bd\u2018-\u201b\u2032\u2035\uff07\uff40"
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Apostrophes, and what nobody sees: they stand inside a word as well as between two."""
_SIGNS = re.compile(
    "[\u00aa\u00ba\u02b0-\u02b8\u02e0-\u02e4\u1d2c-\u1d6a\u1d78\u1d9b-\u1dbf\u2070-\u209c\u2100\u2101\u2103\u2105\u2106"
    "\u2109\u2116\u2120-\u2122\u213b\u2160-\u2188\u2460-\u24ff\u2c7c\u2c7d\u3200-\u33ff\ua7f1-\ua7f4"
    "\U00010000-\U0001d3ff\U0001d800-\U0010ffff]"
)
"""Numerals and abbreviations that compatibility would turn into letters, and whatever lies outside the first plane but
the mathematical alphabets."""
_MARKS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
_ORDINALS = re.compile("[0-9]+(?:st|nd|rd|th)(?![a-z'])")
"""1st, 2nd."""
_LABEL = re.compile("[a-su-z]|[ivx]{1,4}")
"""What stands before an item of a list, or is its dot: no word of the codenames' list is so short but for a half, t."""
_GAP = re.compile("[^a-z']+")


def _words_of(parts: Sequence[str], known: Container[str]) -> list[str]:
    """Letters with weak marks between them, joined: each piece the longest after which the rest can be made too; one
    piece when there is no such way."""
    ends: dict[int, int] = {len(parts): len(parts)}
    for start in range(len(parts) - 1, -1, -1):
        for end in range(min(len(parts), start + LONGEST_WORD), start, -1):
            if end in ends and "".join(parts[start:end]) in known:
                ends[start] = end
                break
    if 0 not in ends:
        return ["".join(parts)]
    pieces, at = [], 0
    while at < len(parts):
        pieces.append("".join(parts[at : ends[at]]))
        at = ends[at]
    return pieces


def pieces_written(typed: str, known: Container[str]) -> list[str]:
    """What of a text may be words: runs of the letters a to z, in order. Whatever else there is parts them.

    ``known`` holds the words without hyphens and the halves of those with one. The work grows with the text's length.
    """
    plain = unicodedata.normalize("NFKD", _SIGNS.sub(" ", _WEAK.sub("'", typed)))
    lower = _MARKS.sub("", plain).replace("\u0131", "i").lower()
    runs = ([part for part in run.split("'") if part] for run in _GAP.split(_ORDINALS.sub(" ", lower)))
    pieces = (piece for parts in runs if parts for piece in _words_of(parts, known))
    return [piece for piece in pieces if not _LABEL.fullmatch(piece)]
