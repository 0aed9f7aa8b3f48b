# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a signed-in member sees and does. Only this opens content, and only the cases wrapped to the member."""

import json
from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from dropbox.flows.desk.state import Text
from dropbox.protocol.body import Report, parse_body
from dropbox.protocol.constants import EntryType
from dropbox.protocol.errors import BadBody, NotForThisKey
from dropbox.protocol.primitives import SealingKey, hpke_seal
from journalist_ui.refusals import BadInput, CaseMoved, NoSuchCase, NotAllowed

from . import audit, tables
from .cases import NO_CASE, STATES, answer_info, case_key_info
from .counters import count_cases, count_shown
from .database import Vault, next_place
from .drafts import delete_draft
from .evidence import KEPT, REPLY, Proof, SealedMessage, about_text, listed
from .ledger import add_text
from .members import Change, Member, Role, Unlocked
from .sharing import Share, share

CASE_PAGE = 50
"""How much of a conversation stands on one page beside the report: opening a message takes milliseconds, and a source
may write thousands."""
_AT_ONCE = 100
LISTED = ("number", "state", "opened", "whole", "newest", "answered", "waiting", "given_up")
SHOW = "show"
ADDED = "Something was added to the case meanwhile. Nothing was sent: look at it first."
NOT_THAT = "This is not the text of that preview any more. Nothing was sent: look at it again."


@dataclass(frozen=True)
class SourceMessage:
    """A whole message. ``report`` is None when the body is no form of ours: then ``raw`` is all there is to show.
    ``proof`` says whether it is the source's."""

    message_id: bytes
    number: int
    period: int
    place: int
    report: Report | None
    raw: str
    proof: Proof


@dataclass(frozen=True)
class OfficerText:
    """A text of the unit and where it is on its way. ``number`` is its msg_no, 0 before it is admitted; ``once`` the
    version of the draft that it was."""

    number: int
    period: int
    place: int
    author: str
    text: str
    state: str
    proof: Proof
    once: str = ""


@dataclass(frozen=True)
class CaseLine:
    """One line of the list of cases. ``opened`` is a period; ``unread`` messages this member was not yet shown;
    ``waiting`` texts of the unit that the source has not read yet; ``to_answer``: the source wrote last; ``given_up``:
    nobody read the unit's newest text in time; ``drafts`` the members who have begun to write."""

    number: int
    state: str
    categories: tuple[str, ...]
    opened: int
    unread: int
    waiting: int
    to_answer: bool
    given_up: bool
    drafts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """A case in running order: whole, or its first message and ``page`` of so many ``pages``, of which 1 is the
    newest."""

    number: int
    state: str
    first: Report | None
    messages: tuple[SourceMessage | OfficerText, ...] = field(default_factory=tuple)
    page: int = 0
    pages: int = 0


