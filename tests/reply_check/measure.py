# SPDX-License-Identifier: AGPL-3.0-or-later
"""How much the checker finds in made-up replies: ``python -m tests.reply_check.measure [--show]``."""

import sys
from dataclasses import dataclass
from pathlib import Path

from journalist_ui.reply_check.marking import TASKING, check_reply

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Measured:
    """Replies of one kind, and how many of them the checker marks so."""

    replies: int
    marked: int

    @property
    def share(self) -> float:
        return self.marked / self.replies


def replies(name: str) -> list[str]:
    """A reply a line; a line that begins with a dash goes on with the one before."""
    found: list[str] = []
    for line in (HERE / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("- "):
            found[-1] += f"\n{line}"
        else:
            found.append(line)
    return found


def others() -> list[tuple[str, str]]:
    """Kind and text of those that are marked for something else than a task."""
    return [(kind, text) for kind, _, text in (line.partition(": ") for line in replies("other"))]


def kinds(text: str) -> set[str]:
    return {mark.kind for mark in check_reply(text)}


def measure_tasks(name: str, *, show: bool = False) -> Measured:
    """How many of a file are marked as tasking."""
    marked = 0
    for text in replies(name):
        hit = TASKING in kinds(text)
        marked += hit
        if show and hit != (name != "harmless"):
            print(f"{name}: {text}")
    return Measured(len(replies(name)), marked)


def measure_others(*, show: bool = False) -> Measured:
    """How many of the others are marked as what they are."""
    missed = [(kind, text) for kind, text in others() if kind not in kinds(text)]
    if show:
        for kind, text in missed:
            print(f"{kind}: {text}")
    return Measured(len(others()), len(others()) - len(missed))


def measure_false(*, show: bool = False) -> Measured:
    """How many of the harmless ones are marked for anything at all."""
    marked = [text for text in replies("harmless") if kinds(text)]
    if show:
        for text in marked:
            print(f"marked: {text} {kinds(text)}")
    return Measured(len(replies("harmless")), len(marked))


if __name__ == "__main__":
    show = "--show" in sys.argv
    found, wrong = measure_tasks("tasking", show=show), measure_tasks("harmless", show=show)
    rest, touched = measure_others(show=show), measure_false(show=show)
    print(
        f"tasking: {found.marked} of {found.replies} found ({found.share:.0%}), {wrong.marked} of {wrong.replies} "
        f"harmless refused ({wrong.share:.0%})\n"
        f"other kinds: {rest.marked} of {rest.replies} found ({rest.share:.0%}); {touched.marked} of {touched.replies} "
        f"harmless marked for anything ({touched.share:.0%})"
    )
