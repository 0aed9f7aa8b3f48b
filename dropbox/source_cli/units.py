# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-source units``: who receives reports."""

import json
from collections.abc import Callable
from pathlib import Path

import click

from dropbox.flows.source.reading import Reading
from dropbox.flows.trust import choose_cert
from dropbox.forces import force_names
from dropbox.forces.finding import Found, find_forces
from dropbox.protocol.errors import UnitCannotReceive
from dropbox.protocol.routing import receiving_unit
from dropbox.protocol.units import Unit

from . import terminal
from .outlet import Printed
from .sending import read_patiently
from .service import decoy_secret, open_service, service_options

_MOST = 10
"""Forces that are told of those that fit."""
_UNKNOWN = (
    "We know no place or force of that name. Try a larger town nearby, or the county; when you are not sure of the "
    "force, report without --force, to an intake desk."
)


@click.command()
@service_options
@click.option(
    "--find", "place", metavar="PLACE", help="Which force that is, and which unit receives a report about it."
)
@click.option("--json", "as_json", is_flag=True)
def units(
    service: str, anchor_file: Path, socks: str | None, despite_clock: bool, place: str | None, as_json: bool
) -> None:
    """List the units, the forces that each serves, and whether it receives now.

    With --find: the forces that fit a town, an airport, a railway station, a force's name or initials, the likeliest
    first, and the unit that a report about each goes to. The visit looks like any other: it posts a decoy.

    \b
    Example:
      dropbox-source units --service http://127.0.0.1:8000 --anchor service.anchor --find Leeds
    """
    known = open_service(service, anchor_file, socks, despite_clock, as_json)
    printed = Printed(_shown(place, as_json))
    visited, _ = read_patiently(known, decoy_secret(), None if as_json else printed.show)
    terminal.show_warnings(visited.judged.warnings)
    printed.end(visited)


def _shown(place: str | None, as_json: bool) -> Callable[[Reading], str]:
    """What is printed of a visit."""
    if place is None:
        return _json if as_json else _text
    found = find_forces(place)[:_MOST]
    return (lambda reading: _found_json(found, reading)) if as_json else (lambda reading: _found_text(found, reading))


def _serves(found: Found) -> str:
    where = ", ".join(part for part in (found.place, found.area) if part)
    if not where:
        return ", if that is the one you mean" if found.near else ""
    if found.shared:
        return f", one of several forces for {where}"
    return f", serves {where}{', if that is the place you mean' if found.near else ''}"


def _found_text(found: list[Found], reading: Reading) -> str:
    lines = []
    for one in found:
        if not one.slug:
            return f"No force of this list serves {one.place}."
        unit = receiving_unit(reading.judged.directory.directory, one.slug, False)
        lines.append(f"{one.slug}: {force_names()[one.slug]}{_serves(one)}")
        goes = f"goes to {unit.slug}: {unit.name} ({terminal.kind(unit.kind.name)})" if unit else "has no unit to go to"
        lines.append(f"    a report about it {goes}")
    return "\n".join(lines) or _UNKNOWN


def _found_json(found: list[Found], reading: Reading) -> str:
    rows = []
    for one in found:
        unit = receiving_unit(reading.judged.directory.directory, one.slug, False) if one.slug else None
        serves = {"place": one.place, "area": one.area, "shared": one.shared, "near": one.near}
        rows.append({"force": one.slug, **serves, "unit": unit.slug if unit else ""})
    return json.dumps(rows)


def _receives(reading: Reading, unit: Unit) -> bool:
    proved = reading.judged.proved(unit.slug)
    try:
        return proved is not None and bool(choose_cert(reading.judged, proved))
    except UnitCannotReceive:
        return False


def _takes_files(reading: Reading, unit: Unit) -> bool:
    """Whether files can be sent to it, by the signed list."""
    return not unit.takes_no_files and reading.judged.directory.policy.blobs_per_period > 0


def _text(reading: Reading) -> str:
    lines = []
    for unit in reading.judged.directory.directory.units:
        state = "" if _receives(reading, unit) else ", cannot receive now"
        state += "" if _takes_files(reading, unit) else ", takes no files"
        state += "" if unit.contact_pk else ", takes no contact details"
        lines.append(f"{unit.slug}: {unit.name} ({terminal.kind(unit.kind.name)}){state}")
        if unit.forces:
            lines.append(f"    serves {', '.join(unit.forces)}")
    return "\n".join(lines)


def _json(reading: Reading) -> str:
    rows = [
        {
            "slug": unit.slug,
            "name": unit.name,
            "kind": terminal.kind(unit.kind.name),
            "forces": list(unit.forces),
            "receives": _receives(reading, unit),
            "files": _takes_files(reading, unit),
            "contact": bool(unit.contact_pk),
        }
        for unit in reading.judged.directory.directory.units
    ]
    return json.dumps(rows)
