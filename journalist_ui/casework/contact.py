# SPDX-License-Identifier: AGPL-3.0-or-later
"""Contact details that the source of a case has left: whether there are any, asking for them to be opened, and what was
opened. Two custodians open them, of whom one never had to do with the case; the source is told by the program."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, insert, or_, select, update

from dropbox.flows.desk.state import Text
from dropbox.protocol.chance import Random
from dropbox.protocol.constants import EntryType
from dropbox.protocol.contact import contact_info
from dropbox.protocol.errors import NotForThisKey
from dropbox.protocol.primitives import hpke_seal, same, sha256
from journalist_ui.refusals import BadInput, ProposalOver
from journalist_ui.vault import audit, tables
from journalist_ui.vault.contacts import LEFT, OPENED, WITHDRAWAL, WITHDRAWN
from journalist_ui.vault.counters import count_cases
from journalist_ui.vault.database import next_place
from journalist_ui.vault.evidence import CONTACT_OPENED, Proof, about_text
from journalist_ui.vault.ledger import add_text
from journalist_ui.vault.rows import CASES, CONTACTS, ContactRow
from journalist_ui.vault.sealing import answer_info, contact_field_info, contact_text_info
from journalist_ui.vault.withheld import kept_from

from .cases import OpenedCase
from .conversation import SourceMessage, read_places

NONE = "none"
ASK, SHOWN = "contact asked", "contact shown"
NOTHING_LEFT = {
    NONE: "The source of this case has left no contact details. It may leave some later, if it wants to.",
    OPENED: "The contact details that the source left last are open already.",
    WITHDRAWN: "The source has taken its contact details back. They are gone.",
}
NOT_OPEN = "Nothing is open here: two custodians have to open first what the source has left."
UNPROVED = (
    "The message that brought these contact details is not shown to be from the source of this case. Nothing was asked "
    "for. Tell whoever oversees this desk."
)
GONE = "What was to be opened is not there any more: its source took it back, or it was opened. Refuse this."
MOVED = "The case has another key since this was asked for. Ask anew."
_SALT = 16
_rows = tables.contacts.c


def newest_contact(connection: Connection, number: int) -> ContactRow | None:
    """Those that hold: of the newest message that brought any, which may be gone; None where none did."""
    rows, messages = tables.contacts.c, tables.messages.c
    brought = (rows.number == number, rows.state != WITHDRAWAL)
    last = select(func.max(rows.period)).where(*brought).scalar_subquery()
    this = (messages.number == rows.number) & (messages.message_id == rows.message_id)
    found = CONTACTS.join(tables.messages, this).where(*brought, rows.period == last)
    row = connection.execute(found.order_by(messages.place.desc()).limit(1)).first()
    return ContactRow._make(row) if row else None


def contact_state(connection: Connection, number: int) -> str:
    """none, left, opened or withdrawn."""
    found = newest_contact(connection, number)
    return found.state if found else NONE


@dataclass(frozen=True)
class Wish:
    """What two custodians agree to: ``number`` of the case, its source's P_pk, and of the message that brought them its
    id and H of its epoch certificate; ``field`` is H of what the source sealed, ``public`` the case's key, and ``why``
    H of a salt and the reason."""

    number: int
    pseudonym: bytes
    message_id: bytes
    cert_hash: bytes
    field: bytes
    public: bytes
    why: bytes

    @property
    def info(self) -> bytes:
        """What the sealed field is bound to."""
        return contact_info(self.cert_hash, self.pseudonym, self.message_id)

    def to_bytes(self) -> bytes:
        """Canonical JSON."""
        values = {name: value.hex() if isinstance(value, bytes) else value for name, value in vars(self).items()}
        return json.dumps(values, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def of_bytes(cls, content: bytes) -> "Wish":
        """Its inverse. Raises ProposalOver where the bytes are gone or none of these."""
        try:
            values: dict[str, Any] = json.loads(content)
            number = int(values.pop("number"))
            return cls(number, **{name: bytes.fromhex(value) for name, value in values.items()})
        except (ValueError, TypeError, KeyError, AttributeError):
            raise ProposalOver(GONE) from None


@dataclass(frozen=True)
class Wanted:
    """A wish with the ``sealed`` field as its source sealed it, and the ``reason`` behind its salt."""

    wish: Wish
    sealed: bytes = field(repr=False)
    reason: bytes = field(repr=False)


def want_contact(connection: Connection, case: OpenedCase, reason: str, random: Random) -> Wanted:
    """Of an opened case, whose message is verified as its source's. Raises BadInput."""
    found = newest_contact(connection, case.number)
    if found is None or found.state != LEFT:
        raise BadInput(NOTHING_LEFT[found.state if found else NONE])
    messages = tables.messages.c
    place = select(messages.place).where(messages.number == case.number, messages.message_id == found.message_id)
    read = read_places(connection, case, connection.execute(place).scalars().all())
    shown = [one for one in read.open().messages if isinstance(one, SourceMessage)]
    if len(shown) != 1 or shown[0].proof is not Proof.PROVED:
        raise BadInput(UNPROVED)
    sealed = case.key.open(found.sealed, contact_field_info(case.number, found.message_id))
    cert_hash, salted = read.messages[0][1].certificate(case.key), random(_SALT) + reason.encode()
    bound = (case.number, case.row.pseudonym, found.message_id, cert_hash)
    return Wanted(Wish(*bound, sha256(sealed), case.key.public, sha256(salted)), sealed, salted)


