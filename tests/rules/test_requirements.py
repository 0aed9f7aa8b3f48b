# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is installed is pinned by hash, names no host, and is no more than a role needs."""

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.rules.tree import PACKAGES, ROOT, plant

REQUIREMENTS = ROOT / "requirements"
ROLES = ("source", "server", "desk", "previews", "keys")
DIRECT_AT_MOST = {"source": 6, "server": 14, "desk": 14, "previews": 4, "keys": 14}
OWN = "codename-dropbox"

PIN = re.compile(r"[a-z0-9][a-z0-9._-]*(\[[a-z0-9,-]+\])?==[^\s;]+( ; [^\\]+)?( \\)?")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")


def loose_lines(text: str) -> list[str]:
    """Lines that are neither `name==version` nor a hash, and pins that no hash follows."""
    lines = text.splitlines()
    loose = [line for line in lines if not PIN.fullmatch(line) and not HASH.fullmatch(line)]
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        if PIN.fullmatch(line) and not HASH.fullmatch(after):
            loose.append(line)
    return loose


def pinned_requirements(name: str) -> list[Requirement]:
    """Each pin that is meant for this Python and machine."""
    lines = re.findall(r"^[a-z0-9][^=\n]*==[^\\\n]+", (REQUIREMENTS / f"{name}.txt").read_text(), re.M)
    return [one for one in map(Requirement, lines) if one.marker is None or one.marker.evaluate()]


def pins(name: str) -> dict[str, str]:
    """Their names and versions."""
    return {canonicalize_name(one.name): next(iter(one.specifier)).version for one in pinned_requirements(name)}


def asked_extras(distribution: str) -> list[Requirement]:
    """What an installed distribution needs with extras of its own, on this machine."""
    needs = map(Requirement, metadata.requires(distribution) or ())
    return [one for one in needs if one.extras and (one.marker is None or one.marker.evaluate({"extra": ""}))]


def wanted(name: str) -> list[Requirement]:
    """What a .in file asks for, with what it includes."""
    asked = []
    for line in (REQUIREMENTS / f"{name}.in").read_text().splitlines():
        if line.startswith("-r "):
            asked += wanted(line.removeprefix("-r ").removesuffix(".in"))
        elif line and not line.startswith("#"):
            asked.append(Requirement(line))
    return asked


def extra(name: str) -> list[Requirement]:
    """The same role's group in pyproject, its own groups unfolded."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    found = []
    for requirement in map(Requirement, groups[name]):
        inner = [extra(group) for group in requirement.extras] if requirement.name == OWN else [[requirement]]
        found += [part for parts in inner for part in parts]
    return found


def owners(names: tuple[str, ...], path: list[str] | None = None) -> dict[str, set[str]]:
    """Which distributions install a top-level name; ours is editable here and owns its folders outright."""
    found: dict[str, set[str]] = {name: set() for name in names}
    for distribution in metadata.distributions(**({} if path is None else {"path": path})):
        for file in distribution.files or ():
            top = file.parts[0].removesuffix(".py")
            if top in found:
                found[top].add(distribution.metadata["Name"])
    return {name: who - {OWN} for name, who in found.items()}


@pytest.mark.parametrize("path", sorted(REQUIREMENTS.glob("*.txt")), ids=lambda path: path.name)
def test_every_requirement_is_pinned_by_hash(path: Path) -> None:
    text = path.read_text()
    assert "==" in text
    assert loose_lines(text) == []


def test_a_loose_requirement_is_seen() -> None:
    good = "click==8.2.0 ; python_version < '4' \\\n    --hash=sha256:" + "0" * 64 + "\n"
    assert loose_lines(good) == []
    for bad in ("click>=8\n", "click==8.2.0\n", "--index-url x\n", "click @ file:x\n", "# via flask\n"):
        assert loose_lines(good + bad) != []
    assert loose_lines("click==8.2.0 \\\n    --hash=md5:" + "0" * 32 + "\n") != []


@pytest.mark.parametrize("name", [*ROLES, "dev"])
def test_the_pins_fulfil_what_is_asked_for(name: str) -> None:
    pinned = pins(name)
    for requirement in wanted(name):
        version = pinned.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement} is not pinned: run `make lock`"
        assert requirement.specifier.contains(version), f"{requirement} is pinned to {version}"


@pytest.mark.parametrize("name", [*ROLES, "dev"])
def test_extras_are_pinned_with_their_names(name: str) -> None:
    """pip takes `name[extra]` for a requirement of its own, and one without a pin for the newest release, which it
    then refuses: an install would break on the day of that release."""
    pinned = {(canonicalize_name(one.name), extra) for one in pinned_requirements(name) for extra in one.extras}
    asked = wanted(name) + [part for one in pinned_requirements(name) for part in asked_extras(one.name)]
    assert {(canonicalize_name(one.name), extra) for one in asked for extra in one.extras} <= pinned


@pytest.mark.parametrize("name", ROLES)
def test_a_role_is_the_same_in_both_places_and_small(name: str) -> None:
    assert {str(part) for part in wanted(name)} == {str(part) for part in extra(name)}
    assert len({part.name for part in wanted(name)}) <= DIRECT_AT_MOST[name]


def test_what_is_installed_is_what_is_pinned() -> None:
    pinned = pins("dev")
    here = {canonicalize_name(item.metadata["Name"]): item.version for item in metadata.distributions()}
    assert {name: here[name] for name in pinned if name in here and here[name] != pinned[name]} == {}


def test_our_top_level_names_have_no_second_owner(tmp_path: Path) -> None:
    names = (*PACKAGES, "templates", "tests")
    # Ours are not installed and come first in the path; this one leaves its own beside, none of them named like ours.
    known = {"tests": {"govuk-frontend-jinja"}}
    assert {name: who for name, who in owners(names).items() if who} == known
    theirs = {file.parts[1] for file in metadata.files("govuk-frontend-jinja") or () if file.parts[0] == "tests"}
    assert theirs & {path.name for path in (ROOT / "tests").iterdir()} == set()
    plant(tmp_path, "other-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: other\nVersion: 1\n")
    plant(tmp_path, "other-1.dist-info/RECORD", "keys/__init__.py,,\ndropbox.py,,\nother.py,,\n")
    assert owners(names, [str(tmp_path)]) == {name: set() for name in names} | {
        "keys": {"other"},
        "dropbox": {"other"},
    }
