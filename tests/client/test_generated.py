# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the browser takes from the Python is what the Python says."""

import json
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from dropbox.protocol import errors

ROOT = Path(__file__).parents[2]
NODE = Path(sys.executable).parent / "node"
TREE = """
import * as errors from "%s";
const leaves = Object.values(errors).filter((kind) => kind.code);
console.log(JSON.stringify(leaves.map((kind) => [kind.name, Object.getPrototypeOf(kind).name, kind.code, kind.say])));
"""


@pytest.fixture(scope="module")
def program() -> ModuleType:
    """client/generate.py, which is no module of a package."""
    spec = spec_from_file_location("generate", ROOT / "client" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_no_generated_file_is_stale(program: ModuleType) -> None:
    """Every one is, byte for byte, what the program writes."""
    stale = [str(path) for path, text in program.generated().items() if path.read_text(encoding="utf-8") != text]
    assert stale == [], "run make generated"


def test_the_tree_of_errors_is_the_same() -> None:
    """Each leaf has the parent, the code and the sentence that it has in Python."""
    script = TREE % (ROOT / "client" / "protocol" / "errors.js").as_uri()
    done = subprocess.run([NODE, "--input-type=module"], input=script, capture_output=True, text=True, check=True)
    expected = [[leaf.__name__, leaf.__bases__[0].__name__, leaf.code, leaf.say] for leaf in errors.leaves()]
    assert sorted(json.loads(done.stdout)) == sorted(expected)
