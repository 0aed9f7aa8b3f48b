# SPDX-License-Identifier: AGPL-3.0-or-later
"""The signed list of units as people read it: what it says, how it differs from another, and what may be a mistake."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

from dropbox.protocol.anchors import Anchor, Head
from dropbox.protocol.constants import UnitKind
from dropbox.protocol.directory import Directory, UntrustedDirectory
from dropbox.protocol.ending import warned_from
from dropbox.protocol.inert import inert_line
from dropbox.protocol.policy import Policy
from dropbox.protocol.units import BoardPlace, Unit

from .days import day_of, whole_days

_KEPT_AWAY = "gets no reports about"

ForceNames = Mapping[str, str]
"""Slug to name of every force that there is."""
SOON = 30
"""Days before its end from which a list that is signed or published takes a word."""
KINDS = {UnitKind.FORCE_UNIT: "force unit", UnitKind.INTAKE_DESK: "intake desk", UnitKind.OVERSIGHT: "oversight"}


@dataclass(frozen=True)
class Said:
    """A line about a list. ``loses``: somebody who could be reached before cannot be any more, or soon; a person who
    publishes it should say so knowingly."""

    text: str
    loses: bool = False


def joined(words: Sequence[str]) -> str:
    """Words as a sentence lists them: a, b and c; none for nothing."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words) or "none"


def counted(number: int, one: str, many: str) -> str:
    """A number with its word: 1 unit, 2 units."""
    return f"{number} {one if number == 1 else many}"


def _force(slug: str, names: ForceNames) -> str:
    return f"{names[slug]} ({slug})" if slug in names else f"{slug} (no force of that name)"


def _titled(unit: Unit) -> str:
    return f"{unit.slug}: {inert_line(unit.name)}"


def seconds_left(listing: UntrustedDirectory, period: int, now: float) -> float:
    """Until the list ends, negative afterwards. ``period`` in seconds, ``now`` in unix seconds."""
    return (listing.head.head.expires + 1) * period - now


def span(listing: UntrustedDirectory, period: int, now: float) -> str:
    """From and to in days, and how many are left."""
    head, left = listing.head.head, seconds_left(listing, period, now)
    ends = f"{whole_days(left)} left" if left > 0 else f"it ended {whole_days(-left)} ago"
    return f"from {day_of(head.issued, period)} to {day_of(head.expires, period)}, {ends}"


def roots(indexes: Sequence[int]) -> str:
    """Roots by the numbers that people give them, from 1."""
    return f"root{'s' if len(indexes) > 1 else ''} {joined([str(index + 1) for index in indexes])}"


def signers(anchor: Anchor, indexes: Iterable[int]) -> str:
    """Who signed, and how many must."""
    found = sorted(indexes)
    named = f"signed by {roots(found)}" if found else "signed by nobody yet"
    return f"{named}; {anchor.threshold} of {len(anchor.roots)} roots are needed"


def _unit_lines(unit: Unit, names: ForceNames, goes_on: str) -> list[str]:
    state = "paused, gets no new reports" if unit.paused else "receives reports"
    state += ", takes no files" if unit.takes_no_files else ""
    lines = [f"{_titled(unit)}, {KINDS[unit.kind]}, {state}, quota {unit.rows}"]
    lines += [f"    {goes_on} goes on for it"] if goes_on else []
    lines += [f"    serves {_force(slug, names)}" for slug in unit.forces]
    lines += [f"    says that it answers within {_days(unit)}"] if unit.promised_days else []
    lines += [f"    says first, in {language}: {inert_line(text)}" for language, text in unit.first_words]
    return lines + [f"    {_KEPT_AWAY} {_force(slug, names)}" for slug in unit.conflicts]


def _days(unit: Unit) -> str:
    return counted(unit.promised_days, "day", "days") if unit.promised_days else "no days that it names"


def _first_words(unit: Unit) -> str:
    return "; ".join(f"{language}: {inert_line(text)}" for language, text in unit.first_words) or "none"


def units_said(directory: Directory, names: ForceNames) -> list[str]:
    """Every unit with its state and its forces; those that ended too."""
    lines = []
    for unit in directory.units:
        lines += _unit_lines(unit, names, _following(directory, unit))
    period = directory.policy.period
    for one in directory.retired:
        goes_on = _following(directory, one.unit)
        ended = f"{_titled(one.unit)}, retired, last batch {day_of(one.last_period or 0, period)}"
        lines.append(f"{ended}, {goes_on} goes on for it" if goes_on else ended)
    return lines + [f"a revoked unit, id {unit_id.hex()}" for unit_id in directory.revoked]


def _following(directory: Directory, unit: Unit) -> str:
    """The short name of the unit that goes on for one that receives nothing; empty for none."""
    found = directory.successor_of(unit)
    return found.slug if found else ""


def _receives(directory: Directory) -> list[Unit]:
    return [unit for unit in directory.units if not unit.paused]


def _served(units: Iterable[Unit]) -> set[str]:
    return {slug for unit in units for slug in unit.forces}


def mistakes(directory: Directory, names: ForceNames) -> list[Said]:
    """What may be a mistake in this list, whatever stood in the one before."""
    said = []
    for unit in directory.units:
        unknown = [f"serves {slug}" for slug in unit.forces if slug not in names]
        unknown += [f"keeps reports about {slug} away" for slug in unit.conflicts if slug not in names]
        said += [Said(f"{unit.slug} {what}: there is no force of that name", loses=True) for what in unknown]
    receiving = _receives(directory)
    if not receiving:
        said.append(Said("no unit in it receives reports", loses=True))
    elif not _takes_any(receiving):
        said.append(Said("no intake desk in it receives reports: a force without a unit has nobody"))
    return said


