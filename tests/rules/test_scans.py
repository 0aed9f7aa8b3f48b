# SPDX-License-Identifier: AGPL-3.0-or-later
"""A search in noise looks for enough: every scan of files, memory or a profile goes through ``tests/needle.py``."""

import ast
from pathlib import Path

import pytest

from tests.needle import LEAST, TooShort, needle, present, runs
from tests.rules.tree import ROOT, files, imports, parse, plant

# Tests that read whole files, processes or profiles; whoever adds one adds its name.
SCANS = {
    "tests/desk/test_seized.py",
    "tests/desk/test_members.py",
    "tests/desk/test_spares.py",
    "tests/server/test_disk.py",
    "tests/server/test_blobs_disk.py",
    "tests/scenarios/test_seized_server.py",
    "tests/browser/test_pages_traces.py",
}
READERS = {"read_bytes", "plain_pages", "memory_of", "everything"}


def _looks_for(node: ast.Compare) -> bool:
    """``b"x" in …``, or ``"x".encode() in …``."""
    left = node.left
    if isinstance(left, ast.Call) and isinstance(left.func, ast.Attribute) and left.func.attr == "encode":
        left = left.func.value
        return isinstance(node.ops[0], ast.In | ast.NotIn) and isinstance(left, ast.Constant | ast.Name)
    literal = isinstance(left, ast.Constant) and isinstance(left.value, bytes)
    return literal and isinstance(node.ops[0], ast.In | ast.NotIn)


def short_searches(root: Path, names: set[str]) -> list[str]:
    """Searches for bytes in scanning tests that no needle is made of."""
    return [
        f"{name}:{node.lineno}"
        for name in sorted(names)
        for node in ast.walk(parse(root / name))
        if isinstance(node, ast.Compare) and _looks_for(node)
    ]


def unlisted(root: Path) -> set[str]:
    """Tests that import the needle and are not listed: then what they scan is held to the rule too."""
    found = set()
    for path in files(root, ".py"):
        name = str(path.relative_to(root))
        if name.startswith("tests/") and any(module == "tests.needle.present" for _, module in imports(root, path)):
            found.add(name)
    return found - SCANS - {"tests/rules/test_scans.py"}


def test_scans_look_for_needles_alone() -> None:
    """No literal and no encoded name is looked for in a scan; each scanning test is listed and makes needles."""
    assert short_searches(ROOT, SCANS) == []
    assert unlisted(ROOT) == set()
    for name in SCANS:
        assert any(module.startswith("tests.needle") for _, module in imports(ROOT, ROOT / name)), name


def test_a_short_search_is_seen(tmp_path: Path) -> None:
    """The rule finds literals and encoded names, and nothing else."""
    plant(tmp_path, "tests/a/test_a.py", 'assert b"ada" not in raw\nassert NAME.encode() in raw\nassert one in raw\n')
    assert short_searches(tmp_path, {"tests/a/test_a.py"}) == ["tests/a/test_a.py:1", "tests/a/test_a.py:2"]


@pytest.mark.parametrize("short", ["ada", b"SQLite format 3", "", "prelaw abacus"])
def test_a_needle_is_long_enough(short: str | bytes) -> None:
    """Fifteen bytes and less are refused, by name."""
    with pytest.raises(TooShort, match=f"at least {LEAST}"):
        needle(short)
    with pytest.raises(TooShort):
        present([short.encode() if isinstance(short, str) else short], [b"x"])


def test_runs_of_words_are_long_enough_and_found() -> None:
    """Each shortest run of neighbours is a needle, and one that is there is found."""
    words = ["ox", "abacus", "prelaw", "drop-down", "it", "quail", "yo-yo", "zoom"]
    assert runs(words)[0] == "ox abacus prelaw"
    assert all(needle(one) for one in runs(words))
    assert present([needle(one) for one in runs(words)], [b"noise " + b"prelaw drop-down" + b" noise"]) == [
        b"prelaw drop-down"
    ]
