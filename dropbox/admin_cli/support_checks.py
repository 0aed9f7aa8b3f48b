# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether the lines of support that the operator filled in are still shown, and for how long."""

from datetime import date, timedelta
from pathlib import Path

from dropbox.server.config import ConfigRefused
from dropbox.server.support import CHECKED_WITHIN, load_support

from .findings import Finding, ok, serious, warning

SOON = timedelta(days=30)
"""How long before a line goes it is told."""


def check_support(path: Path | None, today: date) -> list[Finding]:
    """A warning for the lines that are not shown on that day, and one for those that will go within SOON; serious when
    the file cannot be read, since the server does not start then."""
    try:
        filled = load_support(path)
    except ConfigRefused as error:
        return [serious("support", str(error), "mend the file, then run this again")]
    fix = f"call each number, write the day into {path}, restart the server, and export and sign the pages again"
    gone, soon = [], []
    for name, line in sorted(filled.items()):
        left = line.checked + CHECKED_WITHIN - today
        if left < timedelta() or line.checked > today:
            gone.append(f"{name} (checked {line.checked})")
        elif left < SOON:
            soon.append(f"{name} (last shown on {line.checked + CHECKED_WITHIN})")
    found = []
    if gone:
        what = "not shown, because the day of the check is over a year ago or still to come, so that the pages differ"
        found.append(warning("support", f"{what} from those that were signed with them: {', '.join(gone)}", fix))
    if soon:
        found.append(warning("support", f"shown for less than {SOON.days} days more: {', '.join(soon)}", fix))
    return found or [ok("support", f"lines of support that are shown: {len(filled)}")]
