# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/protocol.md names sets, lists and hashes: they are those of the code."""

import re
import sys
from pathlib import Path

import pytest

from dropbox.protocol import inert, spelling
from dropbox.protocol.constants import LONGEST_CODENAME, LONGEST_TYPED, MAX_ROOTS, WORDLIST_SHA256
from dropbox.protocol.errors import leaves
from dropbox.protocol.index import INDEX_LONGEST
from dropbox.protocol.manifests import MANIFEST_LONGEST
from dropbox.protocol.primitives import sha256
from dropbox.questions import QUESTIONS
from tests.vectors import (  # noqa: F401 - the import registers operations
    operations_audit,
    operations_blobs,
    operations_board,
    operations_contact,
    operations_plan,
    operations_service,
    operations_told,
)
from tests.vectors.operations import OPERATIONS

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
SETS = re.compile(r"U\+([0-9A-F]{4,6})(?:\s+to\s+U\+([0-9A-F]{4,6}))?")
ALL = [chr(code) for code in range(sys.maxunicode + 1)]


def section(number: str) -> str:
    """The text of one section, without its heading."""
    found = re.search(rf"^###? {re.escape(number)}\.? [^\n]*\n(.*?)(?=^###? |\Z)", TEXT, re.M | re.S)
    assert found, number
    return found[1]


def between(text: str, start: str, end: str) -> str:
    """From the first ``start`` to the next ``end``."""
    return text[text.index(start) : text.index(end, text.index(start))]


def named(text: str) -> set[str]:
    """The characters that a text names by their numbers."""
    return {chr(code) for low, high in SETS.findall(text) for code in range(int(low, 16), int(high or low, 16) + 1)}


def matched(pattern: re.Pattern[str]) -> set[str]:
    """The characters that a set of one character matches."""
    return {one for one in ALL if pattern.fullmatch(one)}


def test_a_codenames_sets_are_those_of_the_code() -> None:
    """Marks that may stand in a word, signs, and marks above letters: to the character."""
    step = " ".join(section("4.2").split())
    assert named(between(step, "Apostrophes:", " 3. ")) == matched(spelling._WEAK)
    beyond = {one for one in ALL[0x10000:] if not "\U0001d400" <= one <= "\U0001d7ff"}
    assert named(between(step, " 3. Each", ", and all above")) | beyond == matched(spelling._SIGNS)
    assert named(between(step, "combining marks (", ")")) == matched(spelling._MARKS)
    assert f"{LONGEST_TYPED:,} characters" in step
    assert f"{LONGEST_CODENAME} letters" in step


def test_the_sets_of_text_made_harmless_are_those_of_the_code() -> None:
    """What is drawn as nothing, and emoji."""
    step = " ".join(section("8.3").split())
    assert named(between(step, "letters that are drawn", "; marks")) == set(inert._BLANKS)
    assert named(between(step, "marks that are drawn", ". U+FE0E")) == matched(inert._MARKS)
    assert named(step[step.index("Emoji are") :]) == matched(inert._EMOJI)


@pytest.mark.parametrize(
    ("number", "path"), [("4.1", "dropbox/words/eff-large-wordlist.txt"), ("5.6", "dropbox/forces/forces.csv")]
)
def test_a_list_is_the_one_whose_hash_the_text_names(number: str, path: str) -> None:
    """A client of somebody else's takes the file and compares."""
    assert path in section(number)
    assert sha256((ROOT / path).read_bytes()).hex() in section(number)


def test_the_word_list_is_the_one_that_the_code_proves() -> None:
    """One hash in both."""
    assert WORDLIST_SHA256 in section("4.1")


def test_questions_and_options_are_those_of_the_code() -> None:
    """Ids, options in their order, and which of them keep a report from the force's own unit."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in section("5.6").splitlines()
        if line.startswith("| `")
    ]
    listed = {
        name: re.findall(r"`([a-z-]+)`( \*)?", row[1]) if row[1] != "own words" else []
        for row in rows
        for name in re.findall(r"`([a-z-]+)`", row[0])
    }
    assert listed == {one.id: [(opt.id, " *" * opt.independent) for opt in one.options] for one in QUESTIONS}


def test_every_operation_of_a_vector_stands_in_the_table() -> None:
    """Which step it is, and what its input means."""
    table = section("9")
    cells = re.findall(r"^\| (`[^|]+) \|", table, re.M)
    assert {name for cell in cells for name in re.findall(r"`([a-z0-9-]+)`", cell)} == set(OPERATIONS)


def test_every_code_stands_in_the_table_of_errors() -> None:
    """And no other."""
    rows = [line.split("|")[1] for line in section("9.1").splitlines() if line.startswith("| `")]
    assert {code for row in rows for code in re.findall(r"`([a-z0-9-]+)`", row)} == {leaf.code for leaf in leaves()}


@pytest.mark.parametrize(
    ("number", "codes"),
    [
        ("3.2", ["wrong-service", "anchor-chain-broken", "under-signed"]),
        ("3.6", ["anchor-older", "directory-mismatch", "wrong-service", "head-older", "head-expired"]),
        ("4.2", ["wrong-word-count", "unknown-word", "wrong-check"]),
        (
            "6.8",
            ["unit-missing", "batch-missing", "manifest-unproved", "batch-altered", "cert-mismatch"],
        ),
        ("7.1", ["unknown-unit", "unit-cannot-receive", "routing-changed", "unit-conflicted", "no-unit-receives"]),
    ],
)
def test_each_step_says_its_code(number: str, codes: list[str]) -> None:
    """The codes stand beside the steps that give them, in their order of evaluation."""
    found = re.findall(r"`([a-z-]+)`", section(number))
    firsts = [code for code in dict.fromkeys(found) if code in codes]
    assert firsts == codes


def test_bounds_of_cutting_stand_in_the_layouts() -> None:
    """What refuses a whole board, and a list of signatures that nobody verifies."""
    assert f"slice(manifest, ..{MANIFEST_LONGEST})" in section("6.7")
    assert f"slice(index, ..{INDEX_LONGEST:,})".replace(",", "") in section("6.7").replace(",", "")
    assert f"`count u8 (..{MAX_ROOTS}) || count x (index u8 (..{MAX_ROOTS - 1})" in section("3.1")