class MemberSession:
    """A member who has signed in. Raises NotAllowed where the roles do not reach."""

    def __init__(self, vault: Vault, unlocked: Unlocked) -> None:
        self.vault = vault
        self._key = unlocked.key
        self._known: dict[int, tuple[str, ...]] = {}
        self._read: dict[int, int] = {}
        self.member: Member = unlocked.member
        # A change of passphrase whose new codes were not confirmed yet: it goes with the session.
        self.pending: Change | None = None

    def require(self, role: Role) -> None:
        """Raises NotAllowed."""
        if role not in self.member.roles:
            raise NotAllowed(f"Only a member with the role {role.value} may do this. Ask one.")

    def _open_case(self, connection: Connection, number: int) -> tuple[Row[Any], SealingKey]:
        """The case and its key. Raises NoSuchCase, also when it is wrapped to others only or nothing of it is whole."""
        keys = tables.case_keys
        wrapped = connection.execute(
            select(keys.c.wrapped).where(keys.c.number == number, keys.c.member == self.member.name)
        ).scalar()
        row = connection.execute(select(tables.cases).where(tables.cases.c.number == number)).first()
        messages = tables.messages
        whole = select(messages.c.number).where(messages.c.number == number, tables.IS_WHOLE).limit(1)
        if wrapped is None or row is None or connection.execute(whole).first() is None:
            raise NoSuchCase(NO_CASE)
        try:
            return row, SealingKey(self._key.open(wrapped, case_key_info(number, self.member.name)))
        except NotForThisKey:
            raise NoSuchCase(NO_CASE) from None

    def cases(self) -> list[CaseLine]:
        """Every case of this member that has a whole message, by number."""
        lines = self.lines()
        known = self.categories([line.number for line in lines])
        return [replace(line, categories=known[line.number]) for line in lines]

    def lines(self) -> list[CaseLine]:
        """The same without categories, for which each case must be opened."""
        self.require(Role.INVESTIGATOR)
        cases, keys, progress, drafts = tables.cases, tables.case_keys, tables.progress, tables.drafts
        name = self.member.name
        seen = select(progress.c.shown).where(progress.c.number == cases.c.number, progress.c.member == name)
        mine = select(keys.c.number).where(keys.c.number == cases.c.number, keys.c.member == name).exists()
        # Columns of one index alone, so that no row is read whole.
        shown = func.coalesce(seen.scalar_subquery(), 0).label("shown")
        listed = select(*(cases.c[column] for column in LISTED), shown).where(mine, cases.c.whole > 0)
        begun = select(drafts.c.number, drafts.c.member).order_by(drafts.c.member)
        with self.vault.reading() as connection:
            writers = _by_case(connection.execute(begun))
            return [
                CaseLine(
                    number=row.number,
                    state=row.state,
                    categories=(),
                    opened=row.opened,
                    unread=row.whole - row.shown,
                    waiting=row.waiting,
                    to_answer=row.newest > row.answered,
                    given_up=row.given_up,
                    drafts=tuple(one.member for one in writers[row.number]),
                )
                for row in connection.execute(listed.order_by(cases.c.number)).all()
            ]

    def categories(self, numbers: list[int]) -> dict[int, tuple[str, ...]]:
        """Those of each case's first message, which never changes: it is opened once a session. Raises NoSuchCase."""
        self.require(Role.INVESTIGATOR)
        unknown = [number for number in numbers if number not in self._known]
        for at in range(0, len(unknown), _AT_ONCE):
            with self.vault.reading() as connection:
                opened = [self._open_first(connection, number) for number in unknown[at : at + _AT_ONCE]]
            # What takes long comes after the transaction: nobody else waits for it.
            for number, sealed, key, kept in opened:
                body, proof = sealed.open(key, kept)
                first = _parse(body) if proof is not Proof.UNPROVED else None
                self._known[number] = first.categories if first else ()
        return {number: self._known[number] for number in numbers}

    def _open_first(self, connection: Connection, number: int) -> tuple[int, SealedMessage, SealingKey, Container[str]]:
        case, key = self._open_case(connection, number)
        rows = tables.messages
        whole = select(rows).where(rows.c.number == number, tables.IS_WHOLE)
        message = connection.execute(whole.order_by(rows.c.place).limit(1)).one()
        parts = _parts(connection, number, [message.message_id])[message.message_id]
        sealed = SealedMessage(case, message, parts)
        return number, sealed, key, listed(connection, sealed.names())

    def show(self, number: int, day: int, page: int = 0) -> Case:
        """Open a case, or one page of it; what was opened counts as shown to this member. Raises NoSuchCase."""
        with self.vault.reading() as connection:
            known = whole_places(connection, number)
        page, pages, places = _window(known[0], known[1:], page) if known else (0, 0, set[int]())
        row, found = self.open_places(number, places, day)
        first = next((one for one in found if isinstance(one, SourceMessage)), None)
        report = first.report if first and first.proof is not Proof.UNPROVED else None
        return Case(number, row.state, report, tuple(found), page, pages)

    def open_places(
        self, number: int, places: Container[int], day: int
    ) -> tuple[Row[Any], list[SourceMessage | OfficerText]]:
        """What stands at these places of a case, in running order; it counts as shown. Raises NoSuchCase."""
        self.require(Role.INVESTIGATOR)
        with self.vault.reading() as connection:
            row, key = self._open_case(connection, number)
            theirs = [one for one in _message_rows(connection, number) if one.place in places]
            ours = [one for one in answer_rows(connection, number) if one.place in places]
            parts = _parts(connection, number, [one.message_id for one in theirs])
            sealed = [SealedMessage(row, one, parts[one.message_id]) for one in theirs]
            kept = listed(connection, [name for one in sealed for name in one.names()])
            written = listed(connection, map(text_name, ours), (REPLY, KEPT))
        # What takes long comes between two transactions: nobody else waits for it.
        messages = [_message(one, parts, key, kept) for one, parts in zip(theirs, sealed, strict=True)]
        texts = [open_answer(one, key, written) for one in ours]
        with self.vault.writing() as connection:
            seen = [{"number": number, "member": self.member.name, "message_id": one.message_id} for one in messages]
            if seen:
                connection.execute(upsert(tables.shown).on_conflict_do_nothing(), seen)
                count_shown(connection, number, self.member.name)
            audit.record(connection, day, self.member.name, SHOW, str(number))
        everything: list[SourceMessage | OfficerText] = [*messages, *texts]
        everything.sort(key=lambda one: one.place)
        self._read[number] = max(self._read.get(number, 0), *(one.place for one in everything), 0)
        return row, everything

    def set_state(self, number: int, state: str, day: int) -> None:
        """What a person says of the case, for all members. Raises NoSuchCase, BadInput."""
        self.require(Role.INVESTIGATOR)
        if state not in STATES:
            raise BadInput(f"A case's state is {' or '.join(STATES)}.")
        with self.vault.writing() as connection:
            self._open_case(connection, number)
            connection.execute(update(tables.cases).where(tables.cases.c.number == number).values(state=state))
            audit.record(connection, day, self.member.name, f"state {state}", str(number))

    def read_up_to(self, number: int) -> int:
        """The newest place of the case that this member has had before them; 0 for none. Of the unit's texts only what
        this session opened counts."""
        rows = tables.progress.c
        mine = select(rows.place).where(rows.number == number, rows.member == self.member.name)
        with self.vault.reading() as connection:
            return max(connection.execute(mine).scalar() or 0, self._read.get(number, 0))

    def check_case(self, number: int) -> None:
        """Raises NoSuchCase unless the member can open it."""
        with self.vault.reading() as connection:
            self._open_case(connection, number)

    def reply(
        self,
        number: int,
        parts: tuple[bytes, ...],
        period: int,
        day: int,
        *,
        version: str | None = None,
        mark: int | None = None,
    ) -> Text:
        """Store a text for the source: sealed to the case for the members, and in the ledger for the daemon to post.

        ``parts`` are those of protocol.board.split_text. ``version`` is that of the draft which it was, and which goes
        with it; ``mark`` the newest place of the case that its sender knows. Raises NoSuchCase, CaseMoved, BadInput.
        """
        self.require(Role.INVESTIGATOR)
        with self.vault.writing() as connection:
            row, _ = self._open_case(connection, number)
            if mark is not None and max(whole_places(connection, number)) > mark:
                raise CaseMoved(ADDED)
            words = {"by": self.member.name, "text": b"".join(parts).decode()}
            if version is not None:
                if not delete_draft(connection, self.member.name, number, version):
                    raise BadInput(NOT_THAT)
                words["once"] = version
            text = Text(id=0, pseudonym=row.pseudonym, type=EntryType.TEXT, parts=parts, copies=[0] * len(parts))
            text.id = add_text(connection, text)
            sealed = hpke_seal(row.public, json.dumps(words).encode(), answer_info(number, text.id))
            values = {"text": text.id, "number": number, "period": period, "place": next_place(connection)}
            connection.execute(insert(tables.answers).values(values | {"sealed": sealed}))
            count_cases(connection, [number])
            audit.record(connection, day, self.member.name, REPLY, about_text(number, text.id, sealed))
        return text

    def share(self, name: str, day: int, cases: Collection[int] | None = None) -> tuple[int, int]:
        """Wrap the cases that this member can open, or these of them, to another investigator; returns how many that
        one can open now, and how many stay closed to them. Raises NoSuchMember, NotAllowed, BadInput, NoSuchCase."""
        return share(self.vault, self.sharing(name, cases), self._key, day)

    def sharing(self, name: str, cases: Collection[int] | None = None) -> Share:
        """What that would be; nothing is done. Raises the same."""
        self.require(Role.INVESTIGATOR)
        return Share.plan(self.vault, self.member.name, name, cases)


