# SPDX-License-Identifier: AGPL-3.0-or-later
"""The details of acts: sealed when a row is written, with nobody's key at hand, and opened by whoever may know them.

What is about a case is for whoever opens that case; what is about the desk, for those who administer or supervise it.
Each day, and each process, has a key of its own for each of them, which is sealed once to the case, or to the desk's
key of the log: so a row takes no kilobyte. The desk's key is another whenever others may read the log: by public keys
alone, its seed is wrapped to each of them.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from dropbox.protocol.chance import Random
from dropbox.protocol.constants import KEY, NONCE, XWING_SEED
from dropbox.protocol.encoding import u32
from dropbox.protocol.errors import NotForThisKey
from dropbox.protocol.primitives import SealingKey, aead_open, aead_seal, hpke_seal, sha256

from . import labels, tables
from .roles import Role, holders_of
from .rows import AuditRow
from .sealing import CaseKeys, Holder

BLOCK = 64
"""Bytes: a detail is filled up to whole blocks, so that its length says little."""
MINUTES = 1_440
# Unlike an upsert, this is compiled once.
_KEY = insert(tables.audit_keys).prefix_with("OR IGNORE")
_PUBLIC = select(tables.cases.c.public).where(tables.cases.c.number == bindparam("of_case"))


class Detail(NamedTuple):
    """Who did what, about what, and in which ``minute`` of the day (UTC), None where only the day is kept. ``member``
    is "" for the desk itself."""

    member: str
    act: str
    about: str
    minute: int | None


class Place(NamedTuple):
    """What a detail is bound to: the row's number, its day, and its case, 0 for none."""

    seq: int
    day: int
    number: int


class Recipient(NamedTuple):
    """The public key that a case's details are sealed to, or the desk's, and which of its keys that is."""

    generation: int
    public: bytes


@dataclass(frozen=True)
class _DayKey:
    day: int
    name: bytes
    key: bytes = field(repr=False)
    values: dict[str, int | bytes] = field(repr=False)


@dataclass
class Pen:
    """What a vault's rows are written with. ``key`` is that of their MACs, b"" where no keyring is at hand; ``clock``
    gives unix seconds, None where no minute is kept. It remembers the keys of the day."""

    key: bytes = field(default=b"", repr=False)
    clock: Callable[[], float] | None = None
    random: Random = os.urandom
    _keys: dict[tuple[int, bytes], _DayKey] = field(default_factory=dict, repr=False)

    def day_key(self, at: Place, to: Recipient) -> _DayKey:
        """The present one of a case, or of the desk."""
        known = self._keys.get((at.number, to.public))
        if known is not None and known.day == at.day:
            return known
        key = self.random(KEY)
        sealed = hpke_seal(to.public, key, day_key_info(at.number, to.generation))
        name = sha256(sealed)
        values: dict[str, int | bytes] = {"key": name, "number": at.number, "generation": to.generation}
        values["sealed"] = sealed
        self._keys = {place: one for place, one in self._keys.items() if one.day == at.day}
        self._keys[at.number, to.public] = made = _DayKey(at.day, name, key, values)
        return made


def day_key_info(number: int, generation: int) -> bytes:
    """What the sealed key of a day is bound to."""
    return labels.AUDIT_DAY_KEY + u32(number) + u32(generation)


def _aad(at: Place) -> bytes:
    return labels.AUDIT_DETAIL + u32(at.seq) + u32(at.day) + u32(at.number)


def case_recipient(connection: Connection, number: int) -> Recipient:
    """To whom what is done in a case is sealed now."""
    return Recipient(0, connection.execute(_PUBLIC, {"of_case": number}).scalar_one())


