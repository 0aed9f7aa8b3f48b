# SPDX-License-Identifier: AGPL-3.0-or-later
"""What arrives for a case is sealed to a key of the case's own at once, and that key to each member allowed.

The daemon makes a case's X-Wing key pair at the first message, keeps the public half, wraps the 32-byte seed to every
member who may open cases and forgets it. After that the daemon can add to a case and cannot read it.
"""

from typing import Any

from sqlalchemy import Connection, Insert, Update, bindparam, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from dropbox.flows.desk.requests import NewContent
from dropbox.flows.desk.state import Conversation
from dropbox.protocol.chance import Random
from dropbox.protocol.constants import XWING_SEED
from dropbox.protocol.primitives import SealingKey, hpke_seal

from . import tables
from .case_keys import store_case_keys
from .counters import count_cases
from .database import read_place, write_place
from .roles import list_openers
from .sealing import WrappedKey, proved_part_info, wrap_case_key

NEW = "new"
"""The state of a case of which no person has said anything."""

_CASE = insert(tables.cases).returning(tables.cases.c.number)
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
        self._openers = list_openers(connection)
        self._known: dict[bytes, tuple[int, bytes]] = {}
        self._place = read_place(connection)
        self._keys: list[WrappedKey] = []
        self._rows: dict[Insert | Update, list[dict[str, Any]]] = {
            statement: [] for statement in (_MESSAGE, _PART, _LATER, _WHOLE)
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
        self._keys += [wrap_case_key(number, seed, name, member) for name, member in self._openers]
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
        store_case_keys(self._connection, self._keys)
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
