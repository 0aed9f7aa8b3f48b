# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/clocks.md names every module that acts by a clock, and no module that is not there.

A module acts by a clock when it reads one, when it is given one, or when it turns seconds into periods or compares
periods with the policy's spans.
"""

import re
from pathlib import Path

from tests.rules.tree import ROOT, files, plant

PAGE = "docs/clocks.md"
READS = re.compile(
    r"""
    \btime\.(time|monotonic|clock_gettime|perf_counter|gmtime|localtime)(_ns)?\b | \bfrom\ time\ import\b
    | \bdate(time)?\.(now|utcnow|today|fromtimestamp)\b | \bst_[amc]time\b
    | (?<!def\ )\b_?(clock|machine|awake|now|idle|wall|steady)\(\)
    | (//|%|\*)\s*[\w.()]*\bperiod(_seconds)?\b
    | \bpolicy\.(give_up|clock_slack|silent_after|head_life|retention|collect)\b
    | loop(\(\))?\.time\b
    | \bDate\.now\b | \bnew\ Date\b | \bperformance\.now\b | \bpolicy\.(giveUp|clockSlack|silentAfter|headLife)\b
    """,
    re.X,
)
HEADS = ("where", "what goes by the clock", "clock ahead", "clock behind", "who notices", "how it is undone")
_COMMENT = {".py": r"#[^\n]*", ".js": r"//[^\n]*|/\*.*?\*/"}
_PRODUCT = ("dropbox", "keys", "journalist_ui", "client")
# The checking build tool of the bundle, and what it writes.
_NOT_RUN = ("client/build.mjs", "client/generate.py", "dropbox/server/static/")


def clock_modules(root: Path) -> set[str]:
    """Paths of the product's modules in which a clock counts."""
    found = set()
    for path in files(root, ".py", ".js"):
        name = str(path.relative_to(root))
        if not name.startswith(tuple(f"{one}/" for one in _PRODUCT)) or name.startswith(_NOT_RUN):
            continue
        text = (
            re.sub(r'"""(?:.|\n)*?"""', "", path.read_text(encoding="utf-8"))
            if path.suffix == ".py"
            else path.read_text()
        )
        if READS.search(re.sub(_COMMENT[path.suffix], "", text, flags=re.S)):
            found.add(name)
    return found


def rows(page: str) -> list[list[str]]:
    """The cells of every table's rows; each table has the same heads."""
    table = [line.strip().strip("|").split("|") for line in page.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line] for line in table]


def named(page: str) -> set[str]:
    """Every path in the first cell of a row."""
    return {name for row in rows(page) for name in re.findall(r"`([\w/.]+\.(?:py|js))`", row[0])}


def faults(root: Path, page: str) -> list[str]:
    """What the page leaves out, what it names that is not there, and rows that answer less than every question."""
    known, acting = named(page), clock_modules(root)
    said = [f"{name}: acts by a clock and is not named" for name in sorted(acting - known)]
    said += [f"{name}: named and not there" for name in sorted(known) if not (root / name).is_file()]
    for row in rows(page):
        if len(row) != len(HEADS) or not all(row):
            said.append(f"{row[0]}: a row has {len(HEADS)} cells, none of them empty")
    return said


def test_every_place_that_acts_by_a_clock_is_in_the_table() -> None:
    """And each row says what happens either way, who sees it and how it is undone."""
    page = (ROOT / PAGE).read_text(encoding="utf-8")
    assert faults(ROOT, page) == []
    heads = [row for row in rows(page) if row[0] == HEADS[0]]
    assert heads
    assert all(tuple(row) == HEADS for row in heads)


def test_a_place_that_is_left_out_is_seen(tmp_path: Path) -> None:
    """A new reader of a clock, a module that went, an answer that is missing."""
    plant(tmp_path, "dropbox/a.py", '"""time.time in words."""\n# time.time()\n')
    plant(tmp_path, "dropbox/b.py", "import time\n\n\ndef now():\n    return time.time()\n")
    plant(tmp_path, "client/c.js", "// Date.now()\nconst begun = performance.now();\n")
    plant(tmp_path, "keys/d.py", "def f(policy, at):\n    return at // policy.period\n")
    assert clock_modules(tmp_path) == {"dropbox/b.py", "client/c.js", "keys/d.py"}
    page = "| `dropbox/b.py`, `keys/d.py`, `keys/gone.py` | a | b | c | d | e |\n| `client/c.js` | a | | c | d | e |\n"
    assert faults(tmp_path, page) == [
        "keys/gone.py: named and not there",
        "`client/c.js`: a row has 6 cells, none of them empty",
    ]
    assert faults(tmp_path, "")[0] == "client/c.js: acts by a clock and is not named"