def seal_detail(connection: Connection, pen: Pen, at: Place, detail: Detail) -> tuple[bytes, bytes]:
    """The name of the key, which is stored, and the sealed detail."""
    to = case_recipient(connection, at.number) if at.number else _desk_recipient(connection, pen.random)
    key = pen.day_key(at, to)
    # Also where it was made in a transaction of which nothing was kept.
    connection.execute(_KEY, key.values)
    plain = json.dumps(detail, separators=(",", ":")).encode()
    nonce = pen.random(NONCE)
    return key.name, nonce + aead_seal(key.key, nonce, plain.ljust(-(-len(plain) // BLOCK) * BLOCK), _aad(at))


class Details:
    """Opens details in a transaction. ``key_for`` gives the key of a case, or for 0 the desk's, of a generation; None
    where whoever reads holds none."""

    def __init__(self, connection: Connection, key_for: Callable[[int, int], SealingKey | CaseKeys | None]) -> None:
        self._connection = connection
        self._key_for = key_for
        self._keys: dict[bytes, bytes | None] = {}

    def open(self, row: AuditRow) -> Detail | None:
        """None where it is not for whoever reads, or is none."""
        if row.key is None or row.sealed is None:
            return Detail(row.member, row.act, row.about, None)
        if row.key not in self._keys:
            self._keys[row.key] = self._open_key(row.number, row.key)
        key = self._keys[row.key]
        if key is None:
            return None
        try:
            plain = aead_open(key, row.sealed[:NONCE], row.sealed[NONCE:], _aad(Place(row.seq, row.day, row.number)))
        except NotForThisKey:
            return None
        return _parse(plain)

    def _open_key(self, number: int, name: bytes) -> bytes | None:
        rows = tables.audit_keys.c
        found = self._connection.execute(select(rows.generation, rows.sealed).where(rows.key == name)).first()
        key = self._key_for(number, found.generation) if found else None
        if found is None or key is None:
            return None
        try:
            return key.open(found.sealed, day_key_info(number, found.generation))
        except NotForThisKey:
            return None


def _parse(plain: bytes) -> Detail | None:
    try:
        member, act, about, minute = json.loads(plain)
    except (ValueError, TypeError, RecursionError):
        return None
    if not all(isinstance(one, str) for one in (member, act, about)):
        return None
    if minute is not None and (type(minute) is not int or not 0 <= minute < MINUTES):
        return None
    return Detail(member, act, about, minute)


# --- the desk's own key of the log ---


@dataclass(frozen=True)
class ReaderKey:
    """The seed of one generation of the desk's key of the log, wrapped to a ``member``."""

    generation: int
    member: str
    wrapped: bytes

    def seed(self, holder: Holder) -> bytes:
        """For whom it is wrapped to. Raises NotForThisKey."""
        return holder.key.open(self.wrapped, _reader_info(self.generation, holder.name))

    def rewrap(self, holder: Holder, member: str, public: bytes) -> "ReaderKey | None":
        """What the holder opens, for another member or another key; None when it does not open."""
        try:
            return _wrap(self.generation, self.seed(holder), member, public)
        except NotForThisKey:
            return None


def _reader_info(generation: int, member: str) -> bytes:
    return labels.AUDIT_READER + u32(generation) + member.encode()


def _wrap(generation: int, seed: bytes, member: str, public: bytes) -> ReaderKey:
    return ReaderKey(generation, member, hpke_seal(public, seed, _reader_info(generation, member)))


def desk_readers(connection: Connection) -> dict[str, bytes]:
    """Who may read what was done about the desk itself, each with their public key."""
    rows = tables.members.c
    may = holders_of(connection, Role.ADMINISTRATOR) | holders_of(connection, Role.SUPERVISOR)
    found = select(rows.name, rows.public).where(rows.name.in_(may), ~rows.provisional).order_by(rows.name)
    return {row.name: row.public for row in connection.execute(found)}


def _desk_recipient(connection: Connection, random: Random) -> Recipient:
    """The desk's present key of the log; a new one, wrapped to those who may read it, where they are others by now."""
    rows, readers = tables.audit_generations, desk_readers(connection)
    who = sha256(labels.AUDIT_READERS + b"".join(sha256(name.encode()) + sha256(key) for name, key in readers.items()))
    newest = connection.execute(select(rows).order_by(rows.c.generation.desc()).limit(1)).first()
    if newest is not None and newest.readers == who:
        return Recipient(newest.generation, newest.public)
    generation, seed = (newest.generation + 1 if newest else 1), random(XWING_SEED)
    public = SealingKey(seed).public
    connection.execute(insert(rows).values(generation=generation, public=public, readers=who))
    store_reader_keys(connection, [_wrap(generation, seed, name, key) for name, key in readers.items()])
    return Recipient(generation, public)


def read_reader_keys(connection: Connection, member: str) -> dict[int, ReaderKey]:
    """What is wrapped to a member, by generation."""
    rows = tables.audit_readers.c
    found = connection.execute(select(rows.generation, rows.wrapped).where(rows.member == member))
    return {row.generation: ReaderKey(row.generation, member, row.wrapped) for row in found}


def store_reader_keys(connection: Connection, keys: list[ReaderKey]) -> None:
    """In the place of what is wrapped to the same members of the same generations."""
    rows = upsert(tables.audit_readers)
    replaced = rows.on_conflict_do_update(
        index_elements=["generation", "member"], set_={"wrapped": rows.excluded.wrapped}
    )
    for one in keys:
        connection.execute(replaced, {"generation": one.generation, "member": one.member, "wrapped": one.wrapped})


def delete_reader_keys(connection: Connection, member: str) -> None:
    """What is wrapped to a key that the member has lost: whoever reads the log shares it anew."""
    connection.execute(delete(tables.audit_readers).where(tables.audit_readers.c.member == member))


def share_reader_keys(connection: Connection, holder: Holder) -> None:
    """Whoever reads the log, and signs in, lets those read what was done before who may read it since: each generation
    that is wrapped to the holder, for each reader to whom it is not."""
    readers, rows = desk_readers(connection), tables.audit_readers.c
    if holder.name not in readers:
        return
    held = set(connection.execute(select(rows.generation, rows.member)).tuples())
    for generation, one in read_reader_keys(connection, holder.name).items():
        for name, public in readers.items():
            made = None if (generation, name) in held else one.rewrap(holder, name, public)
            store_reader_keys(connection, [made] if made else [])


def open_reader_key(connection: Connection, holder: Holder, generation: int) -> SealingKey | None:
    """The desk's key of a generation; None where it is not wrapped to the holder."""
    rows = tables.audit_readers.c
    these = select(rows.wrapped).where(rows.generation == generation, rows.member == holder.name)
    wrapped = connection.execute(these).scalar()
    if wrapped is None:
        return None
    try:
        return SealingKey(ReaderKey(generation, holder.name, wrapped).seed(holder))
    except NotForThisKey:
        return None
