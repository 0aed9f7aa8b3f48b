# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which force somebody means: by its name, initials, a place, an airport or a railway; one slip of typing is forgiven.

``client/pages/find_force.js`` does the same in the browser, step by step; a test compares them on every name.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from . import Force, enabled_forces
from .places import Place, load_places

LONGEST = 80
"""Letters of what was typed that are looked at."""
_LEAST_SLIP = 4
"""Letters from which a word may hold a slip: of shorter ones too many are alike."""
_LEAST_INITIALS = 3
EXACT, BEGINS, HOLDS = range(3)
"""How well a name fits, the best first: it is what was typed, or begins so, or each typed word begins one of its
words."""
_WORD = re.compile("[a-z0-9]+")
_SMALL = {"and", "of"}
_RAILWAYS = {"dlr", "rail", "railway", "railways", "train", "trains", "tube", "underground"}
_LOOSE = {
    *("airport", "area", "at", "centre", "city", "constabulary", "council", "county", "force", "in", "near", "of"),
    *("police", "station", "the", "town"),
}
"""Words that may be left out when nothing fits with them."""
RAILWAY_POLICE = "british-transport-police"
NO_RAILWAY_POLICE = "northern-ireland"
"""Where the railways are the force's own."""


@dataclass(frozen=True)
class Found:
    """A force, and the place by which it was found: both empty when that was its own name. ``shared``: the place has
    several forces. A place of none has an empty ``slug``. ``near``: it is only much like what was typed."""

    slug: str
    place: str = ""
    area: str = ""
    shared: bool = False
    near: bool = False


@dataclass(frozen=True)
class _Name:
    """One key by which something is looked for. ``whole``: only when it was typed whole."""

    key: str
    found: tuple[Found, ...]
    size: int
    whole: bool = False
    spaced: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "spaced", f" {self.key}")


def fold(text: str) -> str:
    """Words of a to z and digits, apart by one space; accents, apostrophes and case are gone, "saint" is "st"."""
    apart = unicodedata.normalize("NFKD", text[:LONGEST].replace("&", " and "))
    plain = "".join(
        letter for letter in apart if unicodedata.category(letter)[0] != "M" and letter not in "'\u2019\u02bc"
    )
    return " ".join("st" if word == "saint" else word for word in _WORD.findall(plain.lower()))


def _differ_by_one(one: str, other: str) -> bool:
    """Whether one letter more, less or changed, or two neighbours exchanged, makes one of the other; or they are
    the same."""
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    end = 0
    while end < min(len(one), len(other)) - start and one[-1 - end] == other[-1 - end]:
        end += 1
    left, right = one[start : len(one) - end], other[start : len(other) - end]
    return max(len(left), len(right)) <= 1 or (len(left) == 2 and left == right[::-1])


def _fits(typed: str, names: Sequence[_Name]) -> Iterator[tuple[int, _Name]]:
    """Each name that fits without a slip, and how well."""
    parts = [f" {part}" for part in typed.split(" ")]
    squashed = typed.replace(" ", "")
    for name in names:
        key = name.key
        if key.startswith(typed):
            yield EXACT if key == typed else BEGINS, name
        elif key[0] == typed[0] and key.replace(" ", "") == squashed:
            yield EXACT, name
        elif all(part in name.spaced for part in parts):
            yield HOLDS, name


def _slip(typed: str, key: str) -> int | None:
    """The same with one slip: in the name, in its beginning, or in each word of one of its words; None without."""
    if len(typed) < _LEAST_SLIP:
        return None
    # One slip leaves the first letter or the second as it is, or exchanges them.
    if typed[0] in key[:2] or typed[1] in key[:2]:
        if _differ_by_one(typed, key):
            return EXACT
        if any(_differ_by_one(typed, key[:length]) for length in range(len(typed) - 1, len(typed) + 2)):
            return BEGINS
    words = key.split(" ")
    alike = all(
        any(word.startswith(part) or (len(part) >= _LEAST_SLIP and _differ_by_one(part, word)) for word in words)
        for part in typed.split(" ")
    )
    return HOLDS if alike else None


def _names(forces: Iterable[Force], places: Iterable[Place]) -> tuple[_Name, ...]:
    names: list[_Name] = []
    known = set()
    for force in forces:
        known.add(force.slug)
        for name in force.names():
            key = fold(name)
            names.append(_Name(key, (Found(force.slug),), 0))
            initials = "".join(word[0] for word in key.split(" ") if word not in _SMALL)
            if len(initials) >= _LEAST_INITIALS:
                names.append(_Name(initials, (Found(force.slug),), 1, whole=True))
    for place in places:
        slugs = [slug for slug in place.forces if slug in known]
        found = tuple(Found(slug, place.name, place.area, place.shared) for slug in slugs)
        if found or not place.forces:
            names.append(_Name(fold(place.name), found or (Found("", place.name),), place.size))
    return tuple(names)


def _sorted(fits: list[tuple[int, _Name]]) -> list[Found]:
    """Of what fits as well, the larger place first, then by the alphabet."""
    fits.sort(key=lambda one: (one[0], one[1].size, one[1].key, one[1].found[0].area))
    return [found for _, name in fits for found in name.found]


def _fitting(words: list[str], names: Sequence[_Name]) -> list[Found]:
    """What fits the words as they stand; else with a slip; nothing for no words."""
    typed = " ".join(words)
    if not typed:
        return []
    found = _sorted([(fit, name) for fit, name in _fits(typed, names) if fit == EXACT or not name.whole])
    if found:
        return found
    alike = [(fit, name) for name in names if not name.whole and (fit := _slip(typed, name.key)) is not None]
    return [replace(one, near=True) for one in _sorted(alike)]


def _fitting_somehow(words: list[str], names: Sequence[_Name]) -> list[Found]:
    """The same; else without the words that may be left out; else what a single one of the words names."""
    kept = [word for word in words if word not in _LOOSE]
    named = [(EXACT, name) for name in names if len(name.key) >= _LEAST_SLIP and name.key in kept]
    return _fitting(words, names) or _fitting(kept, names) or _sorted(named)


def _each_once(found: Iterable[Found]) -> list[Found]:
    """The first of each force."""
    first: dict[str, Found] = {}
    for one in found:
        first.setdefault(one.slug, one)
    return list(first.values())


def find_among(typed: str, names: Sequence[_Name]) -> list[Found]:
    """Each force that fits once, the likeliest first; empty when nothing was typed or nothing fits."""
    words = fold(typed).split()
    if not words:
        return []
    railway = any(word in _RAILWAYS for word in words) or ("station" in words and "police" not in words)
    if not railway or all(one != Found(RAILWAY_POLICE) for name in names for one in name.found):
        return _each_once(_fitting_somehow(words, names))
    found = [one for one in _fitting(words, names) if not one.near]
    found = found or _fitting_somehow([word for word in words if word not in _RAILWAYS], names)
    police = [] if found and found[0].slug == NO_RAILWAY_POLICE else [Found(RAILWAY_POLICE)]
    return _each_once([*police, *found])


@cache
def _all_names() -> tuple[_Name, ...]:
    return _names(enabled_forces(), load_places())


def find_forces(typed: str) -> list[Found]:
    """The same among the forces that a report may name."""
    return find_among(typed, _all_names())
