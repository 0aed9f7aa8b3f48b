# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ledger in the vault: loaded when the desk starts, and each change committed in one transaction."""

import json
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from dropbox.flows.desk.requests import CommitVault
from dropbox.flows.desk.state import Conversation, Incoming, Ledger, Text, Texts, TextState
from dropbox.protocol.constants import EntryType
from dropbox.protocol.manifests import parse_manifest

from . import tables
from .arriving import CaseWriter, forget_cases, forget_parts
from .counters import count_texts
from .database import Vault, read_meta, write_meta
from .published import keep_manifest

_NUMBERS = (
    *("opened", "collected", "acknowledged", "last_heard", "grown", "asked", "answered", "set_aside"),
    *("closing", "burn", "spoke", "closed"),
)
_KEPT_BY_FLOWS = tuple(name for name in _NUMBERS if name != "set_aside")
"""A person sets aside: what a flow knew of that before must not undo it."""


def load_ledger(vault: Vault) -> Ledger:
    """Everything that the daemon needs with nobody signed in."""
    with vault.reading() as connection:
        found = Ledger(
            conversations=_load_conversations(connection),
            texts=Texts(_text(row) for row in connection.execute(select(tables.texts))),
            roots={row.period: row.root for row in connection.execute(select(tables.roots))},
            processed_through=int(read_meta(connection, "processed_through", "0")),
            backed_up_through=int(read_meta(connection, "backed_up_through", "0")),
        )
    for text in found.texts.values():
        if text.pseudonym in found.conversations:
            found.conversations[text.pseudonym].answered = True
    return found


def _load_conversations(connection: Connection) -> dict[bytes, Conversation]:
    found = {
        row.pseudonym: Conversation(row.pseudonym, row.beacon, **{name: getattr(row, name) for name in _NUMBERS})
        for row in connection.execute(select(tables.conversations))
    }
    # Nearly all messages are whole, and of one part: one set for all that have the same parts.
    have: dict[int, frozenset[int]] = {}
    for row in connection.execute(select(tables.incoming)):
        if row.have not in have:
            have[row.have] = frozenset(part for part in range(1, row.parts + 1) if row.have >> (part - 1) & 1)
        parts, came = row.parts, have[row.have]
        found[row.pseudonym].incoming[row.message_id] = Incoming(parts, came, row.epoch, row.number, row.period)
        if not row.number:
            found[row.pseudonym].unfinished.add(row.message_id)
    return found


def _text(row: Row[Any]) -> Text:
    return Text(
        id=row.id,
        pseudonym=row.pseudonym,
        type=EntryType(row.type),
        parts=tuple(bytes.fromhex(part) for part in json.loads(row.parts)),
        number=row.number,
        written=row.written,
        stood=row.stood,
        read=row.read,
        state=TextState(row.state),
    )


def _text_values(text: Text) -> dict[str, Any]:
    return {
        "type": int(text.type),
        "parts": json.dumps([part.hex() for part in text.parts]),
        "number": text.number,
        "written": text.written,
        "stood": text.stood,
        "read": text.read,
        "state": text.state.value,
    }


def commit(vault: Vault, change: CommitVault) -> None:
    """Make the change durable, whole or not at all; new contents are sealed to their cases on the way.

    Where texts were emptied or conversations deleted, the write-ahead log is emptied too.
    """
    ledger = change.ledger
    gone = {pseudonym for pseudonym in change.conversations if pseudonym not in ledger.conversations}
    emptied = bool(gone)
    with vault.writing() as connection:
        _store_conversations(connection, [ledger.conversations[one] for one in change.conversations - gone], gone)
        emptied |= _store_messages(connection, ledger, change.messages)
        forget_cases(connection, gone)
        if change.contents:
            writer = CaseWriter(connection, vault.random)
            for content in change.contents:
                writer.store(content, ledger.conversations[content.pseudonym])
            emptied |= writer.finish()
        for number in change.texts:
            emptied |= _store_text(connection, ledger.texts[number])
        count_texts(connection, change.texts)
        if change.manifest:
            keep_manifest(connection, parse_manifest(change.manifest))
        _store_progress(connection, ledger)
    if emptied:
        vault.truncate_wal()


