# SPDX-License-Identifier: AGPL-3.0-or-later
"""The runbooks of those who keep the roots, run as they stand: a ceremony, what is renewed, a unit's life, a merger, a
lost root."""

import re
import sys
from pathlib import Path

import pytest

from tests.keys.conftest import done, run_here, write_enrolment
from tests.long_form import LONG
from tests.scenarios.service import BIN, ROOT
from tests.scenarios.typist import Answer, Typist

RUNBOOKS = ROOT / "docs" / "runbooks"
CHEAP = """#!{python}
from keys import keyfiles
keyfiles._MEMORY_KIB = 1_024
from dropbox.command_line.endings import launch
from keys.commands import main
launch(main)
"""
"""The same command, whose root keys cost a mebibyte and not 128: what they cost for real is tested in tests/keys."""
UNITS = (("north", "cumbria"), ("south", "gwent"), ("east", "durham"), ("west", "cleveland"))


def blocks(name: str, mark: str = "sh") -> list[str]:
    """Every block of a runbook that is marked so, in order."""
    return re.findall(rf"^```{mark}\n(.*?)^```$", (RUNBOOKS / f"{name}.md").read_text(), re.M | re.S)


def _last_words(screen: str) -> str:
    return " ".join(re.findall(r"\d+\. ([a-z-]+)", screen)[-2:])


def _asked_word(screen: str) -> str:
    return str(re.findall(r'Type "(\w+)" to go on', screen)[-1])


def keepers(folder: Path) -> dict[str, Answer]:
    """Who is at the machine: they put in the medium that is asked for, read, and name one key file after another."""
    asked = [0]

    def medium(screen: str) -> str:
        number = re.findall(r"Folder of the medium of root (\d+)", screen)[-1]
        changed = "stay" in screen
        return str(folder / ("medium-4" if changed else f"medium-{number}"))

    def key(screen: str) -> str:
        asked[0] += 1
        number = asked[0] % 2 + 2
        mark = "rehearsal-" if "REHEARSAL" in screen.rpartition("Key file")[0][-500:] else ""
        return str(folder / f"medium-{number}" / f"{mark}root-{number}.key")

    return {
        r"Folder of the medium of root \d+, or Enter to stop here: ": medium,
        r"Key file of a root [^\n]*, or Enter to stop here: ": key,
        r"Type its last two words when all agree: ": _last_words,
        r'Type "\w+" to go on: ': _asked_word,
        r"(?:New p|P)assphrase of this root: ": "a root keeper's passphrase",
        r"Repeat for confirmation: ": "again",
    }


@pytest.fixture
def at_the_roots(tmp_path: Path) -> Typist:
    """A shell of the offline machine, which stands for the server's too."""
    bin_folder = tmp_path / "bin"
    for folder in (bin_folder, tmp_path / "roots", *(tmp_path / f"medium-{n}" for n in (1, 2, 3, 4))):
        folder.mkdir(mode=0o700)
    if not LONG:
        (bin_folder / "dropbox-keys").write_text(CHEAP.format(python=sys.executable))
        (bin_folder / "dropbox-keys").chmod(0o755)
    environment = {
        "ROOTS": str(tmp_path / "roots"),
        **{f"MEDIUM_{n}": str(tmp_path / f"medium-{n}") for n in (1, 2, 3, 4)},
        "CONFIG": str(tmp_path / "server" / "server.toml"),
        "ANCHOR": str(tmp_path / "roots" / "first" / "service.anchor"),
        "LAST_PERIOD": "0",
        "LAST_HASH": "0" * 64,
        "PATH": f"{bin_folder}:{BIN}:/usr/bin:/bin",
        "HOME": str(tmp_path),
        "TERM": "dumb",
        "LANG": "C.UTF-8",
        "COLUMNS": "200",
    }
    return Typist(environment, tmp_path, keepers(tmp_path))


def add_units(typist: Typist, roots: Path) -> None:
    """A server, and what first-service.md lists: two kinds of units, published."""
    typist.run('dropbox-admin init --dir "$(dirname "$CONFIG")" --anchor "$ANCHOR"\n')
    (roots / "service.anchor").write_bytes((roots / "first" / "service.anchor").read_bytes())
    added = [("intake", ("--kind", "intake-desk")), *((slug, ("--force", force)) for slug, force in UNITS)]
    for slug, more in added:
        enrolment = write_enrolment(roots, slug)
        at = ("--directory", roots / "service.directory", "--enrolment", enrolment, "--slug", slug)
        done(run_here("unit", "add", *at, *more))
    write_enrolment(roots, "north-2", unit="north")
    typist.run(blocks("units")[-1])


def test_the_runbooks_of_the_roots(at_the_roots: Typist, tmp_path: Path) -> None:
    """Typed from the first block to the last, they do what their text says: each sentence that is asserted here stands
    in one of them."""
    typist = at_the_roots
    try:
        ceremony = [typist.run(block) for block in blocks("ceremony")]
        assert "REHEARSAL" in ceremony[1]
        assert "The ceremony is over." in ceremony[3]
        assert ceremony[4].count("the files agree; 2 of 2 roots signed it") == 1
        assert "signed by roots 1 and 2" not in ceremony[-1]
        assert "signed by root 2; 2 of 3 roots are needed" in ceremony[-1]
        add_units(typist, tmp_path / "roots")
        rotation = [typist.run(block) for block in blocks("rotation")]
        assert (
            rotation[2].count("the published one") + rotation[2].count("as you gave it: nothing but the version") == 2
        )
        assert rotation[2].count("lost: nothing") == 3
        assert "100 days left" in rotation[3] or "101 days left" in rotation[3]
        assert "north signs with a new key from" in rotation[-1]
        units = [typist.run(block) for block in blocks("units")]
        assert "LOOK: no unit that receives reports serves" in units[2]
        assert "LOOK: revoked: south" in units[6]
        assert "published directory version" in units[-1]
        merger = [typist.run(block) for block in blocks("merger")[:2]]
        (back,) = blocks("merger", "text")
        there = typist.run(f'mkdir back; cp "$ROOTS/service.directory" back; cd back\n{back}\ncd ..\n')
        assert "east: Unit east receives again" in there
        assert "east serves Durham Constabulary (durham), new" in there
        merger += [typist.run(block) for block in blocks("merger")[2:]]
        assert "\nwest goes on for east\n" in merger[1]
        assert re.search(r"east: Unit east, retired, last batch .*, west goes on for it", merger[-1])
        lost = [typist.run(block) for block in blocks("key-lost")]
        assert "the files agree; 2 of 2 roots signed it" in lost[2]
        assert lost[-1].count("holds: who pins this anchor believes it") == 2
        assert (tmp_path / "medium-4" / "root-3-2.key").exists()
    finally:
        typist.close()
