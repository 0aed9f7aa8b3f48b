# SPDX-License-Identifier: AGPL-3.0-or-later
"""What in a text may point to whoever wrote it: hints by rules, on the device and without a request. Pure.

``rules.json`` has what is looked for: patterns, each with the words that it begins with, and lists of names, titles and
words that are written large without being a name. The browser gets the same patterns (``packed_rules``), and
``client/pages/checker.js`` goes by them as ``marking.py`` does; a test compares the two.
"""

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

_CLASS_OR_GAP = re.compile(r"\[[^\]]*\]|[ ']")
_GAP = r"(?:[ \t\r\n\u00a0]{1,3})"
_LETTER_OR_DIGIT = "A-Za-z0-9\u00c0-\u024f"


@dataclass(frozen=True)
class Rule:
    """``pattern`` holds from where a word begins that is one of ``first``; capitals count where ``exact``."""

    kind: str
    first: tuple[str, ...]
    pattern: str
    exact: bool


@dataclass(frozen=True)
class Rules:
    """All of them, and the words by which names are known: all in small letters but ``common``."""

    rules: tuple[Rule, ...]
    titles: frozenset[str]
    common: frozenset[str]
    names: frozenset[str]
    unsure: frozenset[str]


def _expand(then: str, lists: dict[str, str]) -> str:
    """A pattern as both languages read it: a space is any gap within a line or two, an apostrophe may be missing."""

    def spelt(found: re.Match[str]) -> str:
        return {" ": _GAP, "'": "['\u2019]?"}.get(found[0], found[0])

    for name, words in lists.items():
        then = then.replace(f"{{{name}}}", words)
    return f"(?:{_CLASS_OR_GAP.sub(spelt, then)})(?![{_LETTER_OR_DIGIT}])"


@cache
def load_rules() -> Rules:
    """Those of this release."""
    read = json.loads((resources.files(__name__) / "rules.json").read_text(encoding="utf-8"))
    rules = [
        Rule(
            one["kind"],
            tuple(one["first"].replace("'", "").split()),
            _expand(one["then"], read["lists"]),
            one.get("case", False),
        )
        for one in read["rules"]
    ]
    words = [frozenset(read[name].split()) for name in ("titles", "common", "first_names", "unsure_names")]
    return Rules(tuple(rules), *words)


def packed_rules() -> str:
    """The same as JSON for the browser."""
    found = load_rules()
    lists = {name: " ".join(sorted(getattr(found, name))) for name in ("titles", "common", "names", "unsure")}
    rules = [[one.kind, " ".join(one.first), one.pattern, one.exact] for one in found.rules]
    return json.dumps({"rules": rules, **lists}, ensure_ascii=False)