def said_reason(salted: bytes, wish: Wish) -> str | None:
    """The reason, where it is the one that was asked with; None where it cannot be read."""
    return salted[_SALT:].decode("utf-8", "replace") if same(sha256(salted), wish.why) else None


def note_asked(connection: Connection, case: OpenedCase, proposal: int, wanted: Wanted, day: int) -> None:
    """By its reader; the reason stands in the record of the case."""
    wish = wanted.wish
    row = {"proposal": proposal, "number": wish.number, "message_id": wish.message_id, "field": wanted.sealed}
    connection.execute(insert(tables.contact_asks).values(**row))
    reason = wanted.reason[_SALT:].decode()
    audit.record(connection, day, case.reader, ASK, f"proposal {proposal}: {reason}", case=case.number)


def read_asked(connection: Connection, proposal: int, wish: Wish) -> bytes:
    """The sealed field of a wish, which still holds. Raises ProposalOver."""
    asks = tables.contact_asks.c
    sealed = connection.execute(select(asks.field).where(asks.proposal == proposal)).scalar() or b""
    held = select(_rows.state).where(_rows.number == wish.number, _rows.message_id == wish.message_id)
    if connection.execute(held).scalar() != LEFT or not same(sha256(sealed), wish.field):
        raise ProposalOver(GONE)
    row = connection.execute(CASES.where(tables.cases.c.number == wish.number)).first()
    if row is None or row.pseudonym != wish.pseudonym:
        raise ProposalOver(GONE)
    if row.public != wish.public:
        raise ProposalOver(MOVED)
    return sealed


def without_kept(connection: Connection, number: int, custodians: Mapping[str, bytes]) -> dict[str, bytes]:
    """Of these custodians, names with public keys, those from whom the case is not kept."""
    kept = kept_from(connection, number)
    return {name: public for name, public in custodians.items() if name not in kept}


def knows_of(connection: Connection, proposal: int, content: bytes, member: str) -> bool:
    """Whether a member may know that a wish was asked for: not where its case is kept from them, nor, once its bytes
    are gone, where its reason was never sealed to them."""
    asks, reasons = tables.contact_asks.c, tables.contact_reasons.c
    numbers = set(connection.execute(select(asks.number).where(asks.proposal == proposal)).scalars())
    with suppress(ProposalOver):
        numbers.add(Wish.of_bytes(content).number)
    if numbers:
        return not any(member in kept_from(connection, number) for number in numbers)
    told = select(reasons.proposal).where(reasons.proposal == proposal, reasons.member == member)
    return connection.execute(told).first() is not None


def has_held(connection: Connection, number: int, member: str) -> bool:
    """Whether the case is, or was, open to a member: it is wrapped to them, was shown to them, or is kept from them."""
    box = select(tables.cases.c.box).where(tables.cases.c.number == number).scalar_subquery()
    keys = tables.case_keys.c
    wrapped = select(keys.member).where(keys.member == member, or_(keys.number == number, keys.number == box))
    others = (select(one.c.member).where(one.c.number == number, one.c.member == member) for one in _KNOWN)
    return any(connection.execute(one.limit(1)).first() is not None for one in (wrapped, *others))


_KNOWN = (tables.shown, tables.withheld, tables.declarations, tables.owners)


def store_opened(connection: Connection, wish: Wish, text: str, by: str, period: int, day: int) -> Text:
    """What was opened, for whoever opens the case, and the word of it to the source; in one transaction. ``by`` are the
    two custodians."""
    number = wish.number
    sealed = hpke_seal(wish.public, text.encode(), contact_text_info(number, wish.message_id))
    this = update(tables.contacts).where(_rows.number == number, _rows.message_id == wish.message_id)
    connection.execute(this.values(state=OPENED, opened=sealed, day=day))
    told = Text(id=0, pseudonym=wish.pseudonym, type=EntryType.CONTACT_OPENED, parts=(b"",))
    told.id = add_text(connection, told)
    words = json.dumps({"by": by, "text": "", "opened": True}).encode()
    kept = hpke_seal(wish.public, words, answer_info(number, told.id))
    values = {"text": told.id, "number": number, "period": period, "place": next_place(connection), "sealed": kept}
    connection.execute(insert(tables.answers).values(values))
    count_cases(connection, [number])
    audit.record(connection, day, by, CONTACT_OPENED, about_text(number, told.id, kept), case=number, named=True)
    return told


@dataclass(frozen=True)
class OpenContact:
    """What was opened, on a ``day`` of unix time."""

    text: str = field(repr=False)
    day: int


def show_opened(connection: Connection, case: OpenedCase, day: int) -> OpenContact:
    """To the reader of a case, on a ``day`` of unix time; it is written down. Raises BadInput."""
    found = newest_contact(connection, case.number)
    if found is None or found.state == WITHDRAWN:
        raise BadInput(NOTHING_LEFT[found.state if found else NONE])
    opened = CONTACTS.where(_rows.number == case.number, _rows.state == OPENED).order_by(_rows.period.desc()).limit(1)
    row = connection.execute(opened).first()
    if row is None:
        raise BadInput(NOT_OPEN)
    newest = found if found.state == OPENED else ContactRow._make(row)
    try:
        text = case.key.open(newest.opened, contact_text_info(case.number, newest.message_id)).decode(
            "utf-8", "replace"
        )
    except NotForThisKey:
        raise BadInput(NOT_OPEN) from None
    audit.record(connection, day, case.reader, SHOWN, case=case.number)
    return OpenContact(text, newest.day)
