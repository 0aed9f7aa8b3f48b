# SPDX-License-Identifier: AGPL-3.0-or-later
"""What each folder of the browser's client may import and use, and what its worker holds."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.client.node_session import NODE

ROOT = Path(__file__).parents[2]
CLIENT = ROOT / "client"
DOOR = "protocol/primitives.js"
CRYPTO = re.compile(r"@hpke/|@noble/|mlkem")
IMPORT = re.compile(r"""^(?:import\s+(?:[^"';]*?\sfrom\s+)?|export\s+[*{][^"';]*?\sfrom\s+)["']([^"']+)["']""", re.M)
MAY_IMPORT = {
    "protocol": {"protocol"},
    "flows": {"flows", "protocol"},
    "transport": {"transport", "protocol"},
    "metadata": {"metadata"},
    "worker": {"worker", "transport", "flows", "protocol", "metadata", "words.js"},
    "pages": {"pages"},
}
IMPURE = re.compile(r"\b(?:fetch|Date|performance|setTimeout|Math\.random|crypto|indexedDB|localStorage|postMessage)\b")
ESBUILD = ROOT / "node_modules" / "esbuild" / "bin" / "esbuild"
IN_THE_WORKER = {"@hpke/common", "@hpke/core", "@hpke/dhkem-x25519", "@hpke/hybridkem-x-wing", "@noble/curves"} | {
    *("@noble/hashes", "mlkem")
}


def sources(root: Path) -> Iterator[tuple[str, str]]:
    """Name and code, without comments."""
    for path in sorted(root.rglob("*.js")):
        code = re.sub(r"/\*.*?\*/|^\s*//[^\n]*", "", path.read_text(encoding="utf-8"), flags=re.S | re.M)
        yield path.relative_to(root).as_posix(), code


def strangers(root: Path) -> list[str]:
    """Imports that a folder may not have."""
    faults = []
    for name, code in sources(root):
        room = name.split("/")[0]
        for target in IMPORT.findall(code):
            if not target.startswith("."):
                allowed = name == DOOR and CRYPTO.match(target)
            else:
                reached = (root / name).parent.joinpath(target).resolve().relative_to(root.resolve()).parts[0]
                constants = target.endswith("/protocol/constants.js")
                allowed = constants or room not in MAY_IMPORT or reached in MAY_IMPORT[room]
            if not allowed:
                faults.append(f"{name} imports {target}")
    return faults


def impure(root: Path) -> list[str]:
    """Files of the core that reach for a clock, the network or randomness."""
    return [
        f"{name} uses {found[0]}"
        for name, code in sources(root)
        if name.startswith(("protocol/", "flows/", "metadata/")) and name != DOOR
        if (found := IMPURE.search(code))
    ]


def test_each_folder_imports_what_it_may(tmp_path: Path) -> None:
    """Only primitives.js reaches for cryptography; pages take constants and nothing else of what the worker does."""
    assert strangers(CLIENT) == []
    for name, line in (
        ("pages/page.js", 'import { visit } from "../flows/visit.js";'),
        ("protocol/board.js", 'import {\n  ed25519,\n} from "@noble/curves/ed25519.js";'),
        ("flows/visit.js", 'export { sleep } from "../transport/http.js";'),
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"// SPDX\n/** @file Text. */\n{line}\n")
    assert len(strangers(tmp_path)) == 3


def test_protocol_flows_and_metadata_are_pure(tmp_path: Path) -> None:
    """Now and random are arguments."""
    assert impure(CLIENT) == []
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "visit.js").write_text("// fetch\nexport const now = () => Date.now();\n")
    assert impure(tmp_path) == ["flows/visit.js uses Date"]


@pytest.fixture(scope="module")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, set[str]]:
    """The worker's bundle, and the files that have a line in it."""
    folder = tmp_path_factory.mktemp("bundle")
    flags = ["--bundle", "--format=esm", "--target=es2022", "--log-level=error", f"--metafile={folder / 'meta.json'}"]
    outfile = folder / "worker.js"
    subprocess.run([NODE, ESBUILD, "client/worker.js", f"--outfile={outfile}", *flags], check=True, cwd=ROOT)
    (output,) = json.loads((folder / "meta.json").read_text())["outputs"].values()
    return outfile.read_text(), {name for name, used in output["inputs"].items() if used["bytesInOutput"]}


def test_the_worker_holds_only_what_a_source_needs(bundled: tuple[str, set[str]]) -> None:
    """No private key of a unit, no test, no package but the named ones, and nothing that a strict policy forbids."""
    code, inputs = bundled
    packages = {
        "/".join(name.split("/")[1:3]) if "/@" in name else name.split("/")[1] for name in inputs if "node_" in name
    }
    assert packages == IN_THE_WORKER
    assert {name.split("/")[0] for name in inputs} == {"client", "node_modules"}
    assert "class SealingKey" not in code
    assert not re.search(r"\beval\(|new Function\(|WebAssembly|importScripts", code)
