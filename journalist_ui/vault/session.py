# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a signed-in member sees and does. Only this opens content, and only the cases wrapped to the member."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from dropbox.flows.desk_state import Text
from dropbox.protocol.body import Report, parse_body
from dropbox.protocol.constants import EntryType
from dropbox.protocol.errors import BadBody, NotForThisKey
from dropbox.protocol.primitives import SealingKey, hpke_seal
from journalist_ui.refusals import NoSuchCase, NotAllowed

from . import audit, tables
from .cases import ASSESSING, NEW, answer_info, case_key_info, draft_info, part_info, wrap_case_key
from .database import Vault, next_place
from .ledger import add_text
from .members import Member, Role, Unlocked, find_member

NO_CASE = "There is no case of that number for you. `dropbox-desk cases` lists yours."


@dataclass(frozen=True)
class SourceMessage:
    """A whole message. ``report`` is None when the body is no form of ours: then ``raw`` is all there is to show."""

    message_id: bytes
    number: int
    period: int
    place: int
    report: Report | None
    raw: str


@dataclass(frozen=True)
class OfficerText:
    """A text of the unit and where it is on its way. ``number`` is its msg_no, 0 before it is admitted."""

    number: int
    period: int
    place: int
    author: str
    text: str
    state: str


@dataclass(frozen=True)
class CaseLine:
    """One line of the list of cases. ``opened`` is a period; ``unread`` messages this member was not yet shown;
    ``waiting`` texts of the unit that the source has not read yet; ``to_answer``: the source wrote last."""

    number: int
    state: str
    categories: tuple[str, ...]
    opened: int
    unread: int
    waiting: int
    to_answer: bool


@dataclass(frozen=True)
class Case:
    """A whole case, in running order."""

    number: int
    state: str
    first: Report | None
    messages: tuple[SourceMessage | OfficerText, ...] = field(default_factory=tuple)