def ending(head: Head, policy: Policy, now: float) -> Said | None:
    """What is said of a list that ends in 60, 30 or 7 days, or has ended; None while it holds longer."""
    near = warned_from(head, policy, now)
    if near is None:
        return None
    left = (head.expires + 1) * policy.period - now
    what = f"{whole_days(left)} left" if near else "clients refuse it"
    return Said(f"it ends on {day_of(head.expires, policy.period)}: {what}", loses=near <= SOON)


def remarks(listing: UntrustedDirectory, directory: Directory, names: ForceNames, now: float) -> list[Said]:
    """What may be a mistake in this list, and that its end is near."""
    end = ending(listing.head.head, directory.policy, now)
    return mistakes(directory, names) + ([end] if end else [])


def _takes_any(units: Iterable[Unit]) -> bool:
    return any(unit.kind == UnitKind.INTAKE_DESK for unit in units)


def changes(before: Directory | None, after: Directory, names: ForceNames) -> list[Said]:
    """How a list differs from the one before it, unit by unit; None before stands for no list at all."""
    old = {unit.unit_id: unit for unit in before.units} if before else {}
    new = {unit.unit_id: unit for unit in after.units}
    said = [Said(f"new: {_titled(unit)}") for key, unit in new.items() if key not in old]
    said += [_ended(unit, after) for key, unit in old.items() if key not in new]
    for key, unit in old.items():
        said += _unit_changes(unit, new[key], names) if key in new else []
        was, goes_on = _following(before, unit) if before else "", _following(after, new.get(key, unit))
        if key in new and was != goes_on:
            said.append(Said(f"{goes_on or 'nobody'} goes on for {unit.slug}", loses=not goes_on))
    if before is None:
        return said
    said += _ended_before(before, after)
    for slug in sorted(_served(_receives(before)) - _served(_receives(after))):
        said.append(Said(f"no unit that receives reports serves {_force(slug, names)} any more", loses=True))
    if _receives(before) and not _receives(after):
        said.append(Said("the last unit that receives reports", loses=True))
    if _takes_any(_receives(before)) and not _takes_any(_receives(after)):
        said.append(Said("the last intake desk: a force without a unit has nobody any more", loses=True))
    if before.policy != after.policy:
        for one in fields(after.policy):
            was, now = getattr(before.policy, one.name), getattr(after.policy, one.name)
            said += [Said(f"policy: {one.name} {was} becomes {now}")] if was != now else []
    return said


def _ended(unit: Unit, after: Directory) -> Said:
    for one in after.retired:
        if one.unit.unit_id == unit.unit_id:
            return Said(f"retired: {_titled(unit)}; its board stays readable", loses=True)
    revoked = unit.unit_id in after.revoked
    how = "revoked" if revoked else "gone without being retired or revoked"
    return Said(f"{how}: {_titled(unit)}; its board is not shown any more", loses=True)


def _ended_before(before: Directory, after: Directory) -> list[Said]:
    """Retired units whose board goes."""
    kept = {one.unit.unit_id for one in after.retired}
    gone: list[BoardPlace] = [one for one in before.retired if one.unit.unit_id not in kept]
    return [Said(f"{_titled(one.unit)}, retired, is not shown any more", loses=True) for one in gone]


_COMPARED: tuple[tuple[str, Callable[[Unit], object]], ...] = (
    ("its name", lambda unit: inert_line(unit.name)),
    ("its short name", lambda unit: unit.slug),
    ("its kind", lambda unit: KINDS[unit.kind]),
    ("its quota", lambda unit: unit.rows),
    ("its marks", lambda unit: unit.marks),
    ("its first period", lambda unit: unit.first_period),
    ("its last period", lambda unit: unit.not_after),
    ("the days within which it says that it answers", lambda unit: unit.promised_days or "none"),
    ("its first words", _first_words),
    ("its contact key", lambda unit: unit.contact_pk.hex()[:16] or "none"),
)


def _unit_changes(old: Unit, new: Unit, names: ForceNames) -> list[Said]:
    said = []
    if old.takes_no_files != new.takes_no_files:
        said.append(Said(f"{_titled(new)} takes {'no files any more' if new.takes_no_files else 'files'}"))
    if old.paused != new.paused:
        said.append(Said(f"{_titled(new)} {'is paused: it gets no new reports' if new.paused else 'receives again'}"))
    for what, take in _COMPARED:
        if take(old) != take(new):
            said.append(Said(f"{new.slug}: {what}, {take(old)}, becomes {take(new)}"))
    for kind, was, now in (("serves", old.forces, new.forces), (_KEPT_AWAY, old.conflicts, new.conflicts)):
        said += [Said(f"{new.slug} {kind} {_force(slug, names)}, new") for slug in now if slug not in was]
        said += [Said(f"{new.slug} {kind} {_force(slug, names)} no longer") for slug in was if slug not in now]
    said += [Said(f"{new.slug} signs with a new key from {key.first_period} on") for key in new.keys[len(old.keys) :]]
    if new.keys[: len(old.keys)] != old.keys:
        said.append(Said(f"{new.slug}: keys that it signed with are gone or changed", loses=True))
    return said
