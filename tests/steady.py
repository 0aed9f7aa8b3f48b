# SPDX-License-Identifier: AGPL-3.0-or-later
"""Repeat suites until each was green so often: ``make steady SUITES="browser desk" N=20``.

Without SUITES all are repeated, those that were ever red here N times and the others a quarter as often. What was green
is written down in .build/steady.json, so that the next call goes on; a red run stops it, names what failed, and counts
from nothing for that suite.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.run_suites import find_suites

ROOT = Path(__file__).resolve().parents[1]
BOOK = ROOT / ".build" / "steady.json"


def read_book(book: Path) -> dict[str, Any]:
    """Of each suite how often it was ``green`` in a row, and whether it was ``ever_red``."""
    return json.loads(book.read_text()) if book.exists() else {}


def left(found: dict[str, Any], suite: str, times: int, chosen: bool) -> int:
    """How many green runs are still wanted."""
    row = found.get(suite, {"green": 0, "ever_red": False})
    wanted = times if chosen or row["ever_red"] else max(1, times // 4)
    return max(0, wanted - row["green"])


def note(book: Path, suite: str, green: bool) -> None:
    """Write one run down."""
    found = read_book(book)
    row = found.setdefault(suite, {"green": 0, "ever_red": False})
    row["green"] = row["green"] + 1 if green else 0
    row["ever_red"] |= not green
    book.parent.mkdir(parents=True, exist_ok=True)
    book.write_text(json.dumps(found, indent=1) + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(description="Repeat suites until each was green so often.")
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("suites", nargs="*", metavar="SUITE")
    arguments = parser.parse_args()
    for suite in find_suites(ROOT, arguments.suites):
        while count := left(read_book(BOOK), suite, arguments.times, bool(arguments.suites)):
            print(f"{suite}: {count} more", flush=True)
            done = subprocess.run(
                [sys.executable, "tests/run_suites.py", suite], cwd=ROOT, capture_output=True, text=True
            )
            note(BOOK, suite, done.returncode == 0)
            if done.returncode:
                print(done.stdout)
                return 1
    for suite, row in sorted(read_book(BOOK).items()):
        print(f"{suite}: {row['green']} green in a row{', was red once' if row['ever_red'] else ''}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
