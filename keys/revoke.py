# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pausing, retiring and revoking units (docs/protocol.md, section 6.11): pure steps on a directory."""

from dataclasses import replace
from difflib import get_close_matches

from dropbox.protocol.directory import Directory
from dropbox.protocol.units import NO_UNIT, BoardPlace, Unit

from .errors import StepRefused
from .issue import with_unit


def unit_of(directory: Directory, slug: str) -> Unit:
    """Raises StepRefused."""
    for unit in directory.units:
        if unit.slug == slug:
            return unit
    raise _unknown(directory, slug)


def _unknown(directory: Directory, slug: str) -> StepRefused:
    near = get_close_matches(slug, [unit.slug for unit in directory.on_board()], n=1)
    meant = f" Did you mean {near[0]}?" if near else ""
    return StepRefused(f"No unit {slug} in this directory.{meant} `dropbox-keys directory show` lists them.")


def paused(directory: Directory, slug: str, pause: bool) -> Directory:
    """A paused unit gets no new reports and goes on posting its replies."""
    unit = unit_of(directory, slug)
    return with_unit(directory, replace(unit, paused=pause, successor=unit.successor if pause else NO_UNIT))


def merged(directory: Directory, slug: str, into: str) -> Directory:
    """``slug`` is paused, and ``into`` goes on for it: it serves the same forces, and sources are shown it."""
    old, new = unit_of(directory, slug), unit_of(directory, into)
    if old.unit_id == new.unit_id:
        raise StepRefused("A unit does not go on for itself. Name another one with --into.")
    if old.kind != new.kind:
        raise StepRefused(f"{slug} and {into} are of different kinds, and one is read by others than the other.")
    if new.paused:
        raise StepRefused(f"{into} is paused. Resume it first, or name one that receives reports.")
    kept_away = sorted(set(old.forces) & set(new.conflicts))
    if kept_away:
        raise StepRefused(f"{into} must not get reports about {', '.join(kept_away)}, which {slug} serves.")
    forces = (*new.forces, *(force for force in old.forces if force not in new.forces))
    without = with_unit(directory, replace(old, paused=True, successor=new.unit_id, forces=()))
    return with_unit(without, replace(new, forces=forces))


def takes_files(directory: Directory, slug: str, takes: bool) -> Directory:
    """Whether files can be sent to a unit; sources are told before they choose any."""
    return with_unit(directory, replace(unit_of(directory, slug), takes_no_files=not takes))


def retired(directory: Directory, slug: str, last_period: int, last_hash: bytes) -> Directory:
    """A retired unit's board stays readable up to its last batch. Only a paused unit can be retired."""
    unit = unit_of(directory, slug)
    if not unit.paused:
        raise StepRefused(f"{slug} is not paused. Pause it, wait until it has nothing left to post, then retire it.")
    units = tuple(one for one in directory.units if one.slug != slug)
    return replace(directory, units=units, retired=(*directory.retired, BoardPlace(unit, last_period, last_hash)))


def revoked(directory: Directory, slug: str) -> Directory:
    """A unit whose key is in wrong hands: its board is not shown any more."""
    units = tuple(one for one in directory.units if one.slug != slug)
    kept = tuple(one for one in directory.retired if one.unit.slug != slug)
    gone = [one for one in directory.on_board() if one.slug == slug]
    if not gone:
        raise _unknown(directory, slug)
    return replace(directory, units=units, retired=kept, revoked=(*directory.revoked, gone[0].unit_id))
