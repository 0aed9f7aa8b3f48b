# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-source units --find``: the force of a place and the unit that receives a report about it."""

import json

import pytest

from tests.cli.conftest import Sources


def test_a_place_finds_its_force_and_unit(sources: Sources) -> None:
    """In words and in JSON; the visit is that of a list of all units."""
    ended = sources.run("units", "--find", "Whitby")
    with_place = len(sources.server.asked)
    assert ended.exit_code == 0, ended.output
    first, second = ended.stdout.splitlines()
    assert first == "north-yorkshire: North Yorkshire Police, serves Whitby, North Yorkshire"
    assert second.startswith("    a report about it goes to intake: ")
    (row,) = json.loads(sources.run("units", "--find", "Whibty", "--json").stdout)
    assert row == {
        "force": "north-yorkshire", "place": "Whitby", "area": "North Yorkshire", "shared": False, "near": True,
        "unit": "intake",
    }  # fmt: skip
    sources.run("units")
    assert len(sources.server.asked) == with_place


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Yorkshire", "west-yorkshire: West Yorkshire Police, one of several forces for Yorkshire"),
        ("polcie scotland", "police-scotland: Police Scotland, if that is the one you mean"),
        ("Guernsey", "No force of this list serves Guernsey."),
        ("qwertyshire", "We know no place or force of that name."),
        ("", "We know no place or force of that name."),
    ],
)
def test_what_is_doubtful_is_said(sources: Sources, typed: str, said: str) -> None:
    """Several forces, none, a slip, and a name that nobody knows."""
    ended = sources.run("units", "--find", typed)
    assert (ended.exit_code, ended.stdout.startswith(said)) == (0, True), ended.stdout
