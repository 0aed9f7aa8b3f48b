# SPDX-License-Identifier: AGPL-3.0-or-later
"""What members have begun to write, on the disk and sealed to the case. Keeping takes no key but the case's public one,
so that words which are posted after the session's end can be kept; opening takes a session."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from dropbox.protocol.encoding import Reader, u32
from dropbox.protocol.errors import Truncated
from dropbox.protocol.primitives import hpke_seal
from journalist_ui.refusals import BadInput, NoSuchCase

from . import tables
from .cases import NO_CASE, draft_info
from .database import Vault

VERSION = 16
"""Random bytes that name a draft."""
MOST_TEXTS = 4
"""Texts of one draft between which its writer has yet to choose."""


@dataclass(frozen=True)
class Draft:
    """``version`` names exactly this; ``seen`` is the place in the case's running order up to which its writer had
    read. ``sealed`` is one text, or several: what pages wrote that did not know of each other."""

    version: str
    seen: int
    sealed: tuple[bytes, ...]


def _pack(sealed: Iterable[bytes]) -> bytes:
    return b"".join(u32(len(one)) + one for one in sealed)


def _unpack(data: bytes) -> tuple[bytes, ...]:
    """What is cut short is left out."""
    reader, found = Reader(data, "draft"), []
    with suppress(Truncated):
        while reader.left:
            found.append(reader.take(reader.u32()))
    return tuple(found)


def _find(connection: Connection, member: str, number: int) -> Draft | None:
    rows = tables.drafts
    row = connection.execute(select(rows).where(rows.c.number == number, rows.c.member == member)).first()
    return Draft(row.version, row.seen, _unpack(row.sealed)) if row else None


def find_draft(vault: Vault, member: str, number: int) -> Draft | None:
    """The member's draft in a case."""
    with vault.reading() as connection:
        return _find(connection, member, number)


def case_public(connection: Connection, member: str, number: int) -> bytes:
    """The case's public key, for a member whom the case is open to. Raises NoSuchCase."""
    cases, keys, messages = tables.cases, tables.case_keys, tables.messages
    whole = select(messages.c.number).where(messages.c.number == number, tables.IS_WHOLE).exists()
    found = select(cases.c.public).join(keys, keys.c.number == cases.c.number)
    asked = found.where(cases.c.number == number, keys.c.member == member, whole)
    public: bytes | None = connection.execute(asked).scalar()
    if public is None:
        raise NoSuchCase(NO_CASE)
    return public


@dataclass(frozen=True)
class Written:
    """What a page hands over. ``base`` is the version that it was drawn with, "" for none, None where it does not say;
    ``seen`` as in a draft."""

    case: int
    text: str
    seen: int
    base: str | None = None


def keep_draft(vault: Vault, member: str, written: Written, *, beside: bool) -> tuple[Draft, bool]:
    """The draft as it now is, and whether the text took no other's place: one that its page did not know of is never
    replaced. Then the new text is kept ``beside`` it, or, without that, not at all. Raises NoSuchCase, and BadInput
    where there are too many already."""
    with vault.writing() as connection:
        public = case_public(connection, member, written.case)
        held = _find(connection, member, written.case)
        strange = held is not None and written.base is not None and written.base != held.version
        if held is not None and strange and not (beside and written.text):
            return held, True
        info = draft_info(written.case, member)
        sealed: tuple[bytes, ...] = (hpke_seal(public, written.text.encode("utf-8", "surrogatepass"), info),)
        seen = written.seen
        if held is not None and strange:
            sealed, seen = (*held.sealed, *sealed), min(seen, held.seen)
        if len(sealed) > MOST_TEXTS:
            raise BadInput(f"There are {MOST_TEXTS} drafts of yours in this case already. Choose one of them first.")
        draft = Draft(vault.random(VERSION).hex(), seen, sealed)
        values = {"version": draft.version, "seen": draft.seen, "sealed": _pack(draft.sealed)}
        statement = upsert(tables.drafts).values(number=written.case, member=member, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=["number", "member"], set_=values))
    return draft, strange


def drop_draft(vault: Vault, member: str, number: int, version: str | None = None) -> bool:
    """Whether there was one: of that version, where one is named."""
    with vault.writing() as connection:
        return delete_draft(connection, member, number, version)


def delete_draft(connection: Connection, member: str, number: int, version: str | None = None) -> bool:
    """The same in a transaction of the caller's."""
    rows = tables.drafts
    these = delete(rows).where(rows.c.number == number, rows.c.member == member)
    return connection.execute(these if version is None else these.where(rows.c.version == version)).rowcount > 0


def cases_of(vault: Vault, member: str) -> list[int]:
    """In which a member has a draft."""
    rows = tables.drafts
    with vault.reading() as connection:
        return list(connection.execute(select(rows.c.number).where(rows.c.member == member)).scalars())
