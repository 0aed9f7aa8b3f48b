# SPDX-License-Identifier: AGPL-3.0-or-later
"""Places of the United Kingdom and the forces that serve them.

``geonames.tsv`` has the places of 2,000 people and more, each with its area: a council's or a county's
(ATTRIBUTION.md says where from). ``areas.csv`` names each area and its one force; no area lies in two. ``known.tsv``
has what else people type: Welsh, Gaelic and Irish names, airports and stations, and places that have several forces
(``shared``) or none here (``none``).
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

SIZES = (100_000, 20_000)
"""People from which a place counts as a city, and as a town: of places of one name the larger comes first."""
_RENAMED = {
    "Londonderry County Borough": "Londonderry",
    "Ellesmere Port Town": "Ellesmere Port",
    "Enfield Town": "Enfield",
}
"""Places that people call otherwise than the gazetteer does."""


@dataclass(frozen=True)
class Place:
    """``forces``: slugs of those that serve it, the likeliest first; several where it is ``shared``, none where no
    force of the list does. ``area`` is empty, or names where it lies; ``size`` is 0 for a city or whatever was added by
    hand, 1 for a town, 2 for what is smaller."""

    name: str
    forces: tuple[str, ...]
    area: str = ""
    size: int = 0
    shared: bool = False


def _lines(name: str) -> list[str]:
    return (resources.files("dropbox.forces") / name).read_text(encoding="utf-8").splitlines()


def _named(name: str) -> str:
    name = _RENAMED.get(name, name)
    return f"St {name.removeprefix('Saint ')}" if name.startswith("Saint ") else name.replace(" Saint ", " St ")


def _size(people: int) -> int:
    return next((size for size, least in enumerate(SIZES) if people >= least), len(SIZES))


@cache
def load_places() -> tuple[Place, ...]:
    """Every place, area and other name that comes with this release, in one order."""
    areas = {code: (name, force) for code, name, force in csv.reader(_lines("areas.csv")[1:])}
    within: dict[str, set[tuple[int, str]]] = {code: set() for code in areas}
    for line in _lines("geonames.tsv"):
        people, code, name = line.split("\t")
        within[code].add((_size(int(people)), _named(name)))
    shared: list[Place] = []
    places: list[Place] = []
    for line in _lines("known.tsv"):
        slugs, kind, names = line.split("\t")
        forces = tuple(slug for slug in slugs.split(",") if slug)
        shared += (Place(name, forces, shared=kind == "shared") for name in names.split("|"))
    # What lies in two forces' areas is none of the one that the gazetteer puts it in.
    twofold = {place.name for place in shared if place.shared}
    for code, (area, force) in areas.items():
        places.append(Place(area, (force,)))
        places += (
            Place(name, (force,), area, size) for size, name in sorted(within[code]) if name not in {*twofold, area}
        )
    return (*places, *shared)


def packed_places() -> str:
    """The same in one text for the browser, a line for all that have forces, area and ``shared`` in common: these, then
    the names of each size."""
    lines: dict[tuple[str, str, str], tuple[list[str], ...]] = {}
    for place in load_places():
        common = (",".join(place.forces), place.area, "shared" if place.shared else "")
        lines.setdefault(common, ([], [], []))[place.size].append(place.name)
    return "\n".join(
        "\t".join((*common, ";".join("|".join(names) for names in sizes))) for common, sizes in lines.items()
    )
