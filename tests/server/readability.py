# SPDX-License-Identifier: AGPL-3.0-or-later
"""How old a reader must be for each page of the source: the Flesch-Kincaid grade, and five years."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser

ENDS = {"p", "li", "h1", "h2", "h3", "label", "legend", "summary", "button", "div", "dt", "dd", "pre"}
"""Elements after which a sentence is over."""
LEFT_OUT = {"template", "script", "style", "code", "kbd", "svg", "pre", "option"}
"""What is not read as words."""
_WORD = re.compile(r"[A-Za-z]+(?:['\u2019-][A-Za-z]+)*")
_VOWELS = re.compile("[aeiouy]+")
_SILENT = re.compile("(?:[^laeiouy]es|[^laeiouytd]ed|[^laeiouy]e)$")


class _Sections(HTMLParser):
    """The text of each section, a full stop after each element of ENDS; lists of forces are names, and left out."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: dict[str, list[str]] = {}
        self._at = ""
        self._out = 0
        self._names = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "section":
            self._at = (values.get("id") or "").removeprefix("page-")
            self.texts[self._at] = []
        self._out += tag in LEFT_OUT
        if tag == "input":
            self._names = int("data-find" in values or "data-slug" in values)
        self._end(tag)

    def handle_endtag(self, tag: str) -> None:
        self._end(tag)
        self._out -= tag in LEFT_OUT
        if tag == "section":
            self._at = ""
        if tag == "label":
            self._names = 0

    def _end(self, tag: str) -> None:
        if self._at and tag in ENDS:
            self.texts[self._at].append(". ")

    def handle_data(self, data: str) -> None:
        if self._at and not self._out and not self._names:
            self.texts[self._at].append(data)


@dataclass(frozen=True)
class Read:
    """The words, sentences and syllables of a page."""

    words: int
    sentences: int
    syllables: int

    @property
    def age(self) -> float:
        """Years."""
        return 0.39 * self.words / self.sentences + 11.8 * self.syllables / self.words - 15.59 + 5


def syllables(word: str) -> int:
    """Groups of vowels, without an e that is not heard."""
    plain = re.sub("[^a-z]", "", word.lower())
    found = len(_VOWELS.findall(plain)) - (1 if _SILENT.search(plain) else 0)
    return max(found, 1)


def read(text: str) -> Read:
    """Its measure. A sentence ends with a full stop, a colon or what else ends one, and has words."""
    sentences = [words for part in re.split(r"[.!?:;]+(?=\s|$)", text) if (words := _WORD.findall(part))]
    words = [word for sentence in sentences for word in sentence]
    return Read(len(words), max(len(sentences), 1), sum(map(syllables, words)))


def sections(document: str) -> dict[str, str]:
    """The text of each page of the document, by its name."""
    parser = _Sections()
    parser.feed(document)
    return {name: "".join(parts) for name, parts in parser.texts.items()}
