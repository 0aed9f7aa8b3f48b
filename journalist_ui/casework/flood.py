# SPDX-License-Identifier: AGPL-3.0-or-later
"""The flood box: what is in it, and taking a case out of it, which gives that one a key of its own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, insert, literal_column, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from dropbox.protocol.chance import Random
from dropbox.protocol.constants import XWING_SEED
from dropbox.protocol.errors import NotForThisKey
from dropbox.protocol.part_proof import PART_PROOF
from dropbox.protocol.primitives import SealingKey, hpke_seal
from journalist_ui.refusals import CaseMoved, NoSuchCase
from journalist_ui.vault import audit, tables
from journalist_ui.vault.arriving import wrap_new_case
from journalist_ui.vault.contacts import ERASED, about_erased, name_erased, reseal_contacts
from journalist_ui.vault.counters import JUNK
from journalist_ui.vault.database import read_meta
from journalist_ui.vault.evidence import listed
from journalist_ui.vault.files import reseal_keys
from journalist_ui.vault.first_look import said_in
from journalist_ui.vault.rows import CASES, CaseRow
from journalist_ui.vault.sealing import (
    CaseKeys,
    Holder,
    WrappedKey,
    blob_key_info,
    contact_field_info,
    proved_part_info,
)

from .cases import ASKED, ASKS, OpenedCase
from .conversation import Sealed, SourceMessage, read_first

PAGE = 100
BEGINNING = 300
"""Letters of a report: enough to tell whether it is one."""
NOT_THERE = "There is no case of that number in the flood box for you. `dropbox-desk flood list` shows what there is."
_cases, _boxes, _keys = tables.cases.c, tables.boxes.c, tables.case_keys.c


def _mine(member: str) -> ColumnElement[bool]:
    """Whole cases of the boxes that are open to a member."""
    held = select(_boxes.number).join(tables.case_keys, _keys.number == _boxes.number).where(_keys.member == member)
    # Spelled out, so that the index of what is in a box is used.
    return (_cases.whole > 0) & (_cases.box > literal_column("0")) & _cases.box.in_(held)


@dataclass(frozen=True)
class Counts:
    """Of a member's boxes: cases that are not set aside, those of them in which somebody is at risk, and those that are
    set aside."""

    total: int
    urgent: int
    aside: int


def count_flood(connection: Connection, member: str) -> Counts:
    """Nothing where no box is open to the member."""
    here = _cases.shelf != JUNK
    numbers = (func.count().filter(here), func.count().filter(here & _cases.urgent), func.count().filter(~here))
    return Counts(*connection.execute(select(*numbers).select_from(tables.cases).where(_mine(member))).one())


def has_declared(connection: Connection, member: str) -> bool:
    """Whether the member may see beginnings: they have said so of each of their boxes, or are not asked."""
    if read_meta(connection, ASKS, "") != ASKED:
        return True
    rows = tables.declarations.c
    said = select(rows.number).where(rows.number == _keys.number, rows.member == member).exists()
    held = select(_boxes.number).join(tables.case_keys, _keys.number == _boxes.number)
    return connection.execute(held.where(_keys.member == member, ~said).limit(1)).first() is None


def declare(connection: Connection, member: str, day: int) -> None:
    """Nothing keeps the member from looking at what is in their boxes, on a ``day`` of unix time."""
    held = select(_keys.number).join(tables.boxes, _boxes.number == _keys.number).where(_keys.member == member)
    for number in connection.execute(held.distinct()).scalars().all():
        row = upsert(tables.declarations).values(number=number, member=member, day=day)
        connection.execute(row.on_conflict_do_nothing())
    audit.record(connection, day, member, "flood declared")


def open_boxed(connection: Connection, holder: Holder, number: int) -> OpenedCase:
    """A case of a box that is open to the holder, opened by the key of the box. Raises NoSuchCase."""
    row = connection.execute(CASES.add_columns(_cases.box).where(_cases.number == number, _cases.whole > 0)).first()
    held = select(_keys.generation, _keys.wrapped).where(_keys.number == (row.box if row else 0))
    wrapped = connection.execute(held.where(_keys.member == holder.name).order_by(_keys.generation.desc())).all()
    if row is None or not row.box or not wrapped:
        raise NoSuchCase(NOT_THERE)
    keys = (WrappedKey(row.box, holder.name, one.generation, one.wrapped) for one in wrapped)
    try:
        return OpenedCase(CaseRow._make(row[:-1]), holder.name, CaseKeys(tuple(one.open(holder) for one in keys)))
    except NotForThisKey:
        raise NoSuchCase(NOT_THERE) from None


@dataclass(frozen=True)
class Boxed:
    """One line: ``opened`` is a period. Its beginning is still sealed, None where the member may not see it."""

    number: int
    opened: int
    urgent: bool
    report: Sealed | None = field(repr=False)

    def beginning(self) -> str:
        """It takes milliseconds, and no transaction."""
        found = self.report.open() if self.report else None
        first = next((one for one in found.messages if isinstance(one, SourceMessage)), None) if found else None
        text = "" if first is None else first.report.text if first.report else first.raw
        return " ".join(text[: 4 * BEGINNING].split())[:BEGINNING]


def list_flood(connection: Connection, holder: Holder, page: int, *, declared: bool) -> list[Boxed]:
    """One page of what is not set aside: first those in which somebody is at risk, or whose messages came in pieces so
    that nobody could look, then by day."""
    order = (_cases.urgent.desc(), _cases.examined, _cases.opened, _cases.number)
    found = select(_cases.number, _cases.opened, _cases.urgent).where(_mine(holder.name), _cases.shelf != JUNK)
    rows = connection.execute(found.order_by(*order).limit(PAGE).offset((page - 1) * PAGE)).all()

    def sealed(number: int) -> Sealed | None:
        return read_first(connection, open_boxed(connection, holder, number)) if declared else None

    return [Boxed(row.number, row.opened, row.urgent, sealed(row.number)) for row in rows]


@dataclass(frozen=True)
class Taking:
    """A case of a box that is to have a key of its own: its parts, as they are sealed to the box."""

    case: OpenedCase
    parts: tuple[tuple[bytes, int, bytes], ...] = field(repr=False)
    blobs: tuple[tuple[int, int, bytes], ...] = field(default=(), repr=False)
    contacts: tuple[tuple[bytes, str, bytes], ...] = field(default=(), repr=False)

    def seal(self, random: Random) -> "Sealing":
        """Opened with the box's key and sealed to a new one; it takes long, and no transaction. What does not open is
        left as it is, and proves nothing, as before."""
        seed, number = random(XWING_SEED), self.case.number
        said: list[tuple[bytes, bytes]] = []
        made: list[Resealed] = []
        public = SealingKey(seed).public
        for message_id, part, sealed in self.parts:
            info = proved_part_info(number, message_id, part)
            try:
                plain = self.case.key.open(sealed, info)
            except NotForThisKey:
                continue
            said.append((message_id, plain[PART_PROOF:]))
            made.append(Resealed(message_id, part, hpke_seal(public, plain, info)))
        keys = tuple(self._blob_keys(public))
        bodies = {one: b"".join(body for whose, body in said if whose == one) for one, _ in said}
        left = tuple(self._contacts(public))
        return Sealing(self, seed, tuple(made), "\n".join(map(said_in, bodies.values())), keys, left)

    def _contacts(self, public: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Contact details that are still there, sealed to the new key too."""
        for message_id, _, sealed in self.contacts:
            if sealed:
                info = contact_field_info(self.case.number, message_id)
                yield message_id, hpke_seal(public, self.case.key.open(sealed, info), info)

    def _blob_keys(self, public: bytes) -> Iterator[tuple[int, int, bytes]]:
        """Those of the blobs of its files that have come, sealed to the new key too."""
        for file, place, sealed in self.blobs:
            info = blob_key_info(self.case.number, file, place)
            yield file, place, hpke_seal(public, self.case.key.open(sealed, info), info)


