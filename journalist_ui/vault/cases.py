# SPDX-License-Identifier: AGPL-3.0-or-later
"""Cases: what a source wrote is sealed to a key of its own at once, and that key to each member allowed.

The daemon makes a case's X-Wing key pair at the first message, keeps the public half, wraps the 32-byte seed to every
investigator and forgets it. After that the daemon can add to a case and cannot read it.
"""

from typing import Any

from sqlalchemy import Connection, Insert, Update, bindparam, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from dropbox.flows.desk.requests import NewContent
from dropbox.flows.desk.state import Conversation
from dropbox.protocol.chance import Random
from dropbox.protocol.constants import XWING_SEED
from dropbox.protocol.encoding import u8, u32
from dropbox.protocol.errors import NotForThisKey
from dropbox.protocol.primitives import SealingKey, hpke_seal

from . import labels, tables
from .counters import count_cases
from .database import read_place, write_place

NEW = "new"
ASSESSING = "assessing"
STATES = (NEW, ASSESSING)
"""A state is set by a person, never by opening a case."""
NO_CASE = "There is no case of that number for you. `dropbox-desk cases` lists yours."


def case_key_info(number: int, member: str) -> bytes:
    """What a wrapped case key is bound to."""
    return labels.CASE_KEY + u32(number) + member.encode()


def proved_part_info(number: int, message_id: bytes, part: int) -> bytes:
    """What a sealed part is bound to."""
    return labels.PROVED_PART + u32(number) + message_id + u8(part)


def part_info(number: int, message_id: bytes, part: int) -> bytes:
    """The same of a part that was stored before proofs were kept."""
    return labels.SOURCE_PART + u32(number) + message_id + u8(part)


def answer_info(number: int, text_id: int) -> bytes:
    """What an officer's sealed text is bound to."""
    return labels.OFFICER_TEXT + u32(number) + u32(text_id)


def draft_info(number: int, member: str) -> bytes:
    """What a member's draft is bound to."""
    return labels.DRAFT + u32(number) + member.encode()


_CASE = insert(tables.cases).returning(tables.cases.c.number)
_KEY = upsert(tables.case_keys).on_conflict_do_nothing()
_MESSAGE = upsert(tables.messages).on_conflict_do_nothing()
_PART = upsert(tables.parts).on_conflict_do_nothing()
_this = (tables.messages.c.number == bindparam("of_case"), tables.messages.c.message_id == bindparam("of_message"))
_LATER = (
    update(tables.messages).where(*_this, tables.messages.c.period < bindparam("came")).values(period=bindparam("came"))
)
_WHOLE = update(tables.messages).where(*_this, tables.messages.c.complete == 0)


class CaseWriter:
    """Takes the new parts of one commit into their cases. Statements are gathered: a desk that was away has thousands.

    ``store`` each part, then ``finish`` once, all in the same transaction.
    """

    def __init__(self, connection: Connection, random: Random) -> None:
        self._connection = connection
        self._random = random
        rows = tables.members
        allowed = connection.execute(
            select(rows.c.name, rows.c.public).where(rows.c.investigator, ~rows.c.provisional)
        ).all()
        self._investigators = [(row.name, row.public) for row in allowed]
        self._known: dict[bytes, tuple[int, bytes]] = {}
        self._place = read_place(connection)
        self._rows: dict[Insert | Update, list[dict[str, Any]]] = {
            statement: [] for statement in (_KEY, _MESSAGE, _PART, _LATER, _WHOLE)
        }

    def _case(self, content: NewContent) -> tuple[int, bytes]:
        """Number and public key of a conversation's case, which is made when this is its first part."""
        if content.pseudonym not in self._known:
            cases = tables.cases
            found = select(cases.c.number, cases.c.public).where(cases.c.pseudonym == content.pseudonym)
            row = self._connection.execute(found).first()
            self._known[content.pseudonym] = (row.number, row.public) if row else self._new_case(content)
        return self._known[content.pseudonym]

    def _new_case(self, content: NewContent) -> tuple[int, bytes]:
        seed = self._random(XWING_SEED)
        public = SealingKey(seed).public
        values = {"pseudonym": content.pseudonym, "public": public, "opened": content.period, "state": NEW}
        number = int(self._connection.execute(_CASE, values).scalar_one())
        self._rows[_KEY] += [wrap_case_key(number, seed, name, member) for name, member in self._investigators]
        return number, public

    def _next_place(self) -> int:
        self._place += 1
        return self._place

    def store(self, content: NewContent, conversation: Conversation) -> None:
        """Seal one part to its case. A part that is there already stays; a message that became whole gets its number
        and its place after what was whole before."""
        number, public = self._case(content)
        message = {"number": number, "message_id": content.message_id}
        row = message | {"parts": content.parts, "period": content.period, "complete": 0, "place": self._next_place()}
        self._rows[_MESSAGE].append(row)
        this = {"of_case": number, "of_message": content.message_id}
        self._rows[_LATER].append(this | {"came": content.period})
        info = proved_part_info(number, content.message_id, content.part)
        sealed = hpke_seal(public, content.proof + content.body, info)
        self._rows[_PART].append(message | {"part": content.part, "sealed": sealed, "proved": True})
        complete = conversation.incoming[content.message_id].number
        if complete:
            self._rows[_WHOLE].append(this | {"complete": complete, "place": self._next_place()})

    def finish(self) -> None:
        """Write what was gathered."""
        for statement, rows in self._rows.items():
            if rows:
                self._connection.execute(statement, rows)
        write_place(self._connection, self._place)
        count_cases(self._connection, {row["of_case"] for row in self._rows[_WHOLE]})


def forget_parts(connection: Connection, messages: list[dict[str, bytes]]) -> None:
    """Let go what came of messages that never became whole: ``whose`` is P_pk, ``which`` the message_id of each."""
    cases = tables.cases
    number = select(cases.c.number).where(cases.c.pseudonym == bindparam("whose")).scalar_subquery()
    for rows in (tables.parts, tables.messages):
        connection.execute(
            delete(rows).where(rows.c.number == number, rows.c.message_id == bindparam("which")), messages
        )


def forget_cases(connection: Connection, pseudonyms: set[bytes]) -> None:
    """Let go the cases of conversations of which nothing is left: nobody was ever shown one of them."""
    for pseudonym in pseudonyms:
        found = select(tables.cases.c.number).where(tables.cases.c.pseudonym == pseudonym)
        number = connection.execute(found).scalar()
        for rows in (tables.drafts, tables.case_keys, tables.cases):
            connection.execute(delete(rows).where(rows.c.number == number))


def wrap_case_key(number: int, seed: bytes, member: str, public: bytes) -> dict[str, Any]:
    """The row by which a member can open the case."""
    return {"number": number, "member": member, "wrapped": hpke_seal(public, seed, case_key_info(number, member))}


def read_case_keys(connection: Connection, member: str) -> dict[int, bytes]:
    """What is wrapped to a member, by case."""
    rows = tables.case_keys
    found = connection.execute(select(rows.c.number, rows.c.wrapped).where(rows.c.member == member))
    return {row.number: row.wrapped for row in found}


def rewrap_case_key(
    number: int, wrapped: bytes, holder: str, key: SealingKey, member: str, public: bytes
) -> dict[str, Any] | None:
    """A case key that is wrapped to its ``holder``, as a row for a member; None when it does not open."""
    try:
        return wrap_case_key(number, key.open(wrapped, case_key_info(number, holder)), member, public)
    except NotForThisKey:
        return None


def store_case_keys(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Let members open cases from now on."""
    if rows:
        connection.execute(_KEY, rows)