def _by_case(rows: Iterable[Row[Any]]) -> defaultdict[int, list[Row[Any]]]:
    found: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        found[row.number].append(row)
    return found


def _parts(connection: Connection, number: int, message_ids: list[bytes]) -> defaultdict[bytes, list[Row[Any]]]:
    """The parts of these messages of a case, in order."""
    rows = tables.parts
    found: defaultdict[bytes, list[Row[Any]]] = defaultdict(list)
    for at in range(0, len(message_ids), _AT_ONCE):
        these = select(rows).where(rows.c.number == number, rows.c.message_id.in_(message_ids[at : at + _AT_ONCE]))
        for row in connection.execute(these.order_by(rows.c.part)):
            found[row.message_id].append(row)
    return found


def _parse(body: bytes) -> Report | None:
    try:
        return parse_body(body)
    except BadBody:
        return None


def _message_rows(connection: Connection, number: int) -> list[Row[Any]]:
    """The whole ones."""
    rows = tables.messages
    whole = select(rows).where(rows.c.number == number, tables.IS_WHOLE).order_by(rows.c.place)
    return list(connection.execute(whole).all())


def answer_rows(connection: Connection, number: int) -> list[Row[Any]]:
    """The unit's texts of a case, in running order."""
    rows, texts = tables.answers, tables.texts
    joined = select(rows, texts.c.number.label("msg_no"), texts.c.state).join(texts, texts.c.id == rows.c.text)
    return list(connection.execute(joined.where(rows.c.number == number).order_by(rows.c.place)).all())


