# SPDX-License-Identifier: AGPL-3.0-or-later
"""How large things may grow before they must be divided."""

import ast
from pathlib import Path

from tests.rules.tree import PACKAGES, PARTIES, ROOT, files, parse, plant, within

FILE_LINES = 400
FUNCTION_LINES = 40
FOLDERS_BELOW_A_PARTY = 2
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager"}


def long_files(root: Path) -> list[str]:
    return [
        f"{path.relative_to(root)}: {lines} lines"
        for path in files(root, ".py", ".js", ".mjs", ".css", ".html", ".jinja")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > FILE_LINES
    ]


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """From `def` to the last line, without the docstring."""
    lines = (function.end_lineno or 0) - function.lineno + 1
    if ast.get_docstring(function, clean=False) is not None:
        docstring = function.body[0]
        lines -= (docstring.end_lineno or 0) - docstring.lineno + 1
    return lines


# Tables of vectors: data, one scenario after another, with nothing in them to follow.
TABLES = ("tests/vectors/scenario_", "tests/vectors/known_answers")


def long_functions(root: Path) -> list[str]:
    return [
        f"{path.relative_to(root)}:{node.lineno} {node.name}: {length(node)} lines"
        for path in files(root, ".py")
        if not str(path.relative_to(root)).startswith(TABLES)
        for node in ast.walk(parse(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and length(node) > FUNCTION_LINES
    ]


def deep_folders(root: Path) -> list[str]:
    """A party is a folder of its own; what is not a party is judged from its package."""
    deep = set()
    for path in files(root, ".py"):
        folders = path.relative_to(root).parent.parts
        if not folders or folders[0] not in PACKAGES or "migrations" in folders:
            continue
        name = ".".join(folders)
        party = next((party for party in PARTIES if within(name, party)), ".".join(folders[:2]))
        if len(folders) - len(party.split(".")) > FOLDERS_BELOW_A_PARTY:
            deep.add("/".join(folders))
    return sorted(deep)


def vague_names(root: Path) -> list[str]:
    return [
        str(path.relative_to(root))
        for path in files(root, ".py", ".js", ".mjs")
        if VAGUE & {part.removesuffix(path.suffix).lower() for part in path.relative_to(root).parts}
    ]


def test_no_file_is_too_long(tmp_path: Path) -> None:
    assert long_files(ROOT) == []
    plant(tmp_path, "dropbox/fits.py", "x = 1\n" * FILE_LINES)
    plant(tmp_path, "dropbox/long.py", "x = 1\n" * (FILE_LINES + 1))
    assert long_files(tmp_path) == ["dropbox/long.py: 401 lines"]


def test_no_function_is_too_long(tmp_path: Path) -> None:
    assert long_functions(ROOT) == []
    docstring = '    """One.\n\n    Three.\n    """\n'
    plant(tmp_path, "fits.py", "def fits():\n" + docstring + "    x = 1\n" * (FUNCTION_LINES - 1))
    assert long_functions(tmp_path) == []
    plant(tmp_path, "long.py", "class A:\n  async def long(self):\n" + "    x = 1\n" * FUNCTION_LINES)
    assert long_functions(tmp_path) == ["long.py:2 long: 41 lines"]


def test_no_folder_is_too_deep(tmp_path: Path) -> None:
    assert deep_folders(ROOT) == []
    plant(tmp_path, "dropbox/server/store/sql/fits.py", "")
    plant(tmp_path, "dropbox/server/store/migrations/versions/one/fits.py", "")
    plant(tmp_path, "journalist_ui/desk/sync/fits.py", "")
    assert deep_folders(tmp_path) == []
    plant(tmp_path, "dropbox/server/store/sql/sqlite/deep.py", "")
    plant(tmp_path, "keys/one/two/three/deep.py", "")
    assert deep_folders(tmp_path) == ["dropbox/server/store/sql/sqlite", "keys/one/two/three"]


def test_no_module_has_a_vague_name(tmp_path: Path) -> None:
    assert vague_names(ROOT) == []
    plant(tmp_path, "dropbox/database.py", "")
    plant(tmp_path, "dropbox/utils.py", "")
    plant(tmp_path, "keys/helpers/__init__.py", "")
    assert vague_names(tmp_path) == ["dropbox/utils.py", "keys/helpers/__init__.py"]
