# SPDX-License-Identifier: AGPL-3.0-or-later
"""The list of police bodies: whole, strict, and found by whatever people call them."""

import pytest

from dropbox.forces import (
    COLUMNS,
    ForcesRefused,
    enabled_forces,
    find_force,
    force_names,
    load_forces,
    nearest_force,
    parse_forces,
)

HEAD = ",".join(COLUMNS) + "\n"
ROW = "a-force,A Force,,England,territorial,yes,The A|AF,IOPC,\n"


def test_the_list_is_whole() -> None:
    """68 bodies, 49 of them enabled: 43 territorial in England and Wales, Scotland, Northern Ireland, four national."""
    forces = load_forces()
    assert (len(forces), len(enabled_forces())) == (68, 49)
    territorial = [force for force in enabled_forces() if force.kind == "territorial"]
    assert len([force for force in territorial if force.nation in ("England", "Wales")]) == 43
    assert all(force.kind != "service-police" for force in enabled_forces())


@pytest.mark.parametrize(
    ("asked", "slug"),
    [
        ("cheshire", "cheshire"),
        ("  Cheshire   POLICE ", "cheshire"),
        ("met police", "metropolitan"),
        ("MDP", "ministry-of-defence-police"),
        ("ministry of defence police", "ministry-of-defence-police"),
        ("Asiantaeth Troseddu Cenedlaethol", "national-crime-agency"),
        ("Avon & Somerset Police", "avon-and-somerset"),
        ("\u201cavon_and\u00a0somerset\u201d.", "avon-and-somerset"),
        ("DYFED\u2013POWYS", "dyfed-powys"),
        ("\ufeffCu\u00admbri\u00e0,", "cumbria"),
    ],
)
def test_a_force_is_found_by_any_of_its_names(asked: str, slug: str) -> None:
    """Slug, name, Welsh name and aliases, whatever the case, and whatever stands between the words."""
    found = find_force(asked)
    assert found is not None
    assert found.slug == slug


def test_an_unknown_name_finds_nothing() -> None:
    """A guess is never made."""
    assert find_force("Sandford") is None
    assert find_force("") is None


def test_the_nearest_name_is_offered() -> None:
    """For a slip of the fingers, in slug, name or alias; for what is like nothing, nothing."""
    for asked, slug in (
        ("durahm", "durham"),
        ("gwnet", "gwent"),
        ("Metropolitan Polise", "metropolitan"),
        ("cumbira", "cumbria"),
    ):
        found = nearest_force(asked)
        assert found is not None
        assert found.slug == slug
    assert nearest_force("zzzz") is None
    assert nearest_force("") is None
    assert force_names()["durham"] == "Durham Constabulary"


def test_a_row_is_read() -> None:
    """Every cell has its place."""
    (force,) = parse_forces(HEAD + ROW)
    assert (force.slug, force.enabled, force.aliases) == ("a-force", True, ("The A", "AF"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "line 1"),
        ("slug,name\n", "line 1"),
        (HEAD + "a,b\n", "line 2: 2 columns"),
        (HEAD + ROW.replace("a-force", "A Force"), "slug"),
        (HEAD + ROW.replace("England", "Atlantis"), "nation"),
        (HEAD + ROW.replace("territorial", "galactic"), "kind"),
        (HEAD + ROW.replace("yes", "maybe"), "enabled"),
        (HEAD + ROW.replace("A Force", ""), "missing"),
        (HEAD + ROW.replace("IOPC", ""), "missing"),
        (HEAD + ROW.replace("The A|AF", "The A||AF"), "aliases"),
        (HEAD + ROW.replace("A Force", " A Force"), "spaces"),
        (HEAD + ROW.replace("A Force", "A\u202eForce"), "unprintable"),
        (HEAD + ROW + ROW, "twice"),
        (HEAD + ROW + ROW.replace("a-force", "b").replace("The A|AF", "a FORCE"), "twice"),
    ],
)
def test_a_wrong_list_is_refused(text: str, words: str) -> None:
    """The line and what is wrong with it are named."""
    with pytest.raises(ForcesRefused, match=words):
        parse_forces(text)
