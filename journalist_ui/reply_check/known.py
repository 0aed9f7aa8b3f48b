# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a source told: the details in its words, and the words themselves in runs of five."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dropbox.hints import load_rules
from dropbox.hints.marking import Mark, mark_text

RUN = 5
"""Words in a row, as the source wrote them, that count as its own."""
MOST = 200_000
"""Letters of a source's texts that are looked at, those that come first."""
_LEAST = {"name": 2, "number": 3, "plate": 3, "phone": 5, "email": 5, "date": 3, "time": 3, "role": 4, "place": 4}
_LEAST_LARGE = 3
"""Letters of a word with a capital that counts."""
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_TITLES = frozenset(
    [
        "pc",
        "dc",
        "ds",
        "di",
        "ps",
        "sgt",
        "sergeant",
        "inspector",
        "constable",
        "detective",
        "mr",
        "mrs",
        "ms",
        "miss",
        "dr",
        "chief",
        "the",
    ]
)


@dataclass(frozen=True)
class Known:
    """``details``: each by its kind and its words in small letters; ``large`` are words, in small letters too, that the
    source wrote with a capital and never without; ``runs`` of words of the source's own."""

    details: frozenset[tuple[str, str]] = frozenset()
    large: frozenset[str] = frozenset()
    runs: frozenset[tuple[str, ...]] = frozenset()


NOTHING = Known()


def _words(text: str) -> list[tuple[str, int, int]]:
    """Each in small letters with its place."""
    return [(found[0].lower().replace("\u2019", "'"), found.start(), found.end()) for found in _WORD.finditer(text)]


def _key(kind: str, said: str) -> Iterator[tuple[str, str]]:
    """What a detail is known by: of a name each of its words, of a number its letters and digits alone."""
    if kind == "name":
        for word, _, _ in _words(said):
            bare = word.removesuffix("'s")
            if len(bare) >= _LEAST[kind] and bare not in _TITLES:
                yield kind, bare
        return
    plain = "".join(word for word, _, _ in _words(said))
    digits = "".join(letter for letter in plain if letter.isdigit())
    if kind == "number" and len(digits) < _LEAST[kind]:
        return
    if len(plain) >= _LEAST[kind]:
        yield "number" if kind in ("number", "phone") else kind, digits if kind in ("number", "phone") else plain


def read_known(texts: Iterable[str]) -> Known:
    """Of what a source wrote: its messages, and answers in its own words."""
    details: set[tuple[str, str]] = set()
    runs: set[tuple[str, ...]] = set()
    large: set[str] = set()
    small: set[str] = set()
    room = MOST
    for text in texts:
        text, room = text[:room], max(0, room - len(text))
        for mark in mark_text(text):
            details.update(_key(mark.kind, text[mark.start : mark.end]))
        words = [word for word, _, _ in _words(text)]
        for word, start, _ in _words(text):
            (large if text[start].isupper() else small).add(word.removesuffix("'s"))
        runs.update(tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1))
    usual = {word.lower() for word in load_rules().common} | _TITLES
    own = {word for word in large - small - usual if len(word) >= _LEAST_LARGE}
    return Known(frozenset(details), frozenset(own), frozenset(runs))


def known_marks(text: str, known: Known) -> Iterator[Mark]:
    """Where a text repeats what the source told; the kind is that of a detail, or quote."""
    marks = mark_text(text)
    yield from (mark for mark in marks if known.details & set(_key(mark.kind, text[mark.start : mark.end])))
    words = _words(text)
    names = {said for kind, said in known.details if kind == "name"}
    for word, start, end in words:
        # A name that stands where no rule sees one, in the source's text or here.
        bare = word.removesuffix("'s")
        if text[start].isupper() and (bare in names or (bare in known.large and not _begins(text, start))):
            yield Mark(start, end, "name")
    yield from _quotes(words, known)


def _begins(text: str, start: int) -> bool:
    """Whether a word is written large for its place."""
    return text[max(0, start - 40) : start].rstrip(" \t\"'\u201c\u2018(-")[-1:] in ("", ".", "!", "?", ":", ";", "\n")


def _quotes(words: list[tuple[str, int, int]], known: Known) -> Iterator[Mark]:
    """Each stretch of words that stands in the source's text as it stands here, as a whole."""
    spelt = [word for word, _, _ in words]
    begun: int | None = None
    for at in range(len(words) - RUN + 2):
        own = tuple(spelt[at : at + RUN]) in known.runs
        if own and begun is None:
            begun = at
        elif not own and begun is not None:
            yield Mark(words[begun][1], words[at + RUN - 2][2], "quote")
            begun = None
