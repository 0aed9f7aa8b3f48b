# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page's one table of events: where each leads and what it lets go; and that nothing is written past the mark."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.client.node_session import NODE

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "client" / "pages"
EVERYTHING = {
    "codename",
    "returned",
    "changing",
    "last",
    "found",
    "routed",
    "only",
    "left-report",
    "left-reply",
    "delivered",
}
# What nobody but the person can know stays until it is stored, or until the page goes.
OWN = {"codename", "changing", "left-report", "delivered"}


@pytest.fixture(scope="module")
def table() -> dict[str, dict[str, list[str]]]:
    script = Path(__file__).parent / "page_states.js"
    done = subprocess.run([str(NODE), str(script)], capture_output=True, text=True, check=True, timeout=60)
    found: dict[str, dict[str, list[str]]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    ("event", "went", "emptied", "kept"),
    [
        ("report-stored", ["end sent"], ["report"], {"returned", "found", "routed", "only", "left-reply"}),
        ("one-stored", [], [], EVERYTHING - {"last", "left-report"}),
        ("reply-stored", ["end replied"], ["typed"], EVERYTHING - {"last", "left-reply"}),
        ("withdrawn", ["end replied"], ["details"], EVERYTHING - {"last"}),
        ("answers-read", ["end messages"], ["typed"], EVERYTHING),
        ("answers-over", [], [], EVERYTHING - {"last"}),
        ("left", [], ["keys", "outcome", "typed"], OWN),
        ("left-stored", [], ["keys", "outcome", "report", "typed"], set()),
        ("gone", [], ["outcome", "report", "typed", "worker"], set()),
    ],
)
def test_what_an_event_lets_go(
    table: dict[str, dict[str, list[str]]], event: str, went: list[str], emptied: list[str], kept: set[str]
) -> None:
    """Of everything that the page could hold at once."""
    assert table[event]["went"] == went
    assert table[event]["emptied"] == emptied
    assert set(table[event]["kept"]) == kept


def test_whatever_else_happens_nothing_is_lost(table: dict[str, dict[str, list[str]]]) -> None:
    """A visit that is asked for, refused or broken off keeps what is needed to make it again; every page is one."""
    sections = re.findall(
        r"section\('([\w-]+)'", "".join(one.read_text() for one in ROOT.glob("templates/source/*.html"))
    )
    for happens in table.values():
        for step in happens["went"]:
            assert step.split()[1] in sections
    turns = {event: happens for event, happens in table.items() if happens["went"][:1] and "turn" in happens["went"][0]}
    assert {"asked", "refused", "rerouted", "untaken", "clock", "stopped", "unavailable", "problem"} <= set(turns)
    for happens in turns.values():
        assert (happens["emptied"], set(happens["kept"])) == ([], EVERYTHING)


WRITES = re.compile(
    r"\.(?:textContent|innerText|nodeValue)\s*=[^=]|\.replaceChildren\(|\.(?:append|prepend|after|before)\("
)
# Copies of templates that are taken out again or stay empty, a list in another order, a sentence or list inside a place
# that is marked, and a body that is emptied.
OTHERWISE = {"faults.js": 5, "outcome.js": 1, "leave.js": 1, "force_list.js": 2, "hint_list.js": 3}


def unmarked(folder: Path) -> dict[str, int]:
    """How often each script writes into the document past dom.js."""
    found = {path.name: len(WRITES.findall(path.read_text())) for path in folder.glob("*.js") if path.name != "dom.js"}
    return {name: count for name, count in found.items() if count}


def test_what_is_written_is_marked(tmp_path: Path) -> None:
    """Only dom.js writes text into the document, so that whatever was written can be emptied; another would be seen."""
    assert unmarked(PAGES) == OTHERWISE
    (tmp_path / "page.js").write_text('place.textContent = "codename";\nplace.replaceChildren();')
    assert unmarked(tmp_path) == {"page.js": 2}
