# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-source units``: who receives reports."""

import json
from pathlib import Path

import click

from dropbox.flows.source.reading import Reading
from dropbox.flows.trust import choose_cert
from dropbox.protocol.errors import UnitCannotReceive
from dropbox.protocol.units import Unit

from . import terminal
from .outlet import Printed
from .sending import read_patiently
from .service import decoy_secret, open_service, service_options


@click.command()
@service_options
@click.option("--json", "as_json", is_flag=True)
def units(service: str, anchor_file: Path, socks: str | None, despite_clock: bool, as_json: bool) -> None:
    """List the units, the forces that each serves, and whether it receives now.

    The visit looks like any other: it posts a decoy.

    \b
    Example:
      dropbox-source units --service http://127.0.0.1:8000 --anchor service.anchor
    """
    known = open_service(service, anchor_file, socks, despite_clock, as_json)
    printed = Printed(_json if as_json else _text)
    visited, _ = read_patiently(known, decoy_secret(), None if as_json else printed.show)
    terminal.show_warnings(visited.judged.warnings)
    printed.end(visited)


def _receives(reading: Reading, unit: Unit) -> bool:
    proved = reading.judged.proved(unit.slug)
    try:
        return proved is not None and bool(choose_cert(reading.judged, proved))
    except UnitCannotReceive:
        return False


def _text(reading: Reading) -> str:
    lines = []
    for unit in reading.judged.directory.directory.units:
        state = "" if _receives(reading, unit) else ", cannot receive now"
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
        }
        for unit in reading.judged.directory.directory.units
    ]
    return json.dumps(rows)
