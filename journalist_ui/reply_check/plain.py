# SPDX-License-Identifier: AGPL-3.0-or-later
"""A text as the rules read it: one kind of apostrophe and space, no unseen letters, a sentence at a time."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_SAME = {"\u2019": "'", "\u2018": "'", "\u02bc": "'", "\u2010": "-", "\u2011": "-", "\u201d": '"'}
_BULLET = re.compile(r"[ \t]*(?:[-*\u2022\u2013\u00b7]|[0-9]{1,2}[.)]|[a-z][.)])[ \t]+")
_END = re.compile(r"[.!?]+(?=[\s\"'\u201c)]|$)|[;\n]+|\.\.\.|\u2026")
_UNSEEN = ("Cf", "Cc", "Cs", "Mn")


@dataclass(frozen=True)
class Plain:
    """``text`` as it is read; ``at`` has the place in the original of each of its letters, and of the end."""

    text: str
    at: tuple[int, ...]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """The same stretch in the original; it is not empty."""
        return self.at[start], self.at[end - 1] + 1


@dataclass(frozen=True)
class Sentence:
    """From ``start`` to before ``end``. ``head`` is the line over a list of which this is an item, "" without."""

    start: int
    end: int
    head: str = ""


def read_plain(text: str) -> Plain:
    """Lines that go on in the next one are joined; a blank line, and a list's next item, end a sentence."""
    letters: list[str] = []
    at: list[int] = []
    for place, letter in enumerate(text):
        seen = _seen(text, place, letter)
        if not seen or (seen == " " and letters and letters[-1] in " \n") or (seen == "\n" and not letters):
            continue
        letters.append(seen)
        at.append(place)
    return Plain("".join(letters), (*at, len(text)))


def _seen(text: str, place: int, letter: str) -> str:
    """One letter, or nothing where there is nothing to see."""
    if letter in ("\n", "\r", "\u2028", "\u2029", "\x0b", "\x0c"):
        after = text[place + 1 : place + 200]
        ends = after.lstrip(" \t")[:1] in ("\n", "\r", "") or _BULLET.match(after)
        return "\n" if ends else " "
    if letter.isspace():
        return " "
    if letter in _SAME:
        return _SAME[letter]
    # A letter of another width is read as the usual one.
    wide = unicodedata.normalize("NFKC", letter)
    seen = wide if len(wide) == 1 else letter
    return "" if unicodedata.category(seen) in _UNSEEN else seen


def sentences(text: str) -> Iterator[Sentence]:
    """Each with something in it."""
    begin, head = 0, ""
    for place in [*(found.span() for found in _END.finditer(text)), (len(text), len(text))]:
        start, end = begin, place[0]
        begin = place[1]
        if not text[start:end].strip():
            continue
        bullet = _BULLET.match(text, start, end)
        if bullet:
            yield Sentence(bullet.end(), end, head)
        else:
            lead = len(text[start:end]) - len(text[start:end].lstrip())
            yield Sentence(start + lead, end)
            head = text[start:end].strip() if text[start:end].rstrip().endswith(":") else ""
