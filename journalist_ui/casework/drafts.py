# SPDX-License-Identifier: AGPL-3.0-or-later
"""What members have begun to write, on the disk and sealed to the case. Keeping takes no key but the case's public one,
so that words which are posted after the session's end can be kept; opening takes an opened case."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from dropbox.protocol.encoding import Reader, u32
from dropbox.protocol.errors import NotForThisKey, Truncated
from dropbox.protocol.primitives import hpke_seal
from journalist_ui.refusals import BadInput
from journalist_ui.vault import tables
from journalist_ui.vault.sealing import draft_info

from .cases import OpenedCase, public_key

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


@dataclass(frozen=True)
class Written:
    """What a page hands over. ``base`` is the version that it was drawn with, "" for none, None where it does not say;
    ``seen`` as in a draft."""

    case: int
    text: str
    seen: int
    base: str | None = None


def _pack(sealed: Iterable[bytes]) -> bytes:
    return b"".join(u32(len(one)) + one for one in sealed)


def _unpack(data: bytes) -> tuple[bytes, ...]:
    """What is cut short is left out."""
    reader, found = Reader(data, "draft"), []
    with suppress(Truncated):
        while reader.left:
            found.append(reader.take(reader.u32()))
    return tuple(found)


def find_draft(connection: Connection, member: str, number: int) -> Draft | None:
    """The member's draft in a case."""
    rows = tables.drafts
    row = connection.execute(select(rows).where(rows.c.number == number, rows.c.member == member)).first()
    return Draft(row.version, row.seen, _unpack(row.sealed)) if row else None


def open_draft(case: OpenedCase, draft: Draft) -> list[str]:
    """The reader's texts, each once. One that does not open is left out."""
    texts: dict[str, None] = {}
    for sealed in draft.sealed:
        with suppress(NotForThisKey):
            found = case.key.open(sealed, draft_info(case.number, case.reader))
            texts[found.decode("utf-8", "surrogatepass")] = None
    return list(texts)


def keep_draft(
    connection: Connection, member: str, written: Written, random: Callable[[int], bytes], *, beside: bool
) -> tuple[Draft, bool]:
    """The draft as it now is, and whether the text took no other's place: one that its page did not know of is never
    replaced. Then the new text is kept ``beside`` it, or, without that, not at all. Raises NoSuchCase, and BadInput
    where there are too many already."""
    public = public_key(connection, member, written.case)
    held = find_draft(connection, member, written.case)
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
    draft = Draft(random(VERSION).hex(), seen, sealed)
    values = {"version": draft.version, "seen": draft.seen, "sealed": _pack(draft.sealed)}
    statement = upsert(tables.drafts).values(number=written.case, member=member, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["number", "member"], set_=values))
    return draft, strange


def delete_draft(connection: Connection, member: str, number: int, version: str | None = None) -> bool:
    """Whether there was one: of that version, where one is named."""
    rows = tables.drafts
    these = delete(rows).where(rows.c.number == number, rows.c.member == member)
    return connection.execute(these if version is None else these.where(rows.c.version == version)).rowcount > 0