class Resealed(NamedTuple):
    """A part, sealed to the new key."""

    message_id: bytes
    part: int
    sealed: bytes


@dataclass(frozen=True)
class Sealing:
    """The same sealed anew and not stored yet, with all that it says: a member of whom it speaks gets no key."""

    taking: Taking
    seed: bytes = field(repr=False)
    parts: tuple[Resealed, ...] = field(repr=False)
    said: str = field(repr=False)
    blobs: tuple[tuple[int, int, bytes], ...] = field(default=(), repr=False)
    contacts: tuple[tuple[bytes, bytes], ...] = field(default=(), repr=False)


def _contacts(connection: Connection, number: int) -> tuple[tuple[bytes, str, bytes], ...]:
    """Of each message that brought contact details: its id, what became of them, and the sealed field."""
    rows = tables.contacts.c
    found = select(rows.message_id, rows.state, rows.sealed).where(rows.number == number)
    return tuple(tuple(row) for row in connection.execute(found.order_by(rows.message_id)))


def _blobs(connection: Connection, number: int) -> tuple[tuple[int, int, bytes], ...]:
    """Of each stored blob of a case's files: file, place, its sealed key."""
    rows = tables.file_blobs.c
    found = select(rows.file, rows.place, rows.sealed).where(rows.number == number, rows.stored != "")
    return tuple(tuple(row) for row in connection.execute(found.order_by(rows.file, rows.place)))