def whole_places(connection: Connection, number: int) -> list[int]:
    """The places of all that stands in a case, in order; first the report."""
    messages, answers = tables.messages, tables.answers
    theirs = select(messages.c.place).where(messages.c.number == number, tables.IS_WHOLE)
    ours = select(answers.c.place).where(answers.c.number == number)
    return sorted(connection.execute(theirs.union_all(ours)).scalars())


def _window(first: int, rest: list[int], page: int) -> tuple[int, int, set[int]]:
    """The page that there is, of how many, and the places that stand on it; everything for page 0."""
    if not page:
        return 0, 0, {first, *rest}
    pages = max(1, -(-len(rest) // CASE_PAGE))
    page = min(page, pages)
    end = len(rest) - (page - 1) * CASE_PAGE
    return page, pages, {first, *sorted(rest)[max(0, end - CASE_PAGE) : end]}


def _message(row: Row[Any], sealed: SealedMessage, key: SealingKey, kept: Container[str]) -> SourceMessage:
    body, proof = sealed.open(key, kept)
    # Nothing that arrived is lost: what is no form is shown byte for byte.
    raw = body.decode("utf-8", "backslashreplace")
    return SourceMessage(row.message_id, row.complete, row.period, row.place, _parse(body), raw, proof)


def text_name(row: Row[Any]) -> str:
    """How the audit log names a row of answer_rows."""
    return about_text(row.number, row.text, row.sealed)


def open_answer(row: Row[Any], key: SealingKey, written: Mapping[str, Proof]) -> OfficerText:
    """One of them; ``written`` holds what the audit log knows of their names."""
    proof = written.get(text_name(row), Proof.UNPROVED)
    try:
        words = json.loads(key.open(row.sealed, answer_info(row.number, row.text)))
        author, text, once = str(words["by"]), str(words["text"]), str(words.get("once", ""))
    except (NotForThisKey, ValueError, KeyError, TypeError):
        author, text, once, proof = "", "", "", Proof.UNPROVED
    return OfficerText(row.msg_no, row.period, row.place, author, text, row.state, proof, once)
