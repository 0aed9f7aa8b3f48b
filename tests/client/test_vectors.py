# SPDX-License-Identifier: AGPL-3.0-or-later
"""The vectors hold in the browser's code too, here run in Node."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dropbox.protocol.errors import leaves

SCENARIOS = Path(__file__).parents[1] / "vectors" / "scenarios"
NODE = Path(sys.executable).parent / "node"
SIGNED = ("ed25519-", "judge-", "manifest-", "hpke-")
"""Of the vectors' names, where they are about signatures or keys."""
VECTORS = {path.stem: json.loads(path.read_text()) for path in sorted(SCENARIOS.glob("*.json"))}


def answers(folder: Path, other_browser: str = "") -> dict[str, Any]:
    """What the browser's code answers to every vector of a folder, by name."""
    here = Path(__file__).parent
    before = ["--import", here / "other_browser.mjs"] if other_browser else []
    command = [NODE, *before, here / "run_vectors.js", folder]
    known = {**os.environ, "OTHER_BROWSER": other_browser}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=known)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {line.pop("name"): line for line in lines}


def due(name: str) -> dict[str, Any]:
    """What the file says."""
    return {key: VECTORS[name][key] for key in ("output", "error") if key in VECTORS[name]}


@pytest.fixture(scope="module")
def answered() -> dict[str, Any]:
    """To all of them."""
    return answers(SCENARIOS)


@pytest.mark.parametrize("name", VECTORS)
def test_a_vector_holds(name: str, answered: dict[str, Any]) -> None:
    """It answers what the file says: the same output, or the same error."""
    assert answered[name] == due(name)


@pytest.mark.parametrize("browser", ["no-curves", "cofactor"])
def test_browsers_with_other_curves_agree(browser: str, tmp_path: Path) -> None:
    """One that has neither curve of its own, and one whose Ed25519 has the equation with the cofactor."""
    names = [name for name in VECTORS if name.startswith(SIGNED)]
    for name in names:
        (tmp_path / f"{name}.json").symlink_to(SCENARIOS / f"{name}.json")
    found = answers(tmp_path, browser)
    assert len(names) > 50
    assert {name: found[name] for name in names} == {name: due(name) for name in names}


def test_every_error_of_the_tree_is_reached(answered: dict[str, Any]) -> None:
    """As an error, as the reason why a message was not sealed, or as a proof against a unit."""
    outputs = [found.get("output", {}) for found in answered.values()]
    told = {found["error"] for found in answered.values() if "error" in found}
    told |= {output["refused"] for output in outputs if "refused" in output}
    told |= {warning[3] for output in outputs for warning in output.get("warnings", ())}
    assert {leaf.code for leaf in leaves()} - told == set()


def test_every_vector_is_answered(answered: dict[str, Any]) -> None:
    """None is missing, and none ends in anything but an output or an error of the protocol."""
    assert sorted(answered) == sorted(VECTORS)
    assert [name for name, found in answered.items() if "broke" in found] == []
