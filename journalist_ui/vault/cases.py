# SPDX-License-Identifier: AGPL-3.0-or-later
"""Cases: what a source wrote is sealed to a key of its own at once, and that key to each member allowed.

The daemon makes a case's X-Wing key pair at the first message, keeps the public half, wraps the 32-byte seed to every
investigator and forgets it. After that the daemon can add to a case and cannot read it.
"""

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from dropbox.flows.desk_state import Conversation
from dropbox.flows.requests import NewContent
from dropbox.protocol.constants import XWING_SEED
from dropbox.protocol.encoding import u8, u32
from dropbox.protocol.primitives import SealingKey, hpke_seal

from . import labels, tables
from .database import Random, next_place

NEW = "new"
ASSESSING = "assessing"


def case_key_info(number: int, member: str) -> bytes:
    """What a wrapped case key is bound to."""
    return labels.CASE_KEY + u32(number) + member.encode()


def part_info(number: int, message_id: bytes, part: int) -> bytes:
    """What a sealed part is bound to."""
    return labels.SOURCE_PART + u32(number) + message_id + u8(part)


def answer_info(number: int, text_id: int) -> bytes:
    """What an officer's sealed text is bound to."""
    return labels.OFFICER_TEXT + u32(number) + u32(text_id)


def case_of(connection: Connection, pseudonym: bytes) -> tuple[int, bytes] | None:
    """Number and public key of a conversation's case."""
    rows = tables.cases
    row = connection.execute(select(rows.c.number, rows.c.public).where(rows.c.pseudonym == pseudonym)).first()
    return (row.number, row.public) if row else None


def _new_case(connection: Connection, content: NewContent, random: Random) -> tuple[int, bytes]:
    seed = random(XWING_SEED)
    public = SealingKey(seed).public
    row = insert(tables.cases).values(pseudonym=content.pseudonym, public=public, opened=content.period, state=NEW)
    number = int(connection.execute(row.returning(tables.cases.c.number)).scalar_one())
    allowed = select(tables.members.c.name, tables.members.c.public).where(tables.members.c.investigator)
    for member in connection.execute(allowed).all():
        wrap_case_key(connection, number, seed, member.name, member.public)
    return number, public


def wrap_case_key(connection: Connection, number: int, seed: bytes, member: str, public: bytes) -> None:
    """Let a member open the case from now on."""
    wrapped = hpke_seal(public, seed, case_key_info(number, member))
    statement = upsert(tables.case_keys).values(number=number, member=member, wrapped=wrapped)
    connection.execute(statement.on_conflict_do_nothing())


def store_part(connection: Connection, content: NewContent, random: Random) -> None:
    """Seal one part to its case, which is made when this is its first. A part that is there already stays."""
    number, public = case_of(connection, content.pseudonym) or _new_case(connection, content, random)
    rows = tables.messages
    statement = upsert(rows).values(
        number=number,
        message_id=content.message_id,
        parts=content.parts,
        period=content.period,
        complete=0,
        place=next_place(connection),
    )
    connection.execute(statement.on_conflict_do_nothing())
    connection.execute(
        update(rows)
        .where(rows.c.number == number, rows.c.message_id == content.message_id, rows.c.period < content.period)
        .values(period=content.period)
    )
    sealed = hpke_seal(public, content.body, part_info(number, content.message_id, content.part))
    part = upsert(tables.parts).values(number=number, message_id=content.message_id, part=content.part, sealed=sealed)
    connection.execute(part.on_conflict_do_nothing())


def mark_complete(connection: Connection, conversation: Conversation) -> None:
    """Note which messages became whole, in the order in which they did."""
    case = case_of(connection, conversation.pseudonym)
    if case is None:
        return
    rows = tables.messages
    open_ones = select(rows.c.message_id).where(rows.c.number == case[0], rows.c.complete == 0)
    waiting = {row.message_id for row in connection.execute(open_ones)}
    whole = [(one.number, message_id) for message_id, one in conversation.incoming.items() if one.number]
    for complete, message_id in sorted(whole):
        if message_id in waiting:
            connection.execute(
                update(rows)
                .where(rows.c.number == case[0], rows.c.message_id == message_id)
                .values(complete=complete, place=next_place(connection))
            )
