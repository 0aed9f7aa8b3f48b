# SPDX-License-Identifier: AGPL-3.0-or-later
"""The Makefile does what its help says, and CI does what a person does."""

import os
import re
import subprocess

import pytest

from tests.rules.tree import ROOT


def make(*arguments: str) -> str:
    """What make says, without the flags of a make around us."""
    environment = {key: value for key, value in os.environ.items() if key not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    command = ["make", "--no-print-directory", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout


def test_ci_is_make_test_and_nothing_else() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    commands = [line for line in script.read_text().splitlines() if line and not line.startswith(("#", "set ", "cd "))]
    assert commands == ["exec make test"]


def test_help_names_every_target() -> None:
    targets = re.findall(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.M)[0].split()
    said = make()
    parts_of_check = {"format", "lint", "types", "imports", "sizes"}
    assert [name for name in targets if f"make {name} " not in said and name not in parts_of_check] == ["help"]


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (("crash", "N=7"), "bench/crash.py --kills 7"),
        (("bench",), "bench/run.py"),
        (("test", "SUITES=rules keys"), "tests/run_suites.py rules keys"),
        (("long", "SUITES=flows"), "LONG=1 exec .venv/bin/python tests/run_suites.py flows"),
        (("demo", "DIR=there", "PORT=1", "DESK_PORT=2"), '--dir "$dir" --port 1 --desk-port 2'),
    ],
)
def test_variables_reach_the_commands(arguments: tuple[str, ...], command: str) -> None:
    assert command in make("--dry-run", *arguments)
