# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which unit a report goes to when the person names a force, not a unit (docs/protocol.md, step 7.1.7)."""

from .constants import UnitKind
from .directory import Directory
from .units import Unit


def receiving_unit(directory: Directory, force: str, independent: bool) -> Unit | None:
    """The unit for a report about ``force`` (its slug, empty when not known); None when there is none.

    ``independent`` keeps it from the force's own unit. Of the units that serve the force the first of the directory,
    else the first intake desk, else the first oversight body; never one that is paused or that the directory's
    conflict rules keep this force's reports from.
    """
    open_units = [unit for unit in directory.units if not unit.paused and not (force and force in unit.conflicts)]
    apart = [unit for unit in open_units if unit.kind is not UnitKind.FORCE_UNIT]
    serving = [unit for unit in (apart if independent else open_units) if force and force in unit.forces]
    desks = [unit for unit in apart if unit.kind is UnitKind.INTAKE_DESK]
    return next(iter([*serving, *desks, *apart]), None)