_CONVERSATION = upsert(tables.conversations)
_CONVERSATION = _CONVERSATION.on_conflict_do_update(
    index_elements=["pseudonym"], set_={name: _CONVERSATION.excluded[name] for name in (*_KEPT_BY_FLOWS, "beacon")}
)
_INCOMING = upsert(tables.incoming)
_INCOMING = _INCOMING.on_conflict_do_update(
    index_elements=["pseudonym", "message_id"],
    set_={name: _INCOMING.excluded[name] for name in ("parts", "have", "epoch", "number", "period")},
)
_NO_INCOMING = delete(tables.incoming).where(
    tables.incoming.c.pseudonym == bindparam("whose"), tables.incoming.c.message_id == bindparam("which")
)
_NO_CONVERSATION = delete(tables.conversations).where(tables.conversations.c.pseudonym == bindparam("whose"))


def _store_conversations(connection: Connection, changed: list[Conversation], gone: set[bytes]) -> None:
    """Gathered into few statements: a desk that was away has thousands."""
    if gone:
        connection.execute(_NO_CONVERSATION, [{"whose": one} for one in gone])
    if changed:
        connection.execute(_CONVERSATION, [_conversation_values(one) for one in changed])


def _store_messages(connection: Connection, ledger: Ledger, changed: frozenset[tuple[bytes, bytes]]) -> bool:
    """A row each for those that are there, however long the conversation is; the others go, with the parts that came.
    Returns whether any went."""
    kept, gone = [], []
    for pseudonym, message_id in changed:
        conversation = ledger.conversations.get(pseudonym)
        incoming = conversation.incoming.get(message_id) if conversation else None
        key = {"whose": pseudonym, "which": message_id}
        if incoming is None:
            gone.append(key)
        else:
            kept.append(_incoming_values(pseudonym, message_id, incoming))
    if gone:
        connection.execute(_NO_INCOMING, gone)
        forget_parts(connection, gone)
    if kept:
        connection.execute(_INCOMING, kept)
    return bool(gone)


def _conversation_values(one: Conversation) -> dict[str, Any]:
    return {name: getattr(one, name) for name in (*_NUMBERS, "beacon", "pseudonym")}


def _incoming_values(pseudonym: bytes, message_id: bytes, one: Incoming) -> dict[str, Any]:
    return {
        "pseudonym": pseudonym,
        "message_id": message_id,
        "parts": one.parts,
        "have": sum(1 << (part - 1) for part in one.have),
        "epoch": one.epoch,
        "number": one.number,
        "period": one.period,
    }


def _store_text(connection: Connection, text: Text) -> bool:
    """Returns whether its words were emptied."""
    rows = tables.texts
    connection.execute(update(rows).where(rows.c.id == text.id).values(**_text_values(text)))
    return not text.parts


def add_text(connection: Connection, text: Text) -> int:
    """A new text, durable with the transaction; its id is the vault's to give."""
    row = insert(tables.texts).values(pseudonym=text.pseudonym, **_text_values(text))
    return int(connection.execute(row.returning(tables.texts.c.id)).scalar_one())


def _store_progress(connection: Connection, ledger: Ledger) -> None:
    write_meta(connection, "processed_through", ledger.processed_through)
    write_meta(connection, "backed_up_through", ledger.backed_up_through)
    stored = {row.period: row.root for row in connection.execute(select(tables.roots))}
    for period in stored.keys() - ledger.roots.keys():
        connection.execute(delete(tables.roots).where(tables.roots.c.period == period))
    for period, root in ledger.roots.items():
        if stored.get(period) != root:
            statement = upsert(tables.roots).values(period=period, root=root)
            connection.execute(statement.on_conflict_do_update(index_elements=["period"], set_={"root": root}))
