# SPDX-License-Identifier: AGPL-3.0-or-later
"""Text of the other side: nothing in it acts, and nothing is hidden."""

import unicodedata

import pytest
from hypothesis import given, strategies as st

from dropbox.protocol.inert import inert, inert_line, margin

# Unicode's Default_Ignorable_Code_Point (DerivedCoreProperties.txt), first and last of each run.
IGNORABLE = (
    *((0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F)),
    *((0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF)),
    *((0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF)),
)
EMOJI = (
    "\U0001f3f3\ufe0f\u200d\U0001f308 \U0001f468\U0001f3fd\u200d\U0001f680 1\ufe0f\u20e3 \u2764\ufe0f\u200d\U0001f525"
)
KEPT = {"\n", "\t", "\u200d", "\ufe0e", "\ufe0f"}


@pytest.mark.parametrize(("first", "last"), IGNORABLE)
def test_nothing_that_is_drawn_as_nothing_stays(first: int, last: int) -> None:
    """Every character that Unicode says may be left out of the picture is shown as its number."""
    for number in range(first, last + 1):
        assert inert(f"a{chr(number)}b") == f"a\u27e6U+{number:04X}\u27e7b"


@given(text=st.text())
def test_no_control_or_mark_stays(text: str) -> None:
    """Nothing of the categories control, format, surrogate, private, unassigned or separator comes out."""
    for letter in inert(text):
        assert letter in KEPT or unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


@given(text=st.text(st.sampled_from("a1\u05d0 \U0001f308\U0001f3fd\u200d\ufe0f\u2764#\u20e3\u202e\r\n")))
def test_inert_text_is_inert_already(text: str) -> None:
    """A second pass changes nothing: what one pass shows takes nothing else with it."""
    assert inert(inert(text)) == inert(text)


@given(
    text=st.text(st.characters(categories=["L", "N", "P", "Sc", "Zs"], exclude_characters="\u115f\u1160\u3164\uffa0"))
)
def test_letters_of_every_script_stay(text: str) -> None:
    """Letters, numbers and punctuation of every script come out as they were written."""
    assert inert(text) == text


def test_emoji_stay_whole() -> None:
    """Joiners and selectors inside emoji are part of a letter's picture."""
    assert inert(EMOJI) == EMOJI


def test_line_ends() -> None:
    """A carriage return before a line feed is dropped, one alone would move the cursor: shown."""
    assert inert("a\r\nb\n\tc") == "a\nb\n\tc"
    assert inert("a\rb") == "a\u27e6U+000D\u27e7b"
    assert inert_line("a\n\tb\r\nc") == "a\u27e6U+000A\u27e7\u27e6U+0009\u27e7b\u27e6U+000A\u27e7c"


@given(text=st.text(), width=st.integers(20, 120))
def test_no_line_can_pass_for_one_of_the_program(text: str, width: int) -> None:
    """Every line, as any terminal or str.splitlines would cut them, begins with the margin and fits the width."""
    for line in "\n".join(margin(text, width, "> ")).splitlines():
        assert line.startswith("> ")
        assert len(line) <= width or any(unicodedata.combining(letter) for letter in line)


def test_the_margin_is_before_empty_lines_and_wrapped_pieces_too() -> None:
    """Where the other side left a line empty, and where a terminal would have broken a long one; wide letters count two
    columns and combining marks none."""
    assert margin("a\n\nb\tc", 40) == ["    | a", "    | ", "    | b    c"]
    assert margin("x" * 30, 20) == ["    | " + "x" * 14, "    | " + "x" * 14, "    | xx"]
    assert margin("\u4e2d" * 8, 20) == ["    | " + "\u4e2d" * 7, "    | \u4e2d"]
    assert margin("e\u0301" * 14, 20) == ["    | " + "e\u0301" * 14]


def test_long_lines_break_at_blanks() -> None:
    """A word that fits a line stays whole, one that does not is cut; no blank is lost."""
    assert margin("He told me about hi", 20) == ["    | He told me ", "    | about hi"]
    assert margin("I know his wife well", 20) == ["    | I know his ", "    | wife well"]
    assert margin("fourteen wide: all", 20) == ["    | fourteen wide:", "    |  all"]
    assert margin("a " + "x" * 20, 20) == ["    | a ", "    | " + "x" * 14, "    | " + "x" * 6]
    assert margin(" " * 16, 20) == ["    | " + " " * 14, "    |   "]
    assert margin("\u4e2d\u4e2d " + "\u4e2d" * 6, 20) == ["    | \u4e2d\u4e2d ", "    | " + "\u4e2d" * 6]


@given(text=st.text(alphabet="ab \u4e2d\u0301"), width=st.integers(20, 40))
def test_the_pieces_of_a_line_are_the_line(text: str, width: int) -> None:
    """Nothing is lost or added where a line is broken."""
    assert "".join(line.removeprefix("> ") for line in margin(text, width, "> ")) == text
