# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scenarios of which unit a report goes to when the person names a force."""

from dataclasses import replace

from dropbox.protocol.constants import UnitKind
from dropbox.protocol.units import BoardPlace, Unit
from tests.vectors.scenario import Scenario
from tests.vectors.small_service import SIGNED, make_directory, make_unit, sign_directory


def route_scenarios() -> list[Scenario]:
    """All of this file."""
    intake, north, south = make_unit("intake"), make_unit("north", forces=("cumbria",)), make_unit("south")
    oversight = make_unit("oversight", kind=UnitKind.OVERSIGHT)
    barred = replace(north, conflicts=("cumbria",))
    deaf = replace(intake, conflicts=("cumbria",))
    second = make_unit("second", kind=UnitKind.INTAKE_DESK, forces=("cumbria",))
    rows: list[tuple[str, str, list[Unit], str, bool, str]] = [
        ("force", "The unit that serves the force.", [intake, south, north], "cumbria", False, "north"),
        ("first", "Of two that serve it the first.", [second, north], "cumbria", False, "second"),
        ("nobody", "Nobody serves it: the intake desk.", [south, north, intake], "gwent", False, "intake"),
        ("unknown", "The force is not known: the intake desk.", [north, intake], "", False, "intake"),
        ("past", "Past the force's own unit.", [north, intake], "cumbria", True, "intake"),
        ("past-serving", "The intake desk that serves the force.", [intake, north, second], "cumbria", True, "second"),
        ("paused", "The unit is paused.", [replace(north, paused=True), intake], "cumbria", False, "intake"),
        ("conflict", "A conflict keeps it from the unit.", [barred, intake], "cumbria", False, "intake"),
        ("conflicts", "And from the intake desk: oversight.", [barred, deaf, oversight], "cumbria", False, "oversight"),
        ("desk-first", "An intake desk goes before oversight.", [oversight, intake], "gwent", False, "intake"),
        ("other-conflict", "Another force's conflict bars nothing.", [deaf, oversight], "gwent", False, "intake"),
        ("none", "No unit is there for it.", [north, south], "gwent", False, ""),
    ]
    found = []
    for name, claim, units, force, independent, slug in rows:
        directory = sign_directory(make_directory(units)).encode().hex()
        values = {"anchor": SIGNED[0].encode().hex(), "directory": directory}
        asked = {**values, "force": force, "independent": independent}
        found.append((f"route-{name}", claim, "unit-route", asked, {"slug": slug}))
    return found


def successor_scenarios() -> list[Scenario]:
    """Which unit goes on for one that is paused or has ended."""
    north, south, east = (make_unit(slug) for slug in ("north", "south", "east"))
    paused = replace(north, paused=True, successor=east.unit_id)
    ring = replace(south, paused=True, successor=north.unit_id)
    rows: list[tuple[str, str, list[Unit], list[Unit], str]] = [
        ("paused", "A paused unit, for which another goes on.", [paused, east], [], "east"),
        ("retired", "It has ended.", [east], [paused], "east"),
        ("receives", "It receives: nobody goes on for it.", [replace(paused, paused=False), east], [], ""),
        ("nobody", "Paused, and nobody goes on.", [replace(north, paused=True), east], [], ""),
        ("revoked", "The one that would go on is not listed.", [paused, south], [], ""),
        (
            "next",
            "That one gave up too.",
            [replace(paused, successor=ring.unit_id), east],
            [replace(ring, successor=east.unit_id)],
            "east",
        ),
        ("paused-too", "That one is paused, and nobody goes on for it.", [paused, replace(east, paused=True)], [], ""),
        ("ring", "Each for the other.", [replace(paused, successor=ring.unit_id), ring], [], ""),
        ("itself", "Itself.", [replace(north, paused=True, successor=north.unit_id), east], [], ""),
    ]
    found = []
    for name, claim, units, ended, slug in rows:
        retired = tuple(BoardPlace(unit, 1, bytes(32)) for unit in ended)
        directory = sign_directory(replace(make_directory(units), retired=retired)).encode().hex()
        values = {"anchor": SIGNED[0].encode().hex(), "directory": directory, "slug": "north"}
        found.append((f"successor-{name}", claim, "unit-successor", values, {"slug": slug}))
    return found
