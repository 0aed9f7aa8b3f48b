# SPDX-License-Identifier: AGPL-3.0-or-later
"""The force that serves a place is found, by the command line and by the page alike."""

import csv
import json
import random
import subprocess
import sys
from hashlib import sha256
from importlib import resources
from pathlib import Path

import pytest

from dropbox.forces import enabled_forces, force_names
from dropbox.forces.finding import Found, find_forces
from dropbox.forces.places import load_places

HERE = Path(__file__).parent
NODE = Path(sys.executable).parent / "node"
AMONG = 3
"""A force counts as found when it is one of so many first."""


def by_the_page(typed: list[str]) -> list[list[Found]]:
    """What the page's script finds for each."""
    forces = [{"slug": force.slug, "names": force.names()} for force in enabled_forces()]
    asked = "".join(f"{json.dumps(one)}\n" for one in typed)
    done = subprocess.run(
        [NODE, HERE / "find_forces.js", json.dumps(forces)], input=asked, capture_output=True, text=True, check=True
    )
    return [[Found(*one) for one in json.loads(line)] for line in done.stdout.splitlines()]


def slipped(rng: random.Random, word: str) -> str:
    """The word with a letter too many, missing or wrong, or two exchanged."""
    at = rng.randrange(len(word) - 1)
    letter = rng.choice("aeiounrst")
    return rng.choice(
        [
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at:],
            word[:at] + letter + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        ]
    )


def test_two_hundred_places() -> None:
    """Written before the data was looked at, sixty of them odd: names in Welsh, slips, initials, airports, railways."""
    with (HERE / "two_hundred_places.csv").open(encoding="utf-8", newline="") as file:
        asked = list(csv.DictReader(file))
    assert (len(asked), sum(one["kind"] == "odd" for one in asked)) == (200, 60)
    missed = {
        one["typed"]: [found.slug for found in find_forces(one["typed"])[:AMONG]]
        for one in asked
        if one["force"] not in [found.slug for found in find_forces(one["typed"])[:AMONG]]
    }
    assert missed == {}


@pytest.mark.parametrize("count", [200, pytest.param(0, marks=pytest.mark.long, id="every")])
def test_names_alike_in_both_languages(count: int) -> None:
    """So many names of the data, or every one, some of them with a slip or not whole, and texts that are no name."""
    rng = random.Random(14)  # noqa: S311 - repeatable, and no secret
    names = [place.name for place in load_places()] + [name for force in enabled_forces() for name in force.names()]
    typed = [
        *(rng.sample(names, count) if count else names),
        *(slipped(rng, name) for name in rng.sample(names, count // 2 or 200)),
        *(name[:3] for name in rng.sample(names, count // 2 or 200)),
    ]
    typed += ["", " ", "\u2019", "\u0130stanbul", "&", "a" * 500, "\U0001f600 leeds", "LEEDS  station", "gare de Lyon"]
    differing = {
        one: (found, mine)
        for one, found in zip(typed, by_the_page(typed), strict=True)
        if found != (mine := find_forces(one))
    }
    assert differing == {}


def test_each_place_finds_its_own_force() -> None:
    """Every town and whatever was added by hand, typed as it is written: all its forces come first."""
    towns = [place for place in load_places() if place.size < 2]
    missed = [
        place
        for place in towns
        if not set(place.forces) <= {found.slug for found in find_forces(place.name)[: max(AMONG, len(place.forces))]}
    ]
    assert missed == []


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("Police Scotland", Found("police-scotland")),
        ("polcie scotland", Found("police-scotland", near=True)),
        ("newport", Found("gwent")),
        ("isle of wight", Found("hampshire", "Isle of Wight")),
        ("Yorkshire", Found("west-yorkshire", "Yorkshire", shared=True)),
        ("Isle of Man", Found("", "Isle of Man")),
        ("leeds station", Found("british-transport-police")),
        ("leeds police station", Found("west-yorkshire")),
        ("belfast station", Found("northern-ireland", "Belfast")),
    ],
)
def test_the_first_that_is_found(typed: str, first: Found) -> None:
    """And by what; whether the place has several forces, or none."""
    assert find_forces(typed)[0] == first


def test_what_is_nothing_finds_nothing() -> None:
    """No text, marks alone, and words without a name in them."""
    assert [find_forces(typed) for typed in ("", "  ", "?!", "zzzzzzzz", "the police", "\u0416\u0416\u0416\u0416")] == [
        []
    ] * 6


def test_no_force_is_found_twice() -> None:
    """Nothing that is not in the list is found, nor a force twice."""
    for typed in ("station", "train", "underground", "leeds", "newcastle", "n"):
        slugs = [found.slug for found in find_forces(typed)]
        assert len(slugs) == len(set(slugs))
        assert set(slugs) <= set(force_names())


def test_the_data_is_what_was_taken_out_of_the_packages() -> None:
    """Each line of the gazetteer's extract, by the hash that stands beside where it came from."""
    folder = resources.files("dropbox.forces")
    digest = sha256((folder / "geonames.tsv").read_bytes()).hexdigest()
    assert digest in (folder / "ATTRIBUTION.md").read_text(encoding="utf-8")