class MemberSession:
    """A member who has signed in. Raises NotAllowed where the roles do not reach."""

    def __init__(self, vault: Vault, unlocked: Unlocked) -> None:
        self._vault = vault
        self._key = unlocked.key
        self._known: dict[int, tuple[str, ...]] = {}
        self.member: Member = unlocked.member

    def require(self, role: Role) -> None:
        """Raises NotAllowed."""
        if role not in self.member.roles:
            raise NotAllowed(f"Only a member with the role {role.value} may do this. Ask one.")

    def _open_case(self, connection: Connection, number: int) -> tuple[Row[Any], SealingKey]:
        """The case and its key. Raises NoSuchCase, also when it is wrapped to others only."""
        keys = tables.case_keys
        wrapped = connection.execute(
            select(keys.c.wrapped).where(keys.c.number == number, keys.c.member == self.member.name)
        ).scalar()
        row = connection.execute(select(tables.cases).where(tables.cases.c.number == number)).first()
        if wrapped is None or row is None:
            raise NoSuchCase(NO_CASE)
        try:
            return row, SealingKey(self._key.open(wrapped, case_key_info(number, self.member.name)))
        except NotForThisKey:
            raise NoSuchCase(NO_CASE) from None

    def cases(self) -> list[CaseLine]:
        """Every case of this member that has a whole message, by number."""
        self.require(Role.INVESTIGATOR)
        keys, rows, messages, shown = tables.case_keys, tables.cases, tables.messages, tables.shown
        answers, texts = tables.answers, tables.texts
        mine = select(keys.c.number).where(keys.c.member == self.member.name)
        listed = select(rows.c.number, rows.c.state, rows.c.opened).where(rows.c.number.in_(mine))
        whole = select(messages.c.number, messages.c.message_id, messages.c.place).where(
            messages.c.number.in_(mine), messages.c.complete > 0
        )
        seen = select(shown.c.number, func.count()).where(shown.c.member == self.member.name).group_by(shown.c.number)
        sent = select(answers.c.number, answers.c.place, texts.c.state).join(texts, texts.c.id == answers.c.text)
        with self._vault.transaction() as connection:
            theirs = _by_case(connection.execute(whole.order_by(messages.c.place)))
            ours = _by_case(connection.execute(sent.where(answers.c.number.in_(mine))))
            counts = dict(connection.execute(seen).tuples().all())
            return [
                CaseLine(
                    number=row.number,
                    state=row.state,
                    categories=self._categories(connection, row.number, theirs[row.number][0].message_id),
                    opened=row.opened,
                    unread=len(theirs[row.number]) - counts.get(row.number, 0),
                    waiting=sum(text.state in ("waiting", "published") for text in ours[row.number]),
                    to_answer=theirs[row.number][-1].place > max((text.place for text in ours[row.number]), default=0),
                )
                for row in connection.execute(listed.order_by(rows.c.number)).all()
                if theirs[row.number]
            ]

    def _categories(self, connection: Connection, number: int, message_id: bytes) -> tuple[str, ...]:
        """Of a case's first message, which never changes: it is opened once a session."""
        if number not in self._known:
            _, key = self._open_case(connection, number)
            first = _parse(_body(connection, number, message_id, key))
            self._known[number] = first.categories if first else ()
        return self._known[number]

    def show(self, number: int, day: int) -> Case:
        """Open a case; what is in it now counts as shown to this member. Raises NoSuchCase."""
        self.require(Role.INVESTIGATOR)
        with self._vault.transaction() as connection:
            row, key = self._open_case(connection, number)
            messages = _messages(connection, number, key)
            for message in messages:
                values = {"number": number, "member": self.member.name, "message_id": message.message_id}
                connection.execute(upsert(tables.shown).values(values).on_conflict_do_nothing())
            if row.state == NEW and messages:
                connection.execute(update(tables.cases).where(tables.cases.c.number == number).values(state=ASSESSING))
            audit.record(connection, day, self.member.name, "show", str(number))
            everything: list[SourceMessage | OfficerText] = [*messages, *_answers(connection, number, key)]
        first = messages[0].report if messages else None
        state = ASSESSING if messages else row.state
        return Case(number, state, first, tuple(sorted(everything, key=lambda one: one.place)))

    def reply(self, number: int, parts: tuple[bytes, ...], period: int, day: int) -> Text:
        """Store a text for the source: sealed to the case for the members, and in the ledger for the daemon to post.

        ``parts`` are those of protocol.board.split_text. Raises NoSuchCase.
        """
        self.require(Role.INVESTIGATOR)
        with self._vault.transaction() as connection:
            row, _ = self._open_case(connection, number)
            text = Text(id=0, pseudonym=row.pseudonym, type=EntryType.TEXT, parts=parts, copies=[0] * len(parts))
            text.id = add_text(connection, text)
            words = json.dumps({"by": self.member.name, "text": b"".join(parts).decode()}).encode()
            connection.execute(
                insert(tables.answers).values(
                    text=text.id,
                    number=number,
                    period=period,
                    place=next_place(connection),
                    sealed=hpke_seal(row.public, words, answer_info(number, text.id)),
                )
            )
            audit.record(connection, day, self.member.name, "reply", str(number))
        return text

    def seal_draft(self, number: int, text: str) -> bytes:
        """What the member has begun to write, sealed to the case. Raises NoSuchCase."""
        self.require(Role.INVESTIGATOR)
        with self._vault.transaction() as connection:
            row, _ = self._open_case(connection, number)
        return hpke_seal(row.public, text.encode("utf-8", "surrogatepass"), draft_info(number, self.member.name))

    def open_draft(self, number: int, sealed: bytes) -> str:
        """Raises NoSuchCase."""
        self.require(Role.INVESTIGATOR)
        with self._vault.transaction() as connection:
            _, key = self._open_case(connection, number)
        return key.open(sealed, draft_info(number, self.member.name)).decode("utf-8", "surrogatepass")

    def share(self, name: str, day: int) -> tuple[int, int]:
        """Wrap every case that this member can open to another investigator; returns how many that one can open now,
        and how many stay closed to them. Raises NoSuchMember, NotAllowed."""
        with self._vault.transaction() as connection:
            other, public = find_member(connection, name)
            if Role.INVESTIGATOR not in other.roles:
                raise NotAllowed("Cases are opened by investigators only, and that member is none.")
            keys = tables.case_keys
            mine = select(keys.c.number, keys.c.wrapped).where(keys.c.member == self.member.name)
            for row in connection.execute(mine).all():
                seed = self._key.open(row.wrapped, case_key_info(row.number, self.member.name))
                wrap_case_key(connection, row.number, seed, name, public)
            total = connection.execute(select(func.count()).select_from(tables.cases)).scalar_one()
            theirs = connection.execute(select(func.count()).where(keys.c.member == name)).scalar_one()
            audit.record(connection, day, self.member.name, "share", name)
        return theirs, total - theirs


def _by_case(rows: Iterable[Row[Any]]) -> defaultdict[int, list[Row[Any]]]:
    found: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        found[row.number].append(row)
    return found


def _body(connection: Connection, number: int, message_id: bytes, key: SealingKey) -> bytes:
    """The joined parts of a whole message."""
    rows = tables.parts
    found = select(rows.c.part, rows.c.sealed).where(rows.c.number == number, rows.c.message_id == message_id)
    return b"".join(
        key.open(row.sealed, part_info(number, message_id, row.part))
        for row in connection.execute(found.order_by(rows.c.part))
    )


def _parse(body: bytes) -> Report | None:
    try:
        return parse_body(body)
    except BadBody:
        return None


def _messages(connection: Connection, number: int, key: SealingKey) -> list[SourceMessage]:
    rows = tables.messages
    whole = select(rows).where(rows.c.number == number, rows.c.complete > 0).order_by(rows.c.place)
    found = []
    for row in connection.execute(whole).all():
        body = _body(connection, number, row.message_id, key)
        # Nothing that arrived is lost: what is no form is shown byte for byte.
        raw = body.decode("utf-8", "backslashreplace")
        found.append(SourceMessage(row.message_id, row.complete, row.period, row.place, _parse(body), raw))
    return found


def _answers(connection: Connection, number: int, key: SealingKey) -> list[OfficerText]:
    rows, texts = tables.answers, tables.texts
    joined = select(rows, texts.c.number.label("msg_no"), texts.c.state).join(texts, texts.c.id == rows.c.text)
    found = []
    for row in connection.execute(joined.where(rows.c.number == number).order_by(rows.c.place)).all():
        words = json.loads(key.open(row.sealed, answer_info(number, row.text)))
        found.append(OfficerText(row.msg_no, row.period, row.place, words["by"], words["text"], row.state))
    return found
