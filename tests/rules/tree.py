# SPDX-License-Identifier: AGPL-3.0-or-later
"""How the rules look at a tree of files: the project's own, or one that a test has planted a fault in."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("dropbox", "keys", "journalist_ui")
# Each party is judged on its own: what depends on whom, and how deep its folders go.
PARTIES = ("dropbox.server", "dropbox.source_cli", "dropbox.admin_cli", "journalist_ui", "keys")


@cache
def project_files() -> tuple[Path, ...]:
    """What git holds, and what is new and not ignored."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    paths = (ROOT / name for name in listed.split("\0") if name)
    return tuple(sorted(path for path in paths if path.is_file()))


def files(root: Path, *endings: str) -> list[Path]:
    found = project_files() if root == ROOT else sorted(path for path in root.rglob("*") if path.is_file())
    return [path for path in found if not endings or path.name.endswith(endings)]


def code_files(root: Path) -> list[Path]:
    """The Python files of the product, without tests."""
    return [path for path in files(root, ".py") if path.relative_to(root).parts[0] in PACKAGES]


def module_name(root: Path, path: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def parse(path: Path) -> ast.Module:
    return _parsed(path.read_text(encoding="utf-8"), str(path))


@cache
def _parsed(text: str, name: str) -> ast.Module:
    """A dozen rules ask about each file."""
    return ast.parse(text, filename=name)


def within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


def imports(root: Path, path: Path) -> Iterator[tuple[int, str]]:
    """Each name that a file imports, absolute, wherever in the file the import stands.

    `from a import b` gives `a.b`: whether b is a module or not, a rule about `a` or about `a.b` sees it.
    """
    module = module_name(root, path)
    package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
    for node in _import_statements(parse(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            stem = ".".join([*base, *filter(None, [node.module])])
            yield from ((node.lineno, f"{stem}.{alias.name}") for alias in node.names)


@cache
def _import_statements(tree: ast.Module) -> tuple[ast.Import | ast.ImportFrom, ...]:
    return tuple(node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom))


def plant(root: Path, name: str, text: str) -> Path:
    """Write a file with a fault into a temporary tree."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
