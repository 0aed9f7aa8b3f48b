# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every mark of a text to a source: where, of which kind, and why."""

from collections.abc import Iterator
from dataclasses import dataclass

from dropbox.hints.marking import mark_text

from .known import NOTHING, Known, known_marks
from .patterns import load_rules
from .plain import Plain, read_plain, sentences
from .tasking import tasks

TASKING = "tasking"
GIVES_AWAY = "gives-away"
KINDS = (TASKING, GIVES_AWAY, "identity", "meeting", "link")
"""A text with the first is not sent without an authorisation from outside; one with another is read once more."""


@dataclass(frozen=True)
class ReplyMark:
    """From ``start`` to before ``end``, in letters of the text; ``kind`` is one of KINDS, ``reason`` a sentence for its
    writer, which holds nothing of the text."""

    start: int
    end: int
    kind: str
    reason: str


def check_reply(text: str, known: Known = NOTHING) -> list[ReplyMark]:
    """Every mark by its place; marks of one kind do not overlap. Takes time by the length of the text."""
    plain = read_plain(text)
    found = sorted((*_plain_marks(plain), *_details(text, known), *_ways_out(text)), key=_order)
    kept: list[ReplyMark] = []
    ends: dict[str, int] = {}
    for mark in found:
        if mark.start >= ends.get(mark.kind, 0) and mark.end > mark.start:
            kept.append(mark)
            ends[mark.kind] = mark.end
    return kept


def _order(mark: ReplyMark) -> tuple[int, int, int]:
    """By place, the longer first."""
    return mark.start, -mark.end, KINDS.index(mark.kind)


def _plain_marks(plain: Plain) -> Iterator[ReplyMark]:
    rules = load_rules()
    for sentence in sentences(plain.text):
        for start, end in tasks(plain.text, sentence):
            yield ReplyMark(*plain.place(start, end), TASKING, rules.said[TASKING])
        for kind, pattern in rules.plain.items():
            for found in pattern.finditer(plain.text, sentence.start, sentence.end):
                if kind == "link" or not _is_refused(plain.text[sentence.start : found.start()]):
                    yield ReplyMark(*plain.place(*found.span()), kind, rules.said[kind])
    for found in rules.address.finditer(plain.text):
        yield ReplyMark(*plain.place(*found.span()), GIVES_AWAY, rules.details["address"])


def _is_refused(before: str) -> bool:
    """As in "never tell us your name": the last word on it is no."""
    turning = load_rules().turning
    last = [found.end() for found in turning.breaks.finditer(before)]
    return turning.never.search(before, last[-1] if last else 0) is not None


def _details(text: str, known: Known) -> Iterator[ReplyMark]:
    said = load_rules().details
    for mark in known_marks(text, known):
        yield ReplyMark(mark.start, mark.end, GIVES_AWAY, said[mark.kind])
    # Whoever the source is to somebody is said by these words, told or not.
    for mark in mark_text(text):
        if mark.kind == "role":
            yield ReplyMark(mark.start, mark.end, GIVES_AWAY, said["role"])


def _ways_out(text: str) -> Iterator[ReplyMark]:
    """Telephone numbers and addresses to write to."""
    for mark in mark_text(text):
        if mark.kind in ("phone", "email"):
            yield ReplyMark(mark.start, mark.end, "link", load_rules().said["link"])
