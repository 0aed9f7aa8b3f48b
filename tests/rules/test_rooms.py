# SPDX-License-Identifier: AGPL-3.0-or-later
"""What holds for every room: its first page says its rule, and what crosses its door has a shape."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.rules.tree import ROOT, code_files, plant

SHAPELESS = "dict[str, Any]"


def silent_rooms(root: Path) -> list[str]:
    """Packages whose ``__init__`` does not say in a sentence what their code may do."""
    return [
        str(path.relative_to(root))
        for path in code_files(root)
        if path.name == "__init__.py" and not (ast.get_docstring(ast.parse(path.read_text())) or "").endswith(".")
    ]


def doors(body: list[ast.stmt]) -> Iterator[tuple[int, str, str]]:
    """What a module or class shows to others: line, name and annotations of functions, classes' fields and values."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            arguments = [
                *node.args.posonlyargs,
                *node.args.args,
                *node.args.kwonlyargs,
                node.args.vararg,
                node.args.kwarg,
            ]
            asked = [one.annotation for one in arguments if one is not None]
            yield node.lineno, node.name, " ".join(ast.unparse(one) for one in (*asked, node.returns) if one)
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from doors(node.body)
        elif isinstance(node, ast.AnnAssign) and not ast.unparse(node.target).startswith("_"):
            yield node.lineno, ast.unparse(node.target), ast.unparse(node.annotation)


def shapeless(root: Path) -> list[str]:
    return [
        f"{path.relative_to(root)}:{line} {name}"
        for path in code_files(root)
        for line, name, annotations in doors(ast.parse(path.read_text()).body)
        if SHAPELESS in annotations
    ]


def test_every_room_says_its_rule() -> None:
    assert silent_rooms(ROOT) == []


def test_no_dict_of_anything_crosses_a_door() -> None:
    """A function, a field or a value that others use names a type of its own."""
    assert shapeless(ROOT) == []


def test_a_silent_room_and_a_shapeless_door_are_seen(tmp_path: Path) -> None:
    plant(tmp_path, "dropbox/room/__init__.py", "# a comment\n")
    plant(tmp_path, "dropbox/other/__init__.py", '"""Takes bytes, gives bytes."""\n')
    plant(
        tmp_path,
        "dropbox/other/verbs.py",
        "def ask(verb: str, **body: dict[str, Any]) -> int: ...\n"
        "def _shape() -> dict[str, Any]: ...\n"
        "class Change:\n    values: dict[str, Any]\n    async def rows(self) -> list[dict[str, Any]]: ...\n",
    )
    assert silent_rooms(tmp_path) == ["dropbox/room/__init__.py"]
    assert [line.rpartition(" ")[2] for line in shapeless(tmp_path)] == ["ask", "values", "rows"]
