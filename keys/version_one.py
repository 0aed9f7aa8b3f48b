# SPDX-License-Identifier: AGPL-3.0-or-later
"""Directories of version 1, of the services that had them: read once, to be issued anew in today's form."""

from dataclasses import replace

from dropbox.protocol.constants import (
    HASH,
    KEY,
    LANES,
    MAX_FORCES_PER_UNIT,
    MAX_KEYS_PER_UNIT,
    MAX_NAME,
    MAX_SEGMENT_ENVELOPES,
    MAX_SLUG,
    MAX_SPAN,
    MAX_UNITS,
    SERVICE_ID,
    UNIT_ID,
    StructType,
    UnitKind,
)
from dropbox.protocol.directory import Directory, board_budget
from dropbox.protocol.encoding import Reader
from dropbox.protocol.policy import PRODUCTION, Policy
from dropbox.protocol.units import Unit, UnitKey, check_name, check_slug

_MOST = 1_024


def parse_version_one(body: bytes) -> Directory:
    """The same units, keys and spans; texts stay on the board for as long as the window was. Retired units are left
    out: their batches have a form that is not shown any more. Raises Malformed."""
    reader = Reader(body, "directory")
    reader.struct(StructType.DIRECTORY)
    service_id, policy = reader.take(SERVICE_ID), _policy(reader)
    units = tuple(_unit(reader) for _ in range(reader.u16(0, MAX_UNITS)))
    for _ in range(reader.u16(0, MAX_UNITS)):
        _unit(reader)
        reader.take(4 + HASH)
    revoked = tuple(reader.take(UNIT_ID) for _ in range(reader.u16(0, MAX_UNITS)))
    reader.end()
    return Directory(service_id, policy, units, (), revoked)


def within_budget(directory: Directory) -> tuple[Directory, tuple[str, ...]]:
    """The same, with half the rows and marks for those units that have most, again and again until all together have no
    more than they may; and the slugs of the units that have fewer now. Quotas of before were not counted in powers of
    two."""
    units = directory.units
    while any(found > most for _, found, most in board_budget(replace(directory, units=units))):
        largest = max(unit.rows for unit in units)
        units = tuple(
            replace(unit, rows=unit.rows // 2, marks=unit.marks // 2) if unit.rows == largest else unit
            for unit in units
        )
    pairs = zip(units, directory.units, strict=True)
    return replace(directory, units=units), tuple(unit.slug for unit, before in pairs if unit.rows < before.rows)


def _policy(reader: Reader) -> Policy:
    period, collect, window, repost = reader.u32(), reader.u32(), reader.u32(3, MAX_SPAN), reader.u32(1)
    return Policy(
        period=period,
        collect=collect,
        stay=window,
        linger=min(PRODUCTION.linger, repost),
        retention=reader.u32(1, MAX_SPAN),
        epoch=reader.u32(1),
        give_up=reader.u32(1),
        silent_after=reader.u32(1),
        clock_slack=reader.u32(1),
        head_life=reader.u32(1),
        intake_per_period=reader.u32(1, MAX_SEGMENT_ENVELOPES),
    )


def _slugs(reader: Reader) -> tuple[str, ...]:
    return tuple(check_slug(reader.text(1, MAX_SLUG)) for _ in range(reader.u8(0, MAX_FORCES_PER_UNIT)))


def _unit(reader: Reader) -> Unit:
    unit_id, slug, name = (
        reader.take(UNIT_ID),
        check_slug(reader.text(1, MAX_SLUG)),
        check_name(reader.text(1, MAX_NAME)),
    )
    kind, forces = UnitKind(reader.u8(min(UnitKind), max(UnitKind))), _slugs(reader)
    keys = tuple(UnitKey(reader.take(KEY), reader.u32()) for _ in range(reader.u8(1, MAX_KEYS_PER_UNIT)))
    contact, first_period, not_after = reader.take(reader.u16()), reader.u32(), reader.u32()
    rows = rows_for(reader.u16(1, _MOST))
    successor, conflicts, flags = reader.take(UNIT_ID), _slugs(reader), reader.u8(0, 1)
    return Unit(
        unit_id=unit_id,
        slug=slug,
        name=name,
        kind=kind,
        forces=forces,
        keys=keys,
        contact_pk=contact,
        first_period=first_period,
        not_after=not_after,
        rows=rows,
        marks=2 * rows,
        successor=successor,
        conflicts=conflicts,
        paused=bool(flags),
    )


def rows_for(quota: int) -> int:
    """A quota of before was what a batch held, and 14 stood on the board: four carried a third of a report a day, as 32
    rows do. Up to a power of two."""
    return LANES << (quota - 1).bit_length()
