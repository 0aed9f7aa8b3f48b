# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rows as they are read, each column by its name: no row of the database library crosses a door."""

from typing import NamedTuple

from sqlalchemy import Select, select

from . import tables


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


class TextRow(NamedTuple):
    """A text of the unit, sealed to its case. ``text`` is its id in the ledger, ``msg_no`` the number that the source
    sees, 0 before it is given, ``state`` where it is on its way."""

    text: int
    number: int
    period: int
    place: int
    sealed: bytes
    msg_no: int
    state: str


class MemberKey(NamedTuple):
    """A member's public X-Wing key and what the member may do. ``provisional``: the passphrase is still the first."""

    name: str
    administrator: bool
    investigator: bool
    provisional: bool
    public: bytes


_cases, _messages, _parts = tables.cases.c, tables.messages.c, tables.parts.c
_answers, _texts, _members = tables.answers.c, tables.texts.c, tables.members.c
CASES = select(_cases.number, _cases.pseudonym, _cases.public, _cases.opened, _cases.state)
"""A CaseRow each."""
WHOLE_MESSAGES = select(
    *(_messages.number, _messages.message_id, _messages.parts),
    *(_messages.period, _messages.complete, _messages.place),
).where(tables.IS_WHOLE)
"""A MessageRow each."""
PARTS = select(_parts.number, _parts.message_id, _parts.part, _parts.sealed, _parts.proved)
"""A PartRow each."""
TEXTS: Select[tuple[int, int, int, int, bytes, int, str]] = select(
    *(_answers.text, _answers.number, _answers.period, _answers.place, _answers.sealed, _texts.number, _texts.state)
).join(tables.texts, _texts.id == _answers.text)
"""A TextRow each."""
MEMBER_KEYS = select(
    _members.name, _members.administrator, _members.investigator, _members.provisional, _members.public
)
"""A MemberKey each."""
