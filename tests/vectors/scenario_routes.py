# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scenarios of which unit a report goes to when the person names a force."""

from dataclasses import replace

from dropbox.protocol.constants import UnitKind
from dropbox.protocol.units import Unit
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
