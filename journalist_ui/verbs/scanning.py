# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the scanner of this machine says of a file, and what is held back by it."""

from dataclasses import dataclass

from journalist_ui.casework.files import CaseFile
from journalist_ui.previews.scanning import NotScanned, scan
from journalist_ui.refusals import HeldBack

from .desk import Desk
from .whole_files import whole_bytes

NONE, FAILED, CLEAN, FOUND = "none", "failed", "clean", "found"
MOST_SCANS = 10_000


@dataclass(frozen=True)
class Scan:
    """``state``: none (this desk has no scanner), failed (it gave no answer, or
    did not look through all of it), clean, or found: then ``found`` is what,
    by the scanner's name for it."""

    state: str
    found: str = ""

    @property
    def scanned(self) -> bool:
        return self.state in (CLEAN, FOUND)


def scan_of(desk: Desk, one: CaseFile) -> Scan:
    """Of a whole file, remembered once it was scanned. Raises NotWhole."""
    path = desk.engine.settings.scanner
    if not path:
        return Scan(NONE)
    name = one.row.blobs[0][0]
    if name not in desk.scans:
        try:
            found = scan(path, whole_bytes(desk, one))
        except NotScanned:
            return Scan(FAILED)
        if len(desk.scans) >= MOST_SCANS:
            desk.scans.clear()
        desk.scans[name] = found
    return Scan(FOUND, desk.scans[name]) if desk.scans[name] else Scan(CLEAN)


def hold_back_unscanned(desk: Desk, scan: Scan) -> None:
    """Where the desk opens nothing that was not scanned. Raises HeldBack."""
    if not scan.scanned and not desk.engine.settings.open_unscanned:
        raise HeldBack(
            "This file was not scanned, and this desk opens none that was not. Whoever looks after the machine sees to "
            "the scanner that desk.toml names; try again then."
        )


def hold_back(desk: Desk, scan: Scan) -> None:
    """And what the scanner has found something in is not looked at. Raises HeldBack."""
    hold_back_unscanned(desk, scan)
    if scan.state == FOUND:
        raise HeldBack(
            "The scanner found something in this file, so it is not looked at here. `dropbox-desk file export` takes "
            "it out as it came, for a technical unit."
        )
