# SPDX-License-Identifier: AGPL-3.0-or-later
"""A unit is merged into another: that one serves its forces and goes on for it, until it comes back or has ended."""

import json
from pathlib import Path

from tests.keys.conftest import Run, done, write_enrolment


def listed(folder: Path, run: Run) -> dict[str, dict[str, object]]:
    found = json.loads(done(run("directory", "show", "--directory", folder / "service.directory", "--json")))
    return {unit["slug"]: unit for unit in [*found["units"], *found["retired"]]}


def add_east(folder: Path, run: Run, *more: object) -> tuple[object, ...]:
    at = ("--directory", folder / "service.directory")
    enrolment = write_enrolment(folder, "east")
    done(run("unit", "add", *at, "--enrolment", enrolment, "--slug", "east", "--force", "durham", *more))
    return at


def test_a_unit_goes_on_for_another(folder: Path, run: Run) -> None:
    """Its forces too, so that nobody is lost; the six lines say who goes on, before and after the other is retired."""
    at = add_east(folder, run)
    said = done(run("unit", "merge", *at, "--slug", "north", "--into", "east"))
    assert "north: Unit north is paused: it gets no new reports\n" in said
    assert "\neast goes on for north\n" in said
    assert "east serves Cumbria Constabulary (cumbria), new" in said
    assert "LOOK" not in said
    units = listed(folder, run)
    assert (units["north"]["paused"], units["north"]["forces"]) == (True, [])
    assert units["north"]["successor"] == units["east"]["unit_id"]
    assert units["east"]["forces"] == ["durham", "cumbria"]
    shown = done(run("directory", "show", *at))
    assert "paused, gets no new reports, quota 32\n      east goes on for it\n" in shown
    done(run("unit", "retire", *at, "--slug", "north", "--last-period", 4, "--last-hash", "ab" * 32))
    assert "retired, last batch 1970-01-05, east goes on for it\n" in done(run("directory", "show", *at))
    said = done(run("unit", "revoke", *at, "--slug", "east"))
    assert "LOOK: revoked: east" in said


def test_a_merge_is_taken_back(folder: Path, run: Run) -> None:
    """A unit that receives again has nobody who goes on for it; its forces are given back. That nobody goes on
    for a paused unit any more is a loss."""
    at = add_east(folder, run)
    done(run("unit", "merge", *at, "--slug", "north", "--into", "east"))
    assert "LOOK: nobody goes on for north" in done(run("unit", "pause", *at, "--slug", "east"))
    done(run("unit", "resume", *at, "--slug", "east"))
    said = done(run("unit", "resume", *at, "--slug", "north"))
    assert "north: Unit north receives again" in said
    assert listed(folder, run)["north"]["successor"] == ""
    serve = ("unit", "serve", *at)
    assert "cumbria is served by north and by east" in run(*serve, "--slug", "north", "--force", "cumbria").refusal
    done(run(*serve, "--slug", "east", "--force", "durham"))
    said = done(run(*serve, "--slug", "north", "--force", "cumbria", "--force", "northumbria"))
    assert "north serves Northumbria Police (northumbria), new" in said
    assert listed(folder, run)["north"]["forces"] == ["cumbria", "northumbria"]


def test_what_a_unit_serves(folder: Path, run: Run) -> None:
    """All forces that are named, or none; no misspelt one, and none that is kept away from it."""
    serve = ("unit", "serve", "--directory", folder / "service.directory", "--slug", "north")
    assert "Did you mean" in run(*serve, "--force", "cumbira").refusal
    assert "north must not get reports about gwent." in run(*serve, "--force", "gwent").refusal
    assert run(*serve).code == run(*serve, "--none", "--force", "cumbria").code == 2
    assert "LOOK: no unit that receives reports serves Cumbria" in done(run(*serve, "--none"))


def test_who_does_not_go_on(folder: Path, run: Run) -> None:
    """Itself, a unit of another kind, a paused one, one that must not get these reports, one that is not there."""
    at = add_east(folder, run, "--conflict", "cumbria")
    merge = ("unit", "merge", *at, "--slug", "north", "--into")
    for into, why in (
        ("north", "does not go on for itself"),
        ("intake", "of different kinds"),
        ("east", "east must not get reports about cumbria, which north serves"),
        ("west", "No unit west in this directory"),
    ):
        assert why in run(*merge, into).refusal
    done(run("unit", "pause", *at, "--slug", "east"))
    assert "east is paused. Resume it first" in run(*merge, "east").refusal
