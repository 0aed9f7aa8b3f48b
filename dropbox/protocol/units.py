# SPDX-License-Identifier: AGPL-3.0-or-later
"""Units as the roots list them, and their places on the board (docs/protocol.md, section 3.4)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .constants import (
    KEY,
    MAX_FORCES_PER_UNIT,
    MAX_KEYS_PER_UNIT,
    MAX_LANGUAGES,
    MAX_NAME,
    MAX_PROMISED,
    MAX_SLUG,
    MAX_WORDS,
    UNIT_ID,
    XWING_PUBLIC,
    UnitKind,
)
from .encoding import Reader, text8, u8, u16, u32
from .errors import BadText, BadValue
from .index import check_sizes

NO_UNIT = bytes(UNIT_ID)


_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


_LANGUAGE = re.compile(r"[a-z]{2,3}")


_PAUSED, _TAKES_NO_FILES = 1, 2


@dataclass(frozen=True)
class UnitKey:
    """A signing key of a unit, used from ``first_period`` until the next key's."""

    public: bytes
    first_period: int


@dataclass(frozen=True)
class Unit:
    """One receiving unit. ``forces`` it serves, ``conflicts``: forces whose reports it must never get; ``rows`` and
    ``marks`` of each of its batches, powers of two. ``promised_days``: within how many it says that it
    answers, 0 for nothing said; ``first_words`` (a language and a text each): what it says to whose report it has.
    ``takes_no_files`` is kept for what is not built yet."""

    unit_id: bytes
    slug: str
    name: str
    kind: UnitKind
    forces: tuple[str, ...]
    keys: tuple[UnitKey, ...]
    contact_pk: bytes
    first_period: int
    not_after: int
    rows: int
    marks: int
    successor: bytes = NO_UNIT
    conflicts: tuple[str, ...] = ()
    paused: bool = False
    takes_no_files: bool = False
    promised_days: int = 0
    first_words: tuple[tuple[str, str], ...] = ()

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
            + u32(self.rows)
            + u32(self.marks)
            + self.successor
            + _encode_slugs(self.conflicts)
            + u8(_PAUSED * self.paused | _TAKES_NO_FILES * self.takes_no_files)
            + u16(self.promised_days)
            + _encode_words(self.first_words)
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


def _encode_words(words: Sequence[tuple[str, str]]) -> bytes:
    texts = ((text8(language), text.encode()) for language, text in words)
    return u8(len(words)) + b"".join(language + u16(len(text)) + text for language, text in texts)


def check_slug(slug: str) -> str:
    """Lower-case words of letters and digits joined by single hyphens. Raises BadText."""
    if len(slug) > MAX_SLUG or not _SLUG.fullmatch(slug):
        raise BadText("slug")
    return slug


def is_language(name: str) -> bool:
    """Two or three lower-case letters."""
    return _LANGUAGE.fullmatch(name) is not None


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


def _read_words(reader: Reader) -> tuple[tuple[str, str], ...]:
    words = []
    for _ in range(reader.u8(0, MAX_LANGUAGES)):
        language, text = reader.text(1, MAX_SLUG), reader.text(2, MAX_WORDS)
        if not _LANGUAGE.fullmatch(language) or not text or not text.isprintable():
            raise BadText("first words")
        words.append((language, text))
    if len({language for language, _ in words}) != len(words):
        raise BadValue("first words")
    return tuple(words)


def _read_sizes(reader: Reader) -> tuple[int, int]:
    rows, marks = reader.u32(), reader.u32()
    check_sizes(rows, marks)
    return rows, marks


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
    not_after = reader.u32(first_period)
    rows, marks = _read_sizes(reader)
    successor, conflicts = reader.take(UNIT_ID), _read_slugs(reader)
    flags = reader.u8(0, _PAUSED | _TAKES_NO_FILES)
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
        marks=marks,
        successor=successor,
        conflicts=conflicts,
        paused=bool(flags & _PAUSED),
        takes_no_files=bool(flags & _TAKES_NO_FILES),
        promised_days=reader.u16(0, MAX_PROMISED),
        first_words=_read_words(reader),
    )
