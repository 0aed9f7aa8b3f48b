# SPDX-License-Identifier: AGPL-3.0-or-later
"""How large files and functions are, in each language; `make check` prints the largest."""

import ast
import re
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.rules.tree import ROOT, files, parse

LANGUAGES = {"Python": (".py",), "JavaScript": (".js", ".mjs"), "CSS": (".css", ".scss"), "HTML": (".html", ".jinja")}
# Tables of vectors: data, one scenario after another, with nothing in them to follow.
TABLES = ("tests/vectors/scenario_", "tests/vectors/known_answers")


@dataclass(frozen=True)
class Sized:
    """A file, or a function or a rule of a style sheet, and its lines."""

    where: str
    lines: int

    def __str__(self) -> str:
        return f"{self.where}: {self.lines} lines"


def file_sizes(root: Path, language: str) -> list[Sized]:
    """Of every file of a language."""
    return [
        Sized(str(path.relative_to(root)), len(path.read_text(encoding="utf-8").splitlines()))
        for path in files(root, *LANGUAGES[language])
    ]


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """From `def` to the last line, without the docstring."""
    lines = (function.end_lineno or 0) - function.lineno + 1
    if ast.get_docstring(function, clean=False) is not None:
        docstring = function.body[0]
        lines -= (docstring.end_lineno or 0) - docstring.lineno + 1
    return lines


def python_functions(root: Path) -> list[Sized]:
    """Without those of the tables."""
    return [
        Sized(f"{path.relative_to(root)}:{node.lineno} {node.name}", _length(node))
        for path in files(root, ".py")
        if not str(path.relative_to(root)).startswith(TABLES)
        for node in ast.walk(parse(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def javascript_functions(root: Path) -> list[Sized]:
    """Read by a parser of the language, in one process for all files."""
    node, script = ROOT / ".venv" / "bin" / "node", ROOT / "tests" / "rules" / "functions.mjs"
    names = "\n".join(str(path) for path in files(root, *LANGUAGES["JavaScript"]))
    told = subprocess.run([node, script], input=names, check=True, capture_output=True, text=True).stdout
    rows = (line.split("\t") for line in told.splitlines())
    return [Sized(f"{Path(path).relative_to(root)}:{at} {name}", int(lines)) for path, at, name, lines in rows]


_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
_RULE = re.compile(r"([^{};]*)\{[^{}]*\}")


def css_rules(root: Path) -> list[Sized]:
    """Each rule that holds no other, from its selector to its end."""
    found = []
    for path in files(root, *LANGUAGES["CSS"]):
        text = _COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), path.read_text(encoding="utf-8"))
        for rule in _RULE.finditer(text):
            selector = rule[1].strip()
            start = rule.start() + len(rule[1]) - len(rule[1].lstrip())
            where = f"{path.relative_to(root)}:{text.count(chr(10), 0, start) + 1} {selector.partition(chr(10))[0]}"
            found.append(Sized(where, text.count("\n", start, rule.end()) + 1))
    return found


FUNCTIONS: dict[str, Callable[[Path], Iterable[Sized]]] = {
    "Python": python_functions,
    "JavaScript": javascript_functions,
    "CSS": css_rules,
}


def over(found: Iterable[Sized], most: int) -> list[str]:
    """Those with more lines than that."""
    return [str(one) for one in found if one.lines > most]


def main() -> None:
    """The largest of each."""
    for language in LANGUAGES:
        print(f"{language}: the largest file is {max(file_sizes(ROOT, language), key=lambda one: one.lines)}", end="")
        if sizes := FUNCTIONS.get(language):
            what = "rule" if language == "CSS" else "function"
            print(f", the largest {what} {max(sizes(ROOT), key=lambda one: one.lines)}", end="")
        print()


if __name__ == "__main__":
    main()
