# SPDX-License-Identifier: AGPL-3.0-or-later
"""Marks what in a text may point to whoever wrote it: word by word, each looked at a bounded number of times."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from dropbox.forces.finding import fold
from dropbox.forces.places import load_places

from . import load_rules

KINDS = ("name", "number", "plate", "phone", "email", "date", "time", "role", "place")
_TOKEN = re.compile("[A-Za-z\u00c0-\u024f]+(?:['\u2019][A-Za-z\u00c0-\u024f]+)*|[0-9]+|[+(]")
_ALNUM = re.compile("[A-Za-z0-9\u00c0-\u024f]")
_SHORT = 3
"""Letters of a word that may begin a plate, a postcode or a number."""
_MOST_NAMES = 4
"""Words of one name."""
_STARTS = set('.!?:;\n\u201c"\u2022*-\u2013\u2014')
"""What stands before a word that is written large for its place."""
_BEFORE_AT = re.compile("[A-Za-z0-9._%+-]{0,64}$")
_AFTER_AT = re.compile("[A-Za-z0-9._-]{1,99}[A-Za-z0-9]")
_MONEY = set("\u00a3$\u20ac")


@dataclass(frozen=True)
class Mark:
    """From ``start`` to before ``end``, in letters of the text; one of KINDS."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class _Token:
    start: int
    end: int
    text: str

    @property
    def word(self) -> str:
        """Without a possessive's s."""
        return re.sub("['\u2019]s$", "", self.text)

    @property
    def key(self) -> str:
        return self.text.lower().replace("'", "").replace("\u2019", "")

    @property
    def large(self) -> bool:
        """Begins with a capital, and is not all of capitals."""
        return self.text[0] != self.text[0].lower() and self.word != self.word.upper()


@cache
def _by_first() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    """The patterns by the words that they begin with."""
    found: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    for rule in load_rules().rules:
        pattern = re.compile(rule.pattern, re.ASCII | (0 if rule.exact else re.IGNORECASE))
        for first in rule.first:
            found.setdefault(first, []).append((rule.kind, pattern))
    return found


@cache
def _places() -> frozenset[str]:
    return frozenset(fold(place.name) for place in load_places())


def _addresses(text: str) -> Iterator[Mark]:
    """E-mail addresses, and names that begin with an at sign."""
    at = text.find("@")
    while at >= 0:
        after = _AFTER_AT.match(text, at + 1)
        before = _BEFORE_AT.search(text[max(at - 64, 0) : at])
        length = len(before[0]) if before else 0
        if after:
            yield Mark(at - length, after.end(), "email" if length and "." in after[0] else "name")
        at = text.find("@", after.end() if after else at + 1)


def _ruled(text: str, token: _Token) -> Mark | None:
    """The longest that a pattern finds from this word on."""
    before = text[token.start - 1 : token.start]
    if _ALNUM.match(before):
        return None
    digits = "0" <= token.text[0] <= "9"
    rules = _by_first().get("digits" if digits else token.key, [])
    if not digits and len(token.text) <= _SHORT:
        rules = [*rules, *_by_first()["letters"]]
    best: Mark | None = None
    for kind, pattern in rules if before not in _MONEY or not digits else []:
        found = pattern.match(text, token.start)
        if found and (best is None or found.end() > best.end):
            best = Mark(token.start, found.end(), kind)
    return best


def _follows(text: str, one: _Token, other: _Token, between: str = " -.") -> bool:
    """Whether nothing but a letter or two of ``between`` stands between; a full stop after a short form alone."""
    gap = text[one.end : other.start]
    return (
        len(gap) <= 2 and all(letter in between for letter in gap) and ("." not in gap or len(one.text) <= _SHORT + 1)
    )


def _run(text: str, tokens: list[_Token], at: int) -> int:
    """The place after the last word of a name that goes on from ``at``."""
    common = load_rules().common
    end = at + 1
    while (
        end < min(len(tokens), at + _MOST_NAMES)
        and tokens[end].large
        and tokens[end].word not in common
        and _follows(text, tokens[end - 1], tokens[end], " -")
    ):
        end += 1
    return end


def _titled(text: str, tokens: list[_Token], at: int) -> int | None:
    """The same for a name or number behind one title or two."""
    titles = load_rules().titles
    first = at
    while first < min(len(tokens), at + 3) and tokens[first].key in titles:
        first += 1
    if first == at or first >= len(tokens) or not _follows(text, tokens[first - 1], tokens[first]):
        return None
    number = "0" <= tokens[first].text[0] <= "9" and len(tokens[first].text) > 1
    if number or (tokens[first].large and tokens[first].word not in load_rules().common):
        return _run(text, tokens, first)
    return None


def _named(text: str, tokens: list[_Token], at: int) -> int | None:
    """The place after the last word of a name that begins at this word; None where none does."""
    rules, token = load_rules(), tokens[at]
    titled = _titled(text, tokens, at)
    if titled is not None:
        return titled
    low = token.word.lower()
    known, sure = low in rules.names, low in rules.names and low not in rules.unsure
    if not token.large:
        return at + 1 if sure and token.text == token.text.lower() else None
    if token.word in rules.common:
        return None
    end = _run(text, tokens, at)
    before = text[tokens[at - 1].end : token.start] if at else "."
    starts = any(letter in _STARTS for letter in before)
    if starts and not sure and not (known and end > at + 1):
        return None
    return end if known or fold(text[token.start : tokens[end - 1].end]) not in _places() else None


def _words(text: str) -> list[_Token]:
    return [_Token(found.start(), found.end(), found[0]) for found in _TOKEN.finditer(text)]


def mark_text(text: str) -> list[Mark]:
    """Every mark, in order, none over another. Takes time by the length of the text."""
    marks: list[Mark] = []
    addresses = list(_addresses(text))[::-1]
    tokens = _words(text)
    done = 0
    for at, token in enumerate(tokens):
        while addresses and addresses[-1].start <= token.start:
            marks.append(addresses.pop())
            done = max(done, marks[-1].end)
        if token.start < done:
            continue
        found = _ruled(text, token)
        if found is None and token.text[0] not in "+(" and (end := _named(text, tokens, at)) is not None:
            last = tokens[end - 1]
            found = Mark(token.start, last.start + len(last.word), "name")
        if found is not None:
            marks.append(found)
            done = found.end
    return [*marks, *addresses[::-1]]


def hints(text: str) -> list[tuple[str, str]]:
    """Each marked text once, with its kind before it, in the order of KINDS and then of the text."""
    first: dict[tuple[str, str], tuple[str, str]] = {}
    for mark in mark_text(text):
        said = " ".join(text[mark.start : mark.end].split())
        first.setdefault((mark.kind, said.lower()), (mark.kind, said))
    return sorted(first.values(), key=lambda hint: KINDS.index(hint[0]))
