# SPDX-License-Identifier: AGPL-3.0-or-later
"""How much the hints find in sixty made-up accounts, marked by hand: ``python -m tests.hints.measure``."""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from dropbox.hints.marking import Mark, mark_text

PAGE = 300
"""Words of a page."""
_MARKED = re.compile(r"\[(\w+)\|([^\]]*)\]")


@dataclass(frozen=True)
class Measured:
    """Marks by hand, how many of them were found, marks that no hand made, and the words of all accounts."""

    expected: int
    found: int
    wrong: int
    words: int

    @property
    def share(self) -> float:
        return self.found / self.expected

    @property
    def wrong_a_page(self) -> float:
        return self.wrong * PAGE / self.words


def accounts() -> list[tuple[str, list[Mark]]]:
    """The text of each, and what somebody marked in it."""
    found = []
    for written in (Path(__file__).parent / "accounts.txt").read_text(encoding="utf-8").split("\n---\n"):
        marks: list[Mark] = []
        plain, done = "", 0
        for one in _MARKED.finditer(written):
            plain += written[done : one.start()]
            marks.append(Mark(len(plain), len(plain) + len(one[2]), one[1]))
            plain, done = plain + one[2], one.end()
        found.append((plain + written[done:], marks))
    return found


def _meet(one: Mark, other: Mark) -> bool:
    return one.start < other.end and other.start < one.end


def measure(show: bool = False) -> Measured:
    """Found is what a mark of the same kind touches; wrong is a mark that touches none of the hand's."""
    expected = found = wrong = words = 0
    for number, (text, by_hand) in enumerate(accounts(), start=1):
        marks = mark_text(text)
        words += len(text.split())
        for one in by_hand:
            expected += 1
            hit = any(_meet(one, mark) and one.kind == mark.kind for mark in marks)
            found += hit
            if show and not hit:
                print(f"{number}: missed {one.kind}: {text[one.start : one.end]}")
        for mark in marks:
            if not any(_meet(mark, one) for one in by_hand):
                wrong += 1
                if show:
                    print(f"{number}: wrong {mark.kind}: {text[mark.start : mark.end]}")
    return Measured(expected, found, wrong, words)


if __name__ == "__main__":
    measured = measure(show="--show" in sys.argv)
    print(
        f"{len(accounts())} accounts of {measured.words} words: {measured.found} of {measured.expected} marks found "
        f"({measured.share:.0%}), {measured.wrong_a_page:.1f} false marks a page of {PAGE} words"
    )
