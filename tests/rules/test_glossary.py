# SPDX-License-Identifier: AGPL-3.0-or-later
"""One word, one meaning: what docs/glossary.md says of a word, the names in the code keep to."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.rules.tree import ROOT, code_files, plant

PAGE = ROOT / "docs" / "glossary.md"
PRODUCT = ("dropbox", "keys", "journalist_ui")


def held_words(page: str) -> dict[str, tuple[str, ...]]:
    """The words of the second table and the rooms whose names may hold them."""
    table = page.partition("## Words with one meaning")[2]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if line.startswith("|")
    ]
    return {word: tuple(re.findall(r"`([\w/]+)`", rooms)) for word, _, rooms in rows[2:]}


def names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every name that a module gives to something, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.attr


def words(name: str) -> set[str]:
    """The words of a name in small letters, in the singular: ``EntryPlain`` is entry and plain."""
    found = {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}
    return found | {re.sub("ies$", "y", word) for word in found} | {word.removesuffix("s") for word in found}


def strangers(root: Path, held: dict[str, tuple[str, ...]]) -> list[str]:
    """Names that hold a word outside its rooms."""
    found = []
    for path in code_files(root):
        place = path.relative_to(root)
        if place.parts[0] not in PRODUCT:
            continue
        for line, name in names(ast.parse(path.read_text())):
            for word in words(name) & set(held):
                if not any(place.is_relative_to(room) for room in held[word]):
                    found.append(f"{place}:{line} {name}: not the {word} of the glossary")
    return found


def test_a_dozen_words_are_held() -> None:
    """The table names at least twelve, each with a room that there is."""
    held = held_words(PAGE.read_text())
    assert len(held) >= 12
    assert [room for rooms in held.values() for room in rooms if not (ROOT / room).is_dir()] == []


def test_no_name_holds_a_word_outside_its_rooms() -> None:
    """What a form, a draft, a question is, it is everywhere."""
    assert strangers(ROOT, held_words(PAGE.read_text())) == []


def test_a_stranger_is_seen(tmp_path: Path) -> None:
    """A query called a question, a class, an argument, an attribute; and not the right one in its room."""
    plant(tmp_path, "dropbox/server/store/sql.py", "question = 1\nclass EntryList:\n    pass\n")
    plant(tmp_path, "keys/issue.py", "def sign(draft):\n    self.open_drafts = draft\n")
    plant(tmp_path, "dropbox/questions/list.py", "question = 1\n")
    held = {"question": ("dropbox/questions",), "entry": ("dropbox/protocol",), "draft": ("journalist_ui/web",)}
    assert [line.partition(":")[2] for line in sorted(strangers(tmp_path, held))] == [
        "1 question: not the question of the glossary",
        "2 EntryList: not the entry of the glossary",
        "1 draft: not the draft of the glossary",
        "2 open_drafts: not the draft of the glossary",
    ]
