# SPDX-License-Identifier: AGPL-3.0-or-later
"""Text of the other side made harmless: nothing in it acts on a terminal or a page, and nothing is hidden."""

import unicodedata

_KEPT = "\n\t"
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINERS = "\u200d\ufe0f\ufe0e"
"""Zero-width joiner and variation selectors are kept between the pieces of an emoji; alone they are shown."""


def _shown(letter: str) -> str:
    return f"\u27e6U+{ord(letter):04X}\u27e7"


def _joins(text: str, at: int) -> bool:
    """Whether the joiner or selector at this place follows a symbol, as in an emoji sequence."""
    before = text[at - 1] if at else ""
    return bool(before) and (unicodedata.category(before) in ("So", "Sk", "Sm") or before in _JOINERS)


def inert(text: str) -> str:
    """``text`` with every control, bidirectional, zero-width, unassigned or private character shown as its number.

    Line feeds and tabs stay; a carriage return before a line feed is dropped. Right-to-left letters stay as they are.
    """
    clean: list[str] = []
    plain = text.replace("\r\n", "\n")
    for at, letter in enumerate(plain):
        if letter in _KEPT or (letter in _JOINERS and _joins(plain, at)):
            clean.append(letter)
        elif (
            unicodedata.category(letter) in _HIDDEN or letter in _JOINERS or letter in "\u115f\u1160\u3164\uffa0\u2800"
        ):
            clean.append(_shown(letter))
        else:
            clean.append(letter)
    return "".join(clean)


def inert_line(text: str) -> str:
    """The same for one line: line feeds and tabs are shown too."""
    return "".join(_shown(letter) if letter in _KEPT else letter for letter in inert(text))


def margin(text: str, mark: str = "    | ") -> str:
    """Inert text with a margin before each line, so that it cannot pass for a line of the program's own."""
    return "\n".join(mark + line for line in inert(text).split("\n"))