def _parts(connection: Connection, number: int) -> tuple[tuple[bytes, int, bytes], ...]:
    rows = tables.parts.c
    found = select(rows.message_id, rows.part, rows.sealed).where(rows.number == number)
    return tuple(tuple(row) for row in connection.execute(found.order_by(rows.message_id, rows.part)))


def read_out(connection: Connection, holder: Holder, number: int) -> Taking:
    """What taking a case out needs. Raises NoSuchCase."""
    case = open_boxed(connection, holder, number)
    return Taking(case, _parts(connection, number), _blobs(connection, number), _contacts(connection, number))


def take_out(connection: Connection, sealing: Sealing, day: int) -> bool:
    """It is a case of its own from now on, in the inbox of whoever takes new reports and is not named in it; whether
    that is its reader. Raises NoSuchCase where it is in no box any more, CaseMoved where something was added
    meanwhile."""
    case = sealing.taking.case
    number, rows = case.number, tables.parts
    if not connection.execute(select(_cases.box).where(_cases.number == number)).scalar():
        raise NoSuchCase(NOT_THERE)
    taken = (sealing.taking.parts, sealing.taking.blobs, sealing.taking.contacts)
    if (_parts(connection, number), _blobs(connection, number), _contacts(connection, number)) != taken:
        raise CaseMoved("Something was added to the case meanwhile. Take it out again.")
    erased = _erased(connection, number, taken[0])
    for one in sealing.parts:
        this = update(rows).where(rows.c.number == number, rows.c.message_id == one.message_id)
        connection.execute(this.where(rows.c.part == one.part).values(sealed=one.sealed))
    reseal_keys(connection, number, sealing.blobs)
    reseal_contacts(connection, number, sealing.contacts)
    for message_id in sorted(erased):
        name_erased(connection, number, message_id, day)
    public = SealingKey(sealing.seed).public
    this = update(tables.cases).where(_cases.number == number)
    connection.execute(this.values(box=0, public=public, generation=1, shelf=""))
    takers = wrap_new_case(connection, number, sealing.seed, sealing.said)
    audit.record(connection, day, case.reader, "flood take", case=number)
    return case.reader in takers


def _erased(connection: Connection, number: int, parts: Sequence[tuple[bytes, int, bytes]]) -> set[bytes]:
    """Messages whose contact details went, as the audit log says of the parts as they are."""
    names = {about_erased(number, message_id, sealed): message_id for message_id, _, sealed in parts}
    return {names[one] for one in listed(connection, names, (ERASED,))}


def move(connection: Connection, member: str, numbers: Sequence[int] | None, *, aside: bool, day: int) -> list[bytes]:
    """Set cases of the member's boxes aside, or back: these, or without ``numbers`` all, but to set aside none in which
    somebody is at risk. Returns P_pk of each source. Raises NoSuchCase where one is in none of them."""
    which = _mine(member) & ((_cases.shelf != JUNK) if aside else (_cases.shelf == JUNK))
    if numbers is None:
        which &= ~_cases.urgent if aside else _cases.whole > 0
        found = connection.execute(select(_cases.number, _cases.pseudonym).where(which)).all()
    else:
        found = connection.execute(
            select(_cases.number, _cases.pseudonym).where(which, _cases.number.in_(numbers))
        ).all()
        if {row.number for row in found} != set(numbers):
            raise NoSuchCase(NOT_THERE)
    _store_moved(connection, [(row.number, row.pseudonym) for row in found], aside, day)
    # How many is for those whose box it is.
    audit.record(connection, day, member, "flood aside" if aside else "flood back")
    return [row.pseudonym for row in found]


def _store_moved(connection: Connection, found: Sequence[tuple[int, bytes]], aside: bool, day: int) -> None:
    for at in range(0, len(found), PAGE):
        numbers, sources = zip(*found[at : at + PAGE], strict=True)
        shelved = update(tables.cases).where(_cases.number.in_(numbers))
        connection.execute(shelved.values(shelf=JUNK if aside else ""))
        connection.execute(tables.junked.delete().where(tables.junked.c.number.in_(numbers)))
        if aside:
            connection.execute(insert(tables.junked), [{"number": one, "day": day} for one in numbers])
        quiet = update(tables.conversations).where(tables.conversations.c.pseudonym.in_(sources))
        connection.execute(quiet.values(set_aside=aside))
