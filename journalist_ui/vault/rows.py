# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rows as they are read, each column by its name: no row of the database library crosses a door."""

from typing import Any, NamedTuple

from sqlalchemy import Select, Table, select

from . import tables
from .roles import HELD


class CaseRow(NamedTuple):
    """A case: the source's P_pk, the public half of the case's X-Wing key, the period in which it was opened, and what
    a person said of it."""

    number: int
    pseudonym: bytes
    public: bytes
    opened: int
    state: str


class MessageRow(NamedTuple):
    """A message of the source, of ``parts`` parts. ``period`` is that of the newest; ``complete`` its place among the
    whole ones, from 1, 0 before; ``place`` that in the running order of the vault."""

    number: int
    message_id: bytes
    parts: int
    period: int
    complete: int
    place: int


class PartRow(NamedTuple):
    """A sealed part of a message. ``proved``: what proves it is sealed with it."""

    number: int
    message_id: bytes
    part: int
    sealed: bytes
    proved: bool


class ContactRow(NamedTuple):
    """Contact details that a message brought, or that it takes some back (vault/contacts.py): ``sealed`` by the source,
    then to the case, ``opened`` by custodians and sealed to the case, each empty before and once it is gone. ``day`` is
    that of unix time on which they were opened, or went."""

    number: int
    message_id: bytes
    period: int
    state: str
    sealed: bytes
    opened: bytes
    day: int


class TextRow(NamedTuple):
    """A text of the unit, sealed to its case. ``text`` is its id in the ledger, ``msg_no`` the number that the source
    sees, 0 before it is given, ``state`` where it is on its way, ``written`` the period for which it was first planned,
    ``stood`` that of the newest batch that carried it, ``read`` that in which it was acknowledged, each 0 before."""

    text: int
    number: int
    period: int
    place: int
    sealed: bytes
    msg_no: int
    state: str
    written: int
    stood: int
    read: int


class MemberKey(NamedTuple):
    """A member's public X-Wing and Ed25519 keys and what the member may do: ``held`` as roles.py has it.
    ``provisional``: the passphrase is still the first."""

    name: str
    provisional: bool
    public: bytes
    signing: bytes
    held: str | None


class AuditRow(NamedTuple):
    """A row of the log, as docs/decisions/0077 has it. ``number`` is that of the case that it is about, 0 for none;
    ``salt`` None in a row of before; ``key`` names what ``sealed``, its detail, is sealed with, each None where all
    stands plain; ``mac`` None where no keyring was at hand."""

    seq: int
    day: int
    member: str
    act: str
    about: str
    hash: bytes
    number: int
    salt: bytes | None
    key: bytes | None
    sealed: bytes | None
    mac: bytes | None


def _columns(row: type[NamedTuple], table: Table) -> Select[Any]:  # a row's types are those of its class
    return select(*(table.c[name] for name in row._fields))


CASES = _columns(CaseRow, tables.cases)
"""A CaseRow each."""
WHOLE_MESSAGES = _columns(MessageRow, tables.messages).where(tables.IS_WHOLE)
"""A MessageRow each."""
PARTS = _columns(PartRow, tables.parts)
"""A PartRow each."""
CONTACTS = _columns(ContactRow, tables.contacts)
"""A ContactRow each."""
_members = tables.members.c
MEMBER_KEYS = select(_members.name, _members.provisional, _members.public, _members.signing, HELD)
"""A MemberKey each."""
AUDIT = _columns(AuditRow, tables.audit)
"""An AuditRow each."""
_answers, _texts = tables.answers.c, tables.texts.c
TEXTS = select(
    *(_answers.text, _answers.number, _answers.period, _answers.place, _answers.sealed),
    *(_texts.number, _texts.state, _texts.written, _texts.stood, _texts.read),
).join(tables.texts, _texts.id == _answers.text)
"""A TextRow each."""
