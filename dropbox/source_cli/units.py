# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-source units``: who receives reports."""

import json
from pathlib import Path

import click

from dropbox.command_line.output import say_once
from dropbox.flows.trust import choose_cert
from dropbox.protocol.errors import UnitCannotReceive

from . import terminal
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
    visited, _ = read_patiently(open_service(service, anchor_file, socks, despite_clock), decoy_secret())
    terminal.show_warnings(visited.judged.warnings)
    rows, lines = [], []
    for unit in visited.judged.directory.directory.units:
        proved = visited.judged.proved(unit.slug)
        try:
            receives = proved is not None and bool(choose_cert(visited.judged, proved))
        except UnitCannotReceive:
            receives = False
        state = "" if receives else ", cannot receive now"
        lines.append(f"{unit.slug}: {unit.name} ({terminal.kind(unit.kind.name)}){state}")
        if unit.forces:
            lines.append(f"    serves {', '.join(unit.forces)}")
        kind = terminal.kind(unit.kind.name)
        rows.append(
            {"slug": unit.slug, "name": unit.name, "kind": kind, "forces": list(unit.forces), "receives": receives}
        )
    say_once(json.dumps(rows) if as_json else "\n".join(lines))
