# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a role installs is what its code imports, and the wheel holds all that the code reads."""

import re
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from dropbox.command_line.entries import MODULES
from tests.rules.tree import PACKAGES, ROOT, code_files, files, imports, module_name, plant, within

# What runs on the machine of each role. `dropbox.commands` and `dropbox.demo` only start what is installed.
SHARED = ("dropbox.protocol", "dropbox.flows", "dropbox.transport", "dropbox.forces", "dropbox.words")
RUNS = {
    "source": (*SHARED, "dropbox.source_cli", "dropbox.commands"),
    "server": (*SHARED, "dropbox.server", "dropbox.admin_cli"),
    "desk": (*SHARED, "dropbox.demo", "journalist_ui"),
    "previews": ("journalist_ui.previews.renderer",),
    "keys": (
        *("dropbox.protocol", "dropbox.command_line", "dropbox.local", "dropbox.shown", "dropbox.forces"),
        *("dropbox.words", "keys"),
    ),
}


FITS = {"previews": "PIL"}
"""What a role that lacks click installs."""


def installed_by(role: str) -> set[str]:
    """The distributions that a role's own requirements file names."""
    pinned = re.findall(r"^([a-z0-9._-]+)==", (ROOT / "requirements" / f"{role}.txt").read_text(), re.M)
    return {canonicalize_name(name) for name in pinned}


def uninstalled_imports(root: Path, role: str) -> list[str]:
    """Imports of a role's code that nothing brings when only that role is installed."""
    owners = metadata.packages_distributions()
    here = installed_by(role)
    faults = []
    for path in code_files(root):
        if not within(module_name(root, path), *RUNS[role]):
            continue
        for line, name in imports(root, path):
            top = name.split(".")[0]
            if top in sys.stdlib_module_names or top in (*PACKAGES, "templates"):
                continue
            if role == "desk" and within(module_name(root, path), *RUNS["previews"]):
                continue  # It has packages of its own.
            if not here & {canonicalize_name(owner) for owner in owners.get(top, ())}:
                faults.append(f"{path.relative_to(root)}:{line} {name}")
    return faults


@pytest.mark.parametrize("role", RUNS)
def test_a_role_installs_what_it_imports(role: str, tmp_path: Path) -> None:
    assert uninstalled_imports(ROOT, role) == []
    folder = RUNS[role][-1].replace(".", "/")
    plant(
        tmp_path,
        f"{folder}/fits.py",
        f"import {FITS.get(role, 'click')}\nimport json\nfrom dropbox.protocol import wire",
    )
    plant(tmp_path, f"{folder}/fault.py", "import pytest")
    assert uninstalled_imports(tmp_path, role) == [f"{folder}/fault.py:1 pytest"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return zipfile.ZipFile(next(folder.glob("*.whl")))


def test_the_wheel_holds_the_packages_with_their_data(wheel: zipfile.ZipFile) -> None:
    tops = (*PACKAGES, "templates")
    ours = {str(path.relative_to(ROOT)) for path in files(ROOT) if path.relative_to(ROOT).parts[0] in tops}
    assert {"dropbox/words/eff-large-wordlist.txt", "dropbox/forces/forces.csv"} <= ours
    bundle = {f"dropbox/server/static/{name}" for name in ("page.js", "worker.js.br", "style.css.gz", "notices.txt")}
    assert ours | bundle <= set(wheel.namelist())


def test_the_wheel_holds_nothing_else(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {name for name in tops if not name.endswith((".dist-info", ".data"))} == {*PACKAGES, "templates"}
    commands = {name.partition(".data/scripts/")[2] for name in wheel.namelist() if ".data/" in name}
    assert commands == set(MODULES)
    assert any(name.endswith("licenses/LICENSE") for name in wheel.namelist())


def test_the_wheel_asks_for_what_a_role_needs(wheel: zipfile.ZipFile) -> None:
    name = next(name for name in wheel.namelist() if name.endswith("METADATA"))
    asked = re.findall(r"^Requires-Dist: (.+)$", wheel.read(name).decode(), re.M)
    assert asked
    assert [line for line in asked if not Requirement(line).marker] == [], "a machine of no role needs nothing"
