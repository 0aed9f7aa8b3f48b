# SPDX-License-Identifier: AGPL-3.0-or-later
"""The rules of this release, made ready: lists put in, each verb in its forms, everything compiled once."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

_FLAGS = re.IGNORECASE
_BASE, _DOING, _DONE = range(3)


@dataclass(frozen=True)
class Tasks:
    """What can be asked of somebody: ``base`` as in "record him", ``doing`` as in "recording him", ``done`` as in
    "recorded him". ``loose`` is base too, and counts where somebody is plainly asked for it."""

    base: re.Pattern[str]
    doing: re.Pattern[str]
    done: re.Pattern[str]
    loose: re.Pattern[str]


@dataclass(frozen=True)
class Asking:
    """What stands before a task that is asked for. ``base``, ``doing`` and ``done`` end where the task begins;
    ``openers`` are those of ``base`` anywhere. ``lead`` is a small word or a mark right before it, ``strong_lead`` a
    word that begins something of its own; ``bridge`` leads from an opener over a few words. A sentence with an
    ``opening`` goes on with what is asked."""

    base: re.Pattern[str]
    doing: re.Pattern[str]
    done: re.Pattern[str]
    openers: re.Pattern[str]
    lead: re.Pattern[str]
    strong_lead: re.Pattern[str]
    bridge: re.Pattern[str]
    opening: re.Pattern[str]


@dataclass(frozen=True)
class Turning:
    """What makes of an asked task one that is not: ``never`` says no, ``breaks`` ends that; ``knowing`` asks what
    somebody knows, ``others`` speaks of a third person, ``reported`` makes of an opener a thing that was said, and
    after ``subject`` a plain verb is somebody else's."""

    never: re.Pattern[str]
    breaks: re.Pattern[str]
    knowing: re.Pattern[str]
    others: re.Pattern[str]
    reported: re.Pattern[str]
    subject: re.Pattern[str]


@dataclass(frozen=True)
class Ahead:
    """What makes a sentence one about what is to come: ``words``, in one that asks, by its mark or by ``asking``."""

    asking: re.Pattern[str]
    words: re.Pattern[str]


@dataclass(frozen=True)
class Rules:
    """All of them. ``plain`` are patterns by kind of mark; ``address`` says how a source is addressed; ``said`` has the
    sentence of each kind, of a detail by the kind of detail."""

    tasks: Tasks
    asking: Asking
    turning: Turning
    outright: re.Pattern[str]
    plain: dict[str, re.Pattern[str]]
    address: re.Pattern[str]
    said: dict[str, str]
    details: dict[str, str]
    ahead: Ahead


def _regular(verb: str) -> list[str]:
    """Infinitive, -ing form and past of a verb that goes by the rule."""
    stem = verb[:-1] if verb.endswith("e") else verb
    return [verb, f"{stem}ing", f"{stem}ed"]


class _Words:
    """Puts lists and forms of verbs into the patterns of one file."""

    def __init__(self, lists: dict[str, str], verbs: dict[str, list[str]]) -> None:
        self._lists = lists
        self._verbs = verbs

    def put_in(self, pattern: str, shape: int = _BASE) -> str:
        """``{list}`` and ``<verb>`` replaced, to any depth."""
        before = ""
        while before != pattern:
            before = pattern
            for name, words in self._lists.items():
                pattern = pattern.replace(f"{{{name}}}", words)
        return re.sub(r"<([a-z][a-z |]*)>", lambda found: self._shapes(found[1], shape), pattern)

    def _shapes(self, named: str, shape: int) -> str:
        return "(?:" + "|".join(self._one(verb, shape) for verb in named.split("|")) + ")"

    def _one(self, verb: str, shape: int) -> str:
        first, gap, rest = verb.partition(" ")
        if first.endswith("ly") and rest:
            return f"{first} {self._one(rest, shape)}"
        return self._verbs.get(first, _regular(first))[shape] + gap + rest

    def any_of(self, patterns: Iterable[str], shape: int = _BASE) -> re.Pattern[str]:
        """One that finds each of these where a word begins."""
        return re.compile(rf"(?<![\w'])(?:{'|'.join(self.put_in(one, shape) for one in patterns)})", _FLAGS)


