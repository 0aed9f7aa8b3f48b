# SPDX-License-Identifier: AGPL-3.0-or-later
"""Units as the roots list them, and their places on the board (docs/protocol.md, section 3.4)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .constants import (
    KEY,
    MAX_FORCES_PER_UNIT,
    MAX_KEYS_PER_UNIT,
    MAX_NAME,
    MAX_QUOTA,
    MAX_SLUG,
    UNIT_ID,
    XWING_PUBLIC,
    UnitKind,
)
from .encoding import Reader, text8, u8, u16, u32
from .errors import BadText, BadValue

NO_UNIT = bytes(UNIT_ID)


_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


_PAUSED = 1


@dataclass(frozen=True)
class UnitKey:
    """A signing key of a unit, used from ``first_period`` until the next key's."""

    public: bytes
    first_period: int


@dataclass(frozen=True)
class Unit:
    """One receiving unit. ``forces`` it serves, ``conflicts``: forces whose reports it must never get."""

    unit_id: bytes
    slug: str
    name: str
    kind: UnitKind
    forces: tuple[str, ...]
    keys: tuple[UnitKey, ...]
    contact_pk: bytes
    first_period: int
    not_after: int
    board_quota: int
    successor: bytes = NO_UNIT
    conflicts: tuple[str, ...] = ()
    paused: bool = False

    def key_at(self, period: int) -> bytes | None:
        """The signing key valid at ``period``; None before the first."""
        valid = [key.public for key in self.keys if key.first_period <= period]
        return valid[-1] if valid else None

    def encode(self) -> bytes:
        return (
            self.unit_id
            + text8(self.slug)
            + text8(self.name)
            + u8(self.kind)
            + _encode_slugs(self.forces)
            + u8(len(self.keys))
            + b"".join(key.public + u32(key.first_period) for key in self.keys)
            + u16(len(self.contact_pk))
            + self.contact_pk
            + u32(self.first_period)
            + u32(self.not_after)
            + u16(self.board_quota)
            + self.successor
            + _encode_slugs(self.conflicts)
            + u8(_PAUSED if self.paused else 0)
        )


@dataclass(frozen=True)
class BoardPlace:
    """A unit's place on the board. That of a unit that ended names its last batch, up to which its board stays
    readable; ``last_period`` is 0 where it had none, and None where the unit has not ended."""

    unit: Unit
    last_period: int | None = None
    last_hash: bytes = b""

    def over(self, period: int) -> bool:
        """Whether ``period`` comes after the last batch of a unit that ended."""
        return self.last_period is not None and period > self.last_period

    def encode(self) -> bytes:
        """As the directory lists a unit that ended."""
        return self.unit.encode() + u32(self.last_period or 0) + self.last_hash


def _encode_slugs(slugs: Sequence[str]) -> bytes:
    return u8(len(slugs)) + b"".join(text8(slug) for slug in slugs)


def check_slug(slug: str) -> str:
    """Lower-case words of letters and digits joined by single hyphens. Raises BadText."""
    if len(slug) > MAX_SLUG or not _SLUG.fullmatch(slug):
        raise BadText("slug")
    return slug


def check_name(name: str) -> str:
    """A unit's printed name: not empty, printable characters only, at most 120 bytes. Raises BadText."""
    if not name or not name.isprintable() or len(name.encode()) > MAX_NAME:
        raise BadText("name")
    return name


def _read_slugs(reader: Reader) -> tuple[str, ...]:
    slugs = tuple(check_slug(reader.text(1, MAX_SLUG)) for _ in range(reader.u8(0, MAX_FORCES_PER_UNIT)))
    if len(set(slugs)) != len(slugs):
        raise BadValue("slugs")
    return slugs


def _read_keys(reader: Reader) -> tuple[UnitKey, ...]:
    keys: list[UnitKey] = []
    for _ in range(reader.u8(1, MAX_KEYS_PER_UNIT)):
        lowest = keys[-1].first_period + 1 if keys else 0
        keys.append(UnitKey(reader.take(KEY), reader.u32(lowest)))
    return tuple(keys)


def _read_kind(reader: Reader) -> UnitKind:
    return UnitKind(reader.u8(min(UnitKind), max(UnitKind)))


def _read_contact(reader: Reader) -> bytes:
    length = reader.u16(0, XWING_PUBLIC)
    if length not in (0, XWING_PUBLIC):
        raise BadValue("contact key")
    return reader.take(length)


def read_unit(reader: Reader) -> Unit:
    """Raises Malformed."""
    unit_id, slug, name = (
        reader.take(UNIT_ID),
        check_slug(reader.text(1, MAX_SLUG)),
        check_name(reader.text(1, MAX_NAME)),
    )
    kind, forces, keys, contact = _read_kind(reader), _read_slugs(reader), _read_keys(reader), _read_contact(reader)
    first_period = reader.u32()
    return Unit(
        unit_id=unit_id,
        slug=slug,
        name=name,
        kind=kind,
        forces=forces,
        keys=keys,
        contact_pk=contact,
        first_period=first_period,
        not_after=reader.u32(first_period),
        board_quota=reader.u16(1, MAX_QUOTA),
        successor=reader.take(UNIT_ID),
        conflicts=_read_slugs(reader),
        paused=reader.u8(0, _PAUSED) == _PAUSED,
    )
