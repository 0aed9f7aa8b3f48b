# SPDX-License-Identifier: AGPL-3.0-or-later
"""Contact details that messages brought, kept apart from the rest of the message so that they can go: its source may
take them back. The desk keeps that they were there, and that the message was its source's as long as that could be
seen."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from dropbox.protocol.body import WITHDRAWN as TAKEN_BACK, Report, encode_body
from dropbox.protocol.constants import CONTACT
from dropbox.protocol.primitives import hpke_seal, sha256

from . import audit, tables
from .audit import pen_of
from .sealing import contact_field_info

LEFT, OPENED, WITHDRAWN = "left", "opened", "withdrawn"
WITHDRAWAL = "withdrawal"
"""Of a message that takes back what came in its period and before."""
ERASED = "contact erased"
"""The act by which the audit log names the sealed part of a message whose contact details went."""
_DAY = 86_400
_rows = tables.contacts.c


@dataclass(frozen=True)
class Brought:
    """What a message of a case brought: the ``contact`` of its form, sealed by its source or taken back. ``public`` is
    the key of the case."""

    number: int
    public: bytes
    message_id: bytes
    period: int
    contact: bytes = field(repr=False)


def taken_apart(report: Report) -> bytes:
    """The body of a message without its contact details, in its one form; that they are taken back stays."""
    return encode_body(report if report.contact == TAKEN_BACK else replace(report, contact=b""))


def put_together(report: Report, contact: bytes) -> bytes:
    """Inverse: the very bytes that the source has signed."""
    return encode_body(replace(report, contact=contact))


def note_contacts(connection: Connection, brought: Sequence[Brought]) -> bool:
    """Messages of these cases, which are stored already, brought contact details or took them back. Whether anything
    was erased."""
    for one in brought:
        if one.contact == TAKEN_BACK:
            state, sealed = WITHDRAWAL, b""
        elif len(one.contact) == CONTACT:
            state = LEFT
            sealed = hpke_seal(one.public, one.contact, contact_field_info(one.number, one.message_id))
        else:
            continue
        row = {"number": one.number, "message_id": one.message_id, "period": one.period}
        known = upsert(tables.contacts).on_conflict_do_nothing()
        connection.execute(known, row | {"state": state, "sealed": sealed})
    gone = [_settle(connection, number) for number in sorted({one.number for one in brought})]
    return any(gone)


def _settle(connection: Connection, number: int) -> bool:
    """Within a period nobody knows what came first: what was taken back is gone either way."""
    found = select(func.max(_rows.period)).where(_rows.number == number, _rows.state == WITHDRAWAL)
    return erase_through(connection, number, connection.execute(found).scalar() or 0)


def erase_through(connection: Connection, number: int, period: int) -> bool:
    """What came to a case in that period and before is gone; whether there was anything."""
    theirs = (_rows.number == number, _rows.state.in_((LEFT, OPENED)))
    over = select(_rows.message_id).where(*theirs, _rows.period <= period)
    gone = connection.execute(over.order_by(_rows.message_id)).scalars().all()
    for message_id in gone:
        erase_contact(connection, number, message_id)
    return bool(gone)


def erase_contact(connection: Connection, number: int, message_id: bytes) -> None:
    """Contact details of a message are gone, wherever the vault has them; a tombstone stays."""
    clock = pen_of(connection).clock
    day = int(clock() // _DAY) if clock else 0
    this = update(tables.contacts).where(_rows.number == number, _rows.message_id == message_id)
    connection.execute(this.values(state=WITHDRAWN, sealed=b"", opened=b"", day=day))
    asks = tables.contact_asks
    connection.execute(delete(asks).where(asks.c.number == number, asks.c.message_id == message_id))
    name_erased(connection, number, message_id, day)


def name_erased(connection: Connection, number: int, message_id: bytes, day: int) -> None:
    """The sealed part that the signature of a message was verified with as it came: the log alone says so from now
    on."""
    parts = tables.parts.c
    found = select(parts.sealed).where(parts.number == number, parts.message_id == message_id)
    for sealed in connection.execute(found.order_by(parts.part)).scalars():
        audit.record(connection, day, "", ERASED, about_erased(number, message_id, sealed), case=number, named=True)


def about_erased(number: int, message_id: bytes, sealed: bytes) -> str:
    """How the audit log names such a part."""
    return f"contact {number} {message_id.hex()} {sha256(sealed).hex()}"


def reseal_contacts(connection: Connection, number: int, sealed: Iterable[tuple[bytes, bytes]]) -> None:
    """A case got another key: of each message what it brought, sealed to it."""
    for message_id, one in sealed:
        this = update(tables.contacts).where(_rows.number == number, _rows.message_id == message_id)
        connection.execute(this.values(sealed=one))
