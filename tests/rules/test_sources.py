# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every file says or must not say, whatever it is about."""

import ast
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rules.tree import ROOT, files, parse, plant

LICENSED = (".py", ".js", ".mjs", ".css", ".scss", ".sh", ".service", "Makefile", "torrc", "run")
SPDX = "SPDX-License-Identifier: AGPL-3.0-or-later"
# Written in pieces, so that this file does not break its own rules.
HOSTS = [
    ".".join(parts)
    for parts in (
        *(("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"), ("yarnpkg", "com")),
        *(("deb", "debian", "org"), ("security", "debian", "org"), ("registry", "npm")),
    )
]
MACHINE_PATHS = re.compile(
    "(?<![\\w.])/(?:" + "|".join(("wo" + "rk", "ro" + "ot", "ho" + "me/\\w+", "Us" + "ers")) + ")/"
)


def texts(root: Path) -> Iterator[tuple[Path, str]]:
    for path in files(root):
        try:
            yield path, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def unlicensed(root: Path) -> list[str]:
    """The licence stands in the first line, or the second after `#!`."""
    return [
        str(path.relative_to(root))
        for path in files(root, *LICENSED)
        if SPDX not in "".join(path.read_text(encoding="utf-8").splitlines(keepends=True)[:2])
    ]


def naming_hosts(root: Path) -> list[str]:
    return [f"{path.relative_to(root)} names {host}" for path, text in texts(root) for host in HOSTS if host in text]


def machine_paths(root: Path) -> list[str]:
    return [
        f"{path.relative_to(root)}: {found.group()}"
        for path, text in texts(root)
        if (found := MACHINE_PATHS.search(text))
    ]


SILENCED = re.compile(
    r"#\s*(noqa|type:\s*ignore|pragma:\s*no (?:cover|branch))"
    r"(?P<code>:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*|\[[\w, -]+\])?(?P<reason>.*)"
)


def unexplained(root: Path) -> list[str]:
    """A silenced finding names its code, and the reason follows it or stands in the comment above."""
    faults = []
    for path in files(root, ".py"):
        lines = path.read_text(encoding="utf-8").splitlines()
        with path.open("rb") as source:
            comments = [t for t in tokenize.tokenize(source.readline) if t.type == tokenize.COMMENT]
        for comment in comments:
            found = SILENCED.search(comment.string)
            if not found:
                continue
            above = lines[comment.start[0] - 2].strip() if comment.start[0] > 1 else ""
            explained = above.startswith("#") or re.search(r"\w{2}", found["reason"])
            if not explained or not (found["code"] or found[1].startswith("pragma")):
                faults.append(f"{path.relative_to(root)}:{comment.start[0]} {comment.string}")
    return faults


def unexplained_settings(text: str) -> list[str]:
    """In pyproject each list of ignored findings has a comment on the line above."""
    lines = text.splitlines()
    return [
        line
        for number, line in enumerate(lines)
        if re.match(r'"[^"]+" = \[|(?:extend-)?ignore\w* = |disable_error_code = |ignore_missing_imports', line)
        if not lines[number - 1].startswith("#")
    ]


def skipping(root: Path) -> list[str]:
    """Any use of pytest's or unittest's ways to leave a test out or expect it to fail."""
    ways = re.compile(r"skip(?:if|unless|test)?|importorskip|xfail|expectedfailure|collect_ignore(?:_glob)?", re.I)
    return [
        f"{path.relative_to(root)}:{node.lineno} {word}"
        for path in files(root, ".py")
        if path.relative_to(root).parts[0] == "tests"
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Attribute | ast.Name)
        if ways.fullmatch(word := node.attr if isinstance(node, ast.Attribute) else node.id)
    ]


def test_every_source_names_its_licence(tmp_path: Path) -> None:
    assert unlicensed(ROOT) == []
    plant(tmp_path, "fits.sh", f"#!/bin/bash\n# {SPDX}\n")
    plant(tmp_path, "bare.py", '"""Something."""\n')
    plant(tmp_path, "empty/__init__.py", "")
    assert unlicensed(tmp_path) == ["bare.py", "empty/__init__.py"]


@pytest.mark.parametrize("host", HOSTS)
def test_no_file_names_a_registry(tmp_path: Path, host: str) -> None:
    assert [fault for fault in naming_hosts(ROOT) if fault.endswith(f" {host}")] == []
    plant(tmp_path, "package-lock.json", f'"resolved": "https://{host}/a.tgz"')
    assert len(naming_hosts(tmp_path)) == 1


def test_no_file_holds_a_path_of_one_machine(tmp_path: Path) -> None:
    assert machine_paths(ROOT) == []
    plant(tmp_path, "fits.md", "see network/rooting/ and ./work/ and /var/lib/dropbox")
    for number, folder in enumerate(("/wo" + "rk/main", "/ro" + "ot/x", "/ho" + "me/someone/x")):
        plant(tmp_path, f"{number}.md", f"cd {folder}")
    assert len(machine_paths(tmp_path)) == 3


def test_every_silenced_finding_has_a_reason(tmp_path: Path) -> None:
    assert unexplained(ROOT) == []
    plant(tmp_path, "fits.py", "# The bytes are ours.\nx = 1  # no" + "qa: S314\ny = 'a # no" + "qa'\n")
    plant(tmp_path, "fits_too.py", "x = 1  # type: ig" + "nore[misc]  # the library has no types\n")
    plant(tmp_path, "fits_as_well.py", "x = 1  # no" + "qa: S314, S105 - the bytes are ours\n")
    assert unexplained(tmp_path) == []
    plant(tmp_path, "bare.py", "# Why not.\nx = 1  # no" + "qa\n")
    plant(tmp_path, "mute.py", "x = 1  # no" + "qa: S314\n")
    plant(tmp_path, "mute_too.py", "x = 1  # pragma: no" + " cover\n")
    assert [fault.split(":")[0] for fault in unexplained(tmp_path)] == ["bare.py", "mute.py", "mute_too.py"]


def test_every_ignored_rule_has_a_reason() -> None:
    assert unexplained_settings((ROOT / "pyproject.toml").read_text()) == []
    planted = '[tool.ruff.lint.per-file-ignores]\n"tests/**" = ["S101"]\nignore = ["E501"]\n# why\nignore = ["E1"]'
    assert unexplained_settings(planted) == ['"tests/**" = ["S101"]', 'ignore = ["E501"]']


def test_coverage_is_not_turned_off_where_it_is_promised(tmp_path: Path) -> None:
    def turned_off(root: Path) -> list[str]:
        promised = ("dropbox/protocol/", "keys/")
        return [
            str(path.relative_to(root))
            for path in files(root, ".py")
            if str(path.relative_to(root)).startswith(promised)
            if re.search(r"pragma:\s*no", path.read_text(encoding="utf-8"))
        ]

    assert turned_off(ROOT) == []
    plant(tmp_path, "keys/roles.py", "# why\nx = 1  # pragma: no" + " cover\n")
    assert turned_off(tmp_path) == ["keys/roles.py"]


def test_no_test_is_left_out(tmp_path: Path) -> None:
    assert skipping(ROOT) == []
    plant(tmp_path, "tests/a/test_a.py", "import pytest\n@pytest.mark.skip\ndef test_a(): pass\n")
    plant(tmp_path, "tests/a/test_b.py", "import pytest\ndef test_b():\n    pytest.skip('later')\n")
    plant(tmp_path, "tests/a/test_c.py", "from pytest import mark\n@mark.xfail(strict=True)\ndef test_c(): pass\n")
    assert len(skipping(tmp_path)) == 3
