# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a source wrote is inert on an officer's terminal."""

import unicodedata

import pytest
from hypothesis import given, strategies as st

from dropbox.questions.told import UNKNOWN
from journalist_ui.cli import terminal
from journalist_ui.cli.conversation import words_of
from journalist_ui.cli.terminal import MARGIN, inert, quoted
from journalist_ui.shapes.conversation import Case
from journalist_ui.socket.codec import read_shape

HOSTILE = {
    "clear screen": "\x1b[2J\x1b[H",
    "set title": "\x1b]0;owned\x07",
    "8-bit control": "\x9b2J",
    "backspace": "abc\b\b\bxyz",
    "carriage return": "real\rfake",
    "bell and null": "\x07\x00",
    "delete": "\x7f",
    "right-to-left override": "invoice\u202efdp.exe",
    "every embedding": "\u202a\u202b\u202c\u202d\u202e",
    "every isolate": "\u2066\u2067\u2068\u2069",
    "marks": "\u200e\u200f\u061c",
    "zero width": "a\u200bb\u200cc\u200dd\u2060e\ufefff",
    "soft hyphen": "pass\u00adword",
    "line separators": "one two three\u0085four\x0bfive\x0csix",
    "tags": "\U000e0041\U000e0042\U000e007f",
    "variation selectors": "a\ufe00b\U000e0100",
    "marks that are drawn as nothing": "a\u180bb\u180fc\U00016fe4d",
    "a symbol that is drawn as nothing": "\U0001d159",
    "selectors after a letter": "hi\ufe0f\ufe0e\ufe0f",
    "invisible letters": "a\u3164b\u115fc\u1160d\uffa0e\u2800f",
    "grapheme joiner": "a\u034fb",
    "private use": "\U0010fffd",
    "unassigned": "\u0378",
    "lone surrogate": "\ud800",
    "odd spaces": "a b\u3000c d",
}
FAKE = "hello\nCase 7, new\nUnit (ada), text 9, 2026-01-01, read by the source\n| nothing\n"


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_shown_as_code_points(text: str) -> None:
    """Nothing but plainly visible characters comes out, and what was hidden can be read."""
    lines = quoted(text)
    assert all(letter.isprintable() and unicodedata.category(letter) != "Cf" for line in lines for letter in line)
    assert "⟦U+" in "".join(lines)


@given(st.text())
def test_no_text_whatever_reaches_the_terminal(text: str) -> None:
    """Every line begins with the margin and holds only printable characters."""
    for line in quoted(text):
        assert line.startswith(MARGIN)
        assert line.isprintable()


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S"])))
def test_plain_text_is_not_changed(text: str) -> None:
    """Letters, digits, signs and emoji stand as they were written."""
    blanks = "\u115f\u1160\u3164\uffa0\u2800\U0001d159"
    expected = "".join(letter if letter not in blanks else f"⟦U+{ord(letter):04X}⟧" for letter in text)
    assert inert(text) == expected


def test_a_source_cannot_fake_a_line_of_the_desk() -> None:
    """Line ends are kept behind the margin; so are the pieces of a line that the terminal would wrap."""
    assert all(line.startswith(MARGIN) for line in quoted(FAKE))
    wrapped = quoted(" " * 500 + "Case 7, new" + "\U0001f9d1" * 200)
    assert len(wrapped) > 5
    assert all(line.startswith(MARGIN) for line in wrapped)
    assert max(len(line) for line in wrapped) <= terminal.WIDEST


def test_line_ends_and_tabs_are_kept() -> None:
    """Both kinds of line ends are line ends, a tab is room."""
    assert quoted("a\r\nb\nc\td") == [f"{MARGIN}a", f"{MARGIN}b", f"{MARGIN}c    d"]


def written_by_members(evil: str) -> dict[str, object]:
    """What they decide, link and set, as if one of them meant harm."""
    return {
        "outcome_history": [{"kinds": ["recorded"], "by": evil, "day": "2026-01-01", "reason": evil, "say": evil}],
        "decisions": [{"what": "chis", "answer": "no", "by": evil, "day": "2026-01-01", "reason": evil}],
        "links": [{"case": 2, "by": evil, "day": "2026-01-01", "reason": evil}],
        "timeline": [
            {"day": "2026-01-01", "time": "", "who": "desk", "by": evil, "act": evil, "about": evil, "what": evil}
        ],
    }


def test_everything_of_a_case_goes_through_it() -> None:
    """Categories apart, which are a closed list, no field of a case reaches the terminal as it came."""
    evil = "\x1b[31m\u202e"
    fields = {
        "case": 1,
        "state": "new",
        "categories": ["discrimination"],
        "force": evil,
        "answers": {"who": evil},
        "files": [],
        "messages": [
            {
                "number": 1,
                "from": "source",
                "text": evil,
                "day": "2026-01-01",
                "state": "collected",
                "form": "unreadable",
            },
            {
                "number": 2,
                "from": "source",
                "text": evil,
                "day": "2026-01-02",
                "state": "collected",
                "categories": ["discrimination"],
                "force": evil,
                "answers": {"when": evil},
            },
            {"number": 0, "from": "unit", "text": evil, "day": "2026-01-01", "state": "waiting", "author": evil},
        ],
    }
    lines = words_of(read_shape(Case, fields | written_by_members(evil)))
    assert all(line.isprintable() for line in lines)
    assert sum("⟦U+001B⟧" in line for line in lines) == 16
    assert "Source, message 2, 2026-01-02, categories: discrimination" in lines
    assert f"{UNKNOWN}:" in lines