def _asking(read: dict[str, list[str]], leads: tuple[str, str], opening: str) -> Asking:
    fillers = f"(?:,? ?(?:{'|'.join(read['fillers'])})(?![\\w'])){{0,4}},? ?"
    openers = {name: f"(?<![\\w'])(?:{'|'.join(read[name])})" for name in ("base", "doing", "done")}
    base, doing, done = (re.compile(f"{openers[one]}(?![\\w']){fillers}$", _FLAGS) for one in openers)
    small = [rf"(?<![\w'])(?:{one})(?![\w'])" for one in leads]
    lead, strong = (
        re.compile(rf"(?:^|{one})[ ,:\"\u201c(]*{fillers}$", _FLAGS)
        for one in (rf"[:(\u2013\u2014\"\u201c,]| -|{small[0]}", small[1])
    )
    bridge = re.compile(rf"(?:,|(?<![\w'])(?:and|then|to|or|so as to|in order to|and then))[ ,]*{fillers}$", _FLAGS)
    return Asking(
        *(base, doing, done, re.compile(f"{openers['base']}(?![\\w'])", _FLAGS)),
        *(lead, strong, bridge, re.compile(rf"[\s\"\u201c(]*(?:{opening})(?![\w'])", _FLAGS)),
    )


_SUBJECT = (
    r"(?<![\w'])(?:we|i|he|she|they|who|you|it|nobody|someone|somebody|our \w+|the \w+|officers|colleagues|people)"
    r"(?:'\w+)? "
)


@cache
def load_rules() -> Rules:
    """Those of this release."""
    read = json.loads((resources.files(__package__) / "rules.json").read_text(encoding="utf-8"))
    words = _Words(read["lists"] | {name: read[name] for name in ("called", "roles")}, read["verbs"])
    base, doing, done = (words.any_of(read["tasks"], shape) for shape in (_BASE, _DOING, _DONE))
    loose = words.any_of(read["loose"])

    def worded(name: str) -> re.Pattern[str]:
        return re.compile(rf"(?<![\w'])(?:{read[name]})(?![\w'])", _FLAGS)

    never = re.compile(rf"(?<![\w'])(?:{read['never']})(?![\w'])(?! (?:{read['yet']})(?![\w']))", _FLAGS)
    reported = re.compile(rf"(?<![\w'])(?:{read['reported']}) $", _FLAGS)
    turning = Turning(
        *(never, worded("breaks"), worded("knowing"), worded("others"), reported, re.compile(_SUBJECT, _FLAGS)),
    )
    said, details = dict(read["said"]), read["said"]["gives-away"]
    del said["gives-away"]
    return Rules(
        Tasks(base, doing, done, loose),
        _asking(read, (read["leads"], read["strong_leads"]), read["opening"]),
        turning,
        words.any_of(read["outright"]),
        {kind: words.any_of(read[kind]) for kind in ("identity", "meeting")}
        | {"link": re.compile("|".join(read["link"]), _FLAGS)},
        words_at_start(words, read["address"]),
        said,
        details,
        Ahead(
            *(
                re.compile(rf"(?<![\w'])(?:{'|'.join(read['ahead'][one])})(?![\w])", _FLAGS)
                for one in ("asking", "words")
            )
        ),
    )


def words_at_start(words: _Words, patterns: Iterable[str]) -> re.Pattern[str]:
    """Those in which a mark, or a line's beginning, may come first."""
    return re.compile("|".join(rf"(?<![\w'])(?:{words.put_in(one)})" for one in patterns), _FLAGS | re.MULTILINE)
